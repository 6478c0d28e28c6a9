"""One stall's part of an order.

Oscar's `Order` is what the shopper pays; a `StallOrder` is one stall's part of it, and all that a stall holder sees.
"""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from shop.accounts.models import User
from shop.fields import RialField
from shop.money import Rial
from shop.orders.models.scope import partners_of
from shop.orders.models.sellers import PickupPoint, ShippingMethod
from shop.payments.models import PaymentAttempt

# How the order of an unpaid parcel ends.
NEVER_PAID = ("expired", "declined")


def _with_commission(lines: Any) -> Any:
    return lines.select_related("commission")


def is_silent_since(moment: datetime) -> models.Q:
    """Sent, due at its buyer's by the days on the way that were promised, and at this moment nobody had said more."""
    days = models.ExpressionWrapper(
        models.F("travel_days") * models.Value(timedelta(days=1)), models.DurationField()
    )
    sent_before = models.ExpressionWrapper(models.Value(moment) - days, models.DateTimeField())
    return models.Q(state=StallOrder.State.SENT, sent_at__lte=sent_before)


def _is_paid_at_door() -> models.Q:
    waiting = PaymentAttempt.objects.filter(
        order_id=models.OuterRef("order_id"), state=PaymentAttempt.State.ON_DELIVERY
    )
    return models.Q(models.Exists(waiting), state__in=StallOrder.ON_ITS_WAY)


class StallOrderQuerySet(models.QuerySet["StallOrder"]):
    def visible_to(self, user: User | AnonymousUser) -> "StallOrderQuerySet":
        """What the stalls this person works for may see; nothing for a stranger."""
        return self.filter(partner__in=partners_of(user)).paid()

    def paid(self) -> "StallOrderQuerySet":
        """What a stall may see: nothing before the money is there, and nothing of what was never paid."""
        return self.exclude(state=StallOrder.State.PENDING).exclude(
            state=StallOrder.State.CANCELLED, order__status__in=NEVER_PAID
        )

    def before(self, latest: "StallOrder", *, by: str = "created_at") -> "StallOrderQuerySet":
        """What comes after `latest` in a list that begins with the newest, by this time of theirs."""
        at = getattr(latest, by)
        # Said twice: an index is entered at the first condition, and would be read from its beginning without it.
        return self.filter(**{f"{by}__lte": at}).filter(
            models.Q(**{f"{by}__lt": at}) | models.Q(pk__lt=latest.pk)
        )

    def to_send_after(self, last: "StallOrder", *, by: str = "send_by") -> "StallOrderQuerySet":
        """What comes after `last` in a list that begins with the earliest, as a rule by the day of sending."""
        at = getattr(last, by)
        return self.filter(**{f"{by}__gte": at}).filter(
            models.Q(**{f"{by}__gt": at}) | models.Q(pk__gt=last.pk)
        )

    def marked_late(self, *, today: date) -> "StallOrderQuerySet":
        """Each with `is_late`: its day of sending has passed, and it has not left the stall."""
        is_late = models.Q(state__in=StallOrder.TO_SEND, send_by__lt=today)
        wrapped = models.ExpressionWrapper(is_late, output_field=models.BooleanField())
        return self.annotate(is_late=wrapped)  # type: ignore[no-redef]  # told on the model, for its readers

    def paid_at_door(self) -> "StallOrderQuerySet":
        """What is on its way and is paid when it is handed over."""
        return self.filter(_is_paid_at_door())

    def not_paid_at_door(self) -> "StallOrderQuerySet":
        return self.exclude(_is_paid_at_door())

    def with_due_at_door(self) -> "StallOrderQuerySet":
        """Each with `due_at_door`: what its buyer still has to pay when it is handed over, rial.

        The parcel's price less the voucher and less what was taken out of it; None when it is paid otherwise, or over.
        """
        taken_out = models.Subquery(
            StallOrder.objects.filter(pk=models.OuterRef("pk"))
            .order_by()
            .values("pk")
            .annotate(sum=models.Sum("refunds__amount"))
            .values("sum"),
            output_field=RialField(),
        )
        price = models.F("goods") + models.F("shipping") - models.F("discount")
        due = models.Case(
            models.When(
                _is_paid_at_door(),
                then=price - Coalesce(taken_out, models.Value(0, output_field=RialField())),
            ),
            default=None,
            output_field=RialField(null=True),
        )
        return self.annotate(due_at_door=due)  # type: ignore[no-redef]  # told on the model, for its readers

    def with_lines(self) -> "StallOrderQuerySet":
        lines = models.Prefetch(
            "order__lines", _with_commission(apps.get_model("order", "Line").objects)
        )
        return self.select_related("order__shipping_address", "partner").prefetch_related(
            lines, "order__lines__product__parent"
        )


