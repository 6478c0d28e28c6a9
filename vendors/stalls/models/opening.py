"""How a stall comes to be open: the terms it agreed to, each decision about it, and what was done in its name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from vendors.stalls.deeds import DEEDS
from vendors.stalls.models.stalls import Stall, StallMember


class Terms(models.Model):
    """The terms of selling here. A new version is a new row; the newest published one holds."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    text = models.TextField(_("text"))
    # A recording of the text, for who would rather listen; a path in the shop's media.
    audio = models.FileField(_("read aloud"), upload_to="terms/", blank=True)
    published_at = models.DateTimeField(_("published"), null=True)

    class Meta:
        verbose_name = _("terms of selling")
        verbose_name_plural = _("terms of selling")

    def __str__(self) -> str:
        return self.version


class TermsAcceptance(models.Model):
    """A stall holder's yes to one version of the terms. Only ever added."""

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="acceptances")
    terms = models.ForeignKey(Terms, models.PROTECT, related_name="acceptances")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("accepted"))

    class Meta:
        verbose_name = _("acceptance of terms")
        verbose_name_plural = _("acceptances of terms")
        constraints = [
            models.UniqueConstraint(fields=["stall", "terms"], name="terms_accepted_once")
        ]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.terms_id}"


class StallDecision(models.Model):
    """One step in the life of a stall, with the reason the stall holder is told. Only ever added."""

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="decisions")
    from_state = models.CharField(max_length=12, choices=Stall.State.choices, blank=True)
    to_state = models.CharField(max_length=12, choices=Stall.State.choices)
    reason = models.CharField(_("reason"), max_length=500, blank=True)
    # None: nobody decided, a date had come.
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("decided"))

    class Meta:
        verbose_name = _("decision about a stall")
        verbose_name_plural = _("decisions about stalls")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.to_state}"


class Appeal(models.Model):
    """A stall holder's answer to being paused; another member of staff than the one who paused looks at it."""

    class State(models.TextChoices):
        OPEN = "open", _("being looked at")
        GRANTED = "granted", _("granted")
        REFUSED = "refused", _("not granted")

    decision = models.OneToOneField(StallDecision, models.CASCADE, related_name="appeal")
    text = models.TextField(_("what the stall holder says"), max_length=2000)
    by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("asked"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    answered_at = models.DateTimeField(_("answered"), null=True)

    class Meta:
        verbose_name = _("appeal")
        verbose_name_plural = _("appeals")

    def __str__(self) -> str:
        return f"{self.decision_id} {self.state}"


class Errand(models.Model):
    """A member of staff at work in a stall's panel, from the office: why, and until when."""

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="errands")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="errands")
    reason = models.CharField(_("reason"), max_length=200)
    began_at = models.DateTimeField(_("began"))
    until = models.DateTimeField(_("until"))

    class Meta:
        verbose_name = _("errand")
        verbose_name_plural = _("errands")
        ordering = ["-began_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.user_id}"


class ActedFor(models.Model):
    """Something that was changed in a stall by another than its own people: who, as what, where. Only ever added."""

    class Capacity(models.TextChoices):
        FACILITATOR = StallMember.Role.FACILITATOR.value, _("facilitator")
        STAFF = "staff", _("staff")

    stall = models.ForeignKey(Stall, models.CASCADE, related_name="acts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    capacity = models.CharField(max_length=12, choices=Capacity.choices)
    deed = models.CharField(max_length=60)  # the name of the page's address
    subject = models.CharField(max_length=80, blank=True)  # the number or key in the address
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("act for a stall")
        verbose_name_plural = _("acts for stalls")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["stall", "-at"], name="acted_for_of_stall")]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.deed}"

    @property
    def words(self) -> str:
        """What was done, as the holder reads it."""
        return str(DEEDS.get(self.deed, _("Changed something")))
