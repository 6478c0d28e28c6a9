"""What a stall is owed for a Jalali month: sums of postings, each in one statement and no other."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from shop.fields import RialField
from shop.jalali import Month
from shop.money import Rial
from vendors.stalls.models import Stall


class Settlement(models.Model):
    """A statement. Rial, signed as the stall sees it: what it gets is positive, what it bears negative."""

    class State(models.TextChoices):
        DRAFT = "draft", _("prepared")
        APPROVED = "approved", _("approved")

    # Each is a sum of postings; together with what was carried over they are the net.
    PARTS: ClassVar[tuple[str, ...]] = (
        "sold",
        "shipping",
        "commission",
        "fees",
        "refunds",
        "cash",
        "disputes",
        "returned",
    )

    stall = models.ForeignKey(Stall, models.PROTECT, related_name="settlements")
    jyear = models.PositiveSmallIntegerField(_("year"))
    jmonth = models.PositiveSmallIntegerField(_("month"))
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.DRAFT)
    opening = RialField(_("carried over"))
    sold = RialField(_("goods sold"))
    discounts = RialField(_("vouchers, borne by the shop"))
    shipping = RialField(_("sending"))
    commission = RialField(_("commission"))
    fees = RialField(_("fees"))
    refunds = RialField(_("given back"))
    cash = RialField(_("cash taken at the door"))
    disputes = RialField(_("disputed at banks"))
    returned = RialField(_("payouts that came back"))
    net = RialField(_("to be paid"))
    # Too little to pay, or below zero: the next statement begins with it.
    carried_out = RialField(_("carried to the next"))
    # Nobody: the command did it.
    prepared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    prepared_at = models.DateTimeField(_("prepared on"))
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    approved_at = models.DateTimeField(_("approved on"), null=True)

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-jyear", "-jmonth", "stall"]
        # One right for all of it: preparing, approving, sending and the stalls' accounts.
        permissions = [("settle", _("may settle with stalls and pay them out"))]
        constraints = [
            models.UniqueConstraint(fields=["stall", "jyear", "jmonth"], name="settlement_once"),
            models.CheckConstraint(
                condition=Q(approved_by=None)
                | Q(prepared_by=None)
                | ~Q(approved_by=F("prepared_by")),
                name="settlement_two_people",
            ),
            models.CheckConstraint(
                condition=Q(
                    net=F("opening")
                    + F("sold")
                    + F("shipping")
                    + F("commission")
                    + F("fees")
                    + F("refunds")
                    + F("cash")
                    + F("disputes")
                    + F("returned")
                ),
                name="settlement_net",
            ),
            models.CheckConstraint(
                condition=Q(carried_out=0, net__gte=0) | Q(carried_out=F("net")),
                name="settlement_carried",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", approved_by=None)
                | Q(state="approved", approved_by__isnull=False),
                name="settlement_approved_by_somebody",
            ),
        ]

        triggers = [
            pgtrigger.Protect(
                name="approved_for_good",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="approved"),
            )
        ]

    def __str__(self) -> str:
        return f"{self.stall_id} {self.jyear}-{self.jmonth:02}"

    @property
    def month(self) -> Month:
        return Month(self.jyear, self.jmonth)

    @property
    def payable(self) -> Rial:
        """What is paid out for this statement; zero when all of it is carried over."""
        return self.net - self.carried_out


class SettlementLine(models.Model):
    """A posting of the ledger that this statement counts. A plain key: the ledger is another's table."""

    settlement = models.ForeignKey(Settlement, models.CASCADE, related_name="lines")
    posting_id = models.BigIntegerField(unique=True)

    class Meta:
        verbose_name = _("line of a settlement")
        verbose_name_plural = _("lines of settlements")
        triggers = [
            pgtrigger.Protect(name="not_moved", operation=pgtrigger.Update),
            pgtrigger.Trigger(
                name="of_approved_for_good",
                level=pgtrigger.Row,
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Delete,
                declare=[("its_state", "text")],
                func="""
                    SELECT state INTO its_state FROM vendors_settlements_settlement
                    WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.settlement_id ELSE NEW.settlement_id END;
                    IF its_state = 'approved' THEN
                        RAISE EXCEPTION 'settlement % is approved: its lines stay',
                            CASE WHEN TG_OP = 'DELETE' THEN OLD.settlement_id ELSE NEW.settlement_id END
                        USING ERRCODE = 'check_violation';
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id} {self.posting_id}"
