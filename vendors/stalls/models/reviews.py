"""What buyers say and ask of goods, and what the stall answers."""

from typing import ClassVar, TypeVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.orders.models.scope import partners_of
from vendors.stalls.models.listings import Listing

Said = TypeVar("Said", bound=models.Model)


class Shown(models.TextChoices):
    """Whether what somebody wrote stands on a page."""

    WAITING = "waiting", _("being looked at")
    SHOWN = "shown", _("on the page")
    REFUSED = "refused", _("not shown")


class OfListingQuerySet(models.QuerySet[Said]):
    def visible_to(self, user: User | AnonymousUser) -> "OfListingQuerySet[Said]":
        """What is said of the goods of the stalls this person works for; nothing for a stranger."""
        return self.filter(listing__stall__partner__in=partners_of(user))

    def waiting(self) -> "OfListingQuerySet[Said]":
        return self.filter(state=Shown.WAITING)

    def shown(self) -> "OfListingQuerySet[Said]":
        return self.filter(state=Shown.SHOWN)


class Review(models.Model):
    """What the buyer of one order line says of it; one a line, after the parcel has arrived."""

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="reviews")
    order_line = models.OneToOneField("order.Line", models.PROTECT, related_name="review")
    stars = models.PositiveSmallIntegerField(_("stars"))
    text = models.TextField(_("what the buyer says"), max_length=2000, blank=True)
    # As the buyer wants to be called; empty: "a buyer".
    name = models.CharField(_("name"), max_length=40, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=Shown.choices, default=Shown.WAITING)
    answer = models.TextField(_("the stall's answer"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    # Why an answer was taken off; the stall reads it until it has written another.
    answer_reason = models.CharField(
        _("why the answer is gone"), max_length=300, blank=True, db_default=""
    )
    created_at = models.DateTimeField(_("written"))
    # Grows with each change of the words or their answer: what was looked at is what is decided.
    version = models.PositiveIntegerField(default=1)
    # Why it is not shown; its buyer reads it.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar["OfListingQuerySet[Review]"] = OfListingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(stars__gte=1, stars__lte=5), name="review_one_to_five_stars"
            )
        ]
        indexes = [
            models.Index(fields=["listing", "state"], name="review_of_listing"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="waiting"),
                name="review_to_look_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.listing_id} {self.stars}"


class ReviewPhoto(models.Model):
    """A buyer's picture of what arrived; `key` as of `Photo`."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="photos")
    key = models.CharField(max_length=80)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("photo of a review")
        verbose_name_plural = _("photos of reviews")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.key


class Question(models.Model):
    """A question about goods, shown with its answer.

    The asker's number is for the one message that says how it ended, and empty after that.
    """

    listing = models.ForeignKey(Listing, models.CASCADE, related_name="questions")
    text = models.TextField(_("question"), max_length=500)
    phone = models.CharField(_("mobile number"), max_length=16, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=Shown.choices, default=Shown.WAITING)
    answer = models.TextField(_("the stall's answer"), max_length=1000, blank=True)
    answered_at = models.DateTimeField(_("answered"), null=True)
    created_at = models.DateTimeField(_("asked"))
    # Of the form it was typed in: sent twice, asked once.
    form_id = models.UUIDField(unique=True, null=True, editable=False)
    # Grows with each change of the answer: what was looked at is what comes to be shown.
    version = models.PositiveIntegerField(default=1)
    # Why it is not shown; the stall reads it.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    decided_at = models.DateTimeField(_("decided"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar["OfListingQuerySet[Question]"] = OfListingQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["listing", "state"], name="question_of_listing"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state="waiting"),
                name="question_to_look_at",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Report(models.Model):
    """Somebody says that a review, a question or a product should not stand there."""

    review = models.ForeignKey(Review, models.CASCADE, null=True, related_name="reports")
    question = models.ForeignKey(Question, models.CASCADE, null=True, related_name="reports")
    listing = models.ForeignKey(Listing, models.CASCADE, null=True, related_name="reports")
    # Of a review: it is the stall's answer that should not stand there.
    is_of_answer = models.BooleanField(_("about the answer"), db_default=False)
    reason = models.CharField(_("reason"), max_length=300)
    created_at = models.DateTimeField(_("reported"))
    # Of the form it was typed in: sent twice, reported once.
    form_id = models.UUIDField(unique=True, null=True, editable=False)
    settled_at = models.DateTimeField(_("looked at"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(
                fields=["created_at"],
                condition=models.Q(settled_at=None),
                name="report_to_look_at",
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(review__isnull=False, question=None, listing=None)
                | models.Q(question__isnull=False, review=None, listing=None)
                | models.Q(listing__isnull=False, review=None, question=None),
                name="report_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)