class StallOrder(models.Model):
    """One stall's part of an order: its lines are the order's lines of this partner.

    Amounts are fixed at placement; what refunds took back stands in `Refund`, and `shares.left_of` adds it up.
    """

    class State(models.TextChoices):
        PENDING = "pending", _("waiting for payment")
        NEW = "new", _("new")
        ACCEPTED = "accepted", _("accepted")
        PACKED = "packed", _("packed")
        SENT = "sent", _("sent")
        DELIVERED = "delivered", _("delivered")
        CLOSED = "closed", _("closed")  # delivered, and its return window is over
        DECLINED = "declined", _("declined by the stall")
        CANCELLED = "cancelled", _("cancelled")
        RETURNED = "returned", _("returned")

    # Nothing of it was paid, or all of it went back before it left.
    UNSEEN: ClassVar[tuple[str, ...]] = (State.PENDING, State.DECLINED, State.CANCELLED)
    # Not sent yet: what is refunded goes back on the shelf.
    TO_SEND: ClassVar[tuple[str, ...]] = (State.NEW, State.ACCEPTED, State.PACKED)
    # The buyer has it.
    ARRIVED: ClassVar[tuple[str, ...]] = (State.DELIVERED, State.CLOSED)
    # Nothing of it stays with the buyer.
    ENDED: ClassVar[tuple[str, ...]] = (State.DECLINED, State.CANCELLED, State.RETURNED)
    # The buyer does not have it yet.
    ON_ITS_WAY: ClassVar[tuple[str, ...]] = (*TO_SEND, State.SENT)
    is_late: bool  # by `marked_late`
    due_at_door: Rial | None  # by `with_due_at_door`

    order = models.ForeignKey("order.Order", models.PROTECT, related_name="stall_orders")
    partner = models.ForeignKey("partner.Partner", models.PROTECT, related_name="stall_orders")
    number = models.CharField(_("number"), max_length=24, unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    goods = RialField(_("goods"))
    shipping = RialField(_("shipping"))
    # The shop's gift to the buyer, of this stall's goods; the stall gets the full price.
    discount = RialField(_("voucher"), default=Rial(0))
    commission_bp = models.PositiveSmallIntegerField(_("commission, basis points"))
    commission = RialField(_("commission"))
    shipping_method = models.CharField(
        _("shipping method"), max_length=20, choices=ShippingMethod.choices
    )
    # Where its buyer fetches it, as it was ordered; None when it is sent.
    pickup_point = models.ForeignKey(
        PickupPoint, models.PROTECT, null=True, related_name="stall_orders"
    )
    send_by = models.DateField(_("to be sent by"))
    # As the buyer was told when ordering.
    travel_days = models.PositiveSmallIntegerField(_("days on the way"), db_default=3)
    carrier = models.CharField(_("carrier"), max_length=40, blank=True)
    tracking_code = models.CharField(_("tracking code"), max_length=40, blank=True)
    created_at = models.DateTimeField(_("ordered"))
    # Why it was declined, cancelled or returned; the buyer reads it.
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    accepted_at = models.DateTimeField(_("accepted"), null=True)
    packed_at = models.DateTimeField(_("packed"), null=True)
    sent_at = models.DateTimeField(_("sent"), null=True)
    delivered_at = models.DateTimeField(_("delivered"), null=True)
    released_at = models.DateTimeField(_("return window over"), null=True)

    # The plugin of mypy takes the manager for another class than its query set.
    objects: ClassVar[StallOrderQuerySet] = StallOrderQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("stall order")
        verbose_name_plural = _("stall orders")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["order", "partner"], name="stall_order_one_per_stall"),
            models.CheckConstraint(
                condition=models.Q(goods__gt=0, shipping__gte=0, commission__gte=0, discount__gte=0)
                & models.Q(commission__lte=models.F("goods"), discount__lte=models.F("goods")),
                name="stall_order_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "state", "-created_at"], name="stall_order_of_partner"),
            models.Index(fields=["partner", "-created_at", "-id"], name="stall_order_newest_first"),
            models.Index(
                fields=["delivered_at"],
                condition=models.Q(delivered_at__isnull=False, released_at=None),
                name="stall_order_to_release",
            ),
            # The desk's lists, of all stalls. Their conditions are the tuples of states above, literally.
            models.Index(
                fields=["send_by", "id"],
                condition=models.Q(state__in=("new", "accepted", "packed", "sent")),
                name="stall_order_on_its_way",
            ),
            models.Index(
                fields=["-delivered_at", "-id"],
                condition=models.Q(state__in=("delivered", "closed")),
                name="stall_order_arrived",
            ),
            models.Index(
                fields=["state", "-created_at", "-id"],
                condition=models.Q(state__in=("declined", "cancelled", "returned")),
                name="stall_order_ended",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def lines(self) -> list["models.Model"]:
        """The order's lines of this stall with their commissions, from the prefetched ones (`with_lines`)."""
        is_read = "lines" in getattr(self.order, "_prefetched_objects_cache", {})
        lines = self.order.lines.all() if is_read else _with_commission(self.order.lines)
        return [line for line in lines if line.partner_id == self.partner_id]

    @property
    def total(self) -> Rial:
        """What the buyer was to pay for this parcel."""
        return self.goods + self.shipping - self.discount

    @property
    def net(self) -> Rial:
        """What the stall earns with the goods: without commission, and without shipping, which the carrier gets."""
        return self.goods - self.commission
