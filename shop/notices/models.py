from django.db import models
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One message to one person. `key` is unique, so a job that runs twice sends once."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    key = models.CharField(max_length=120, unique=True)
    phone = models.CharField(max_length=16)
    text = models.TextField()
    code = models.CharField(max_length=12, blank=True)  # the login code in the text
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self) -> str:
        return self.key
