"""What the desk's pages of money show: months of statements, payouts on their way, stalls' accounts."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from django.db.models import Count, Q, QuerySet, Sum

from shop.accounts.models import User
from shop.jalali import Month
from shop.money import Rial
from vendors.settlements.models import Payout, PayoutAccount, PayoutBatch, Rail, Settlement
from vendors.stalls.models import Stall

State = Payout.State


@dataclass(frozen=True)
class MonthOfStatements:
    """All statements of a Jalali month by stall, with their sums; rial."""

    SUMMED: ClassVar[tuple[str, ...]] = (*Settlement.PARTS, "opening", "net", "carried_out")

    month: Month
    statements: Sequence[Settlement]

    @property
    def totals(self) -> dict[str, Rial]:
        return {
            name: sum((getattr(each, name) for each in self.statements), Rial(0))
            for name in (*self.SUMMED, "payable")
        }

    @property
    def n_drafts(self) -> int:
        return sum(each.state == Settlement.State.DRAFT for each in self.statements)


def month_of_statements(month: Month) -> MonthOfStatements:
    """One statement of SQL; empty before the month was prepared."""
    statements = (
        Settlement.objects.filter(jyear=month.year, jmonth=month.month)
        .select_related("stall", "payout")
        .order_by("stall__name", "pk")
    )
    return MonthOfStatements(month, list(statements))


def earlier_drafts(month: Month) -> list[Settlement]:
    """Statements of months before this one that still wait: their stalls are left out of this month until then."""
    drafts = Settlement.objects.filter(state=Settlement.State.DRAFT).select_related("stall")
    return [
        each for each in drafts.order_by("jyear", "jmonth", "stall__name") if each.month < month
    ]


def payout_of(settlement: Settlement) -> Payout | None:
    """The payout of an approved statement; None when all of it was carried over."""
    return (
        Payout.objects.filter(settlement=settlement)
        .select_related("account", "batch", "approved_by", "released_by")
        .first()
    )


@dataclass(frozen=True)
class Waiting:
    """Payouts of one rail that wait to be sent. Rial."""

    rail: Rail
    payouts: Sequence[Payout]
    mine: int
    is_sent_today: bool

    @property
    def total(self) -> Rial:
        return sum((payout.amount for payout in self.payouts), Rial(0))

    @property
    def n_others(self) -> int:
        """How many the person who looks may send: others approved them."""
        return len(self.payouts) - self.mine


def waiting_payouts(*, user: User, today: date) -> list[Waiting]:
    """What waits on each rail with anything; two statements."""
    payouts = list(
        Payout.objects.filter(state=State.PREPARED, account__state=PayoutAccount.State.APPROVED)
        .select_related("account", "settlement__stall", "approved_by")
        .order_by("prepared_at", "pk")
    )
    done = set(PayoutBatch.objects.filter(day=today).values_list("rail", flat=True))
    return [
        Waiting(
            rail=rail,
            payouts=of_rail,
            mine=sum(payout.approved_by_id == user.pk for payout in of_rail),
            is_sent_today=rail in done,
        )
        for rail in Rail
        if (of_rail := [payout for payout in payouts if payout.account.rail == rail])
    ]


def payouts_left_behind() -> QuerySet[Payout]:
    """Approved, and the account was replaced before they left: they go back to the stall's balance."""
    return (
        Payout.objects.filter(state=State.PREPARED)
        .exclude(account__state=PayoutAccount.State.APPROVED)
        .select_related("account", "settlement__stall")
        .order_by("prepared_at", "pk")
    )


def payouts_that_came_back() -> QuerySet[Payout]:
    """The latest first."""
    return (
        Payout.objects.filter(state=State.RETURNED)
        .select_related("account", "settlement__stall")
        .order_by("-closed_at", "pk")
    )


def batches() -> QuerySet[PayoutBatch]:
    """The latest first, each with its count, its sum and how many are still open."""
    return (
        PayoutBatch.objects.select_related("released_by")
        .annotate(
            n=Count("payouts"),
            total=Sum("payouts__amount"),
            n_open=Count("payouts", filter=Q(payouts__state=State.SENT)),
            n_back=Count("payouts", filter=Q(payouts__state=State.RETURNED)),
        )
        .order_by("-day", "rail")
    )


def payouts_of(batch: PayoutBatch) -> list[Payout]:
    return list(
        batch.payouts.select_related("account", "settlement__stall", "approved_by").order_by(
            "prepared_at", "pk"
        )
    )


def proposed_accounts() -> QuerySet[PayoutAccount]:
    """What waits for a second person, the oldest first."""
    return (
        PayoutAccount.objects.filter(state=PayoutAccount.State.PROPOSED)
        .select_related("stall", "proposed_by")
        .order_by("proposed_at", "pk")
    )


@dataclass(frozen=True)
class PaidStall:
    stall: Stall
    account: PayoutAccount | None
    is_usable: bool


def stalls_with_accounts(*, now: datetime) -> list[PaidStall]:
    """Every stall that was ever in the shop by name, those without an account first; two statements."""
    accounts = {
        account.stall_id: account
        for account in PayoutAccount.objects.filter(state=PayoutAccount.State.APPROVED)
    }
    stalls = [
        PaidStall(
            stall=stall,
            account=accounts.get(stall.pk),
            is_usable=stall.pk in accounts and accounts[stall.pk].is_usable(now=now),
        )
        for stall in Stall.objects.order_by("name", "pk")
    ]
    return sorted(stalls, key=lambda row: row.account is not None)


def history_of(stall: Stall) -> Iterable[PayoutAccount]:
    """All accounts a stall ever had or was proposed, the newest first."""
    return stall.payout_accounts.select_related("proposed_by", "decided_by")


@dataclass(frozen=True)
class MoneyToDo:
    """What waits for somebody who settles."""

    n_drafts: int
    n_to_send: int
    n_open: int
    n_accounts: int


def money_to_do() -> MoneyToDo:
    """Three statements; zeros when nothing waits."""
    payouts = Payout.objects.aggregate(
        n_to_send=Count("pk", filter=Q(state=State.PREPARED)),
        n_open=Count("pk", filter=Q(state=State.SENT)),
    )
    return MoneyToDo(
        n_drafts=Settlement.objects.filter(state=Settlement.State.DRAFT).count(),
        n_accounts=proposed_accounts().count(),
        **payouts,
    )
