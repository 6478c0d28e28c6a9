"""Making the statements of a month: what the ledger says is payable, each posting counted once."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time

from django.conf import settings
from django.db import transaction

from shop.jalali import TEHRAN, Month, tehran_date
from shop.ledger import accounts
from shop.ledger.models import Posting
from shop.money import Rial
from shop.orders.services.release import release_delivered
from vendors.settlements.errors import EarlierDraft, PeriodNotOver
from vendors.settlements.models import Settlement, SettlementLine
from vendors.stalls.models import Stall

log = logging.getLogger(__name__)
Kind = Posting.Kind
# A payout takes from the balance; it is the end of its own statement and no line of another.
HELD_FOR_PAYOUT = "payout.held"
PARTS_OF_KIND = {
    Kind.SHIPPING: "shipping",
    Kind.CASH: "cash",
    Kind.DISPUTE: "disputes",
    Kind.FEE: "fees",
    Kind.PAYOUT: "returned",
}


@dataclass(frozen=True)
class Figures:
    """One stall's month before it is written: the postings it counts, and their sums as the stall sees them. Rial."""

    stall: Stall
    posting_ids: tuple[int, ...]
    opening: Rial
    parts: dict[str, Rial]
    discounts: Rial

    @property
    def net(self) -> Rial:
        return sum(self.parts.values(), self.opening)

    @property
    def carried_out(self) -> Rial:
        """All of it when there is too little to pay, or nothing to pay at all."""
        return Rial(0) if self.net >= settings.MIN_PAYOUT_RIAL else self.net


def prepare_settlements(*, month: Month, by_user_id: int | None, now: datetime) -> list[Settlement]:
    """Write the statement of every stall with something to settle at the end of this month; those now in draft.

    First what was delivered long enough ago is released. Drafts are made anew, approved statements are left as they
    are; run at once by several, the statements are those of one run. Raises PeriodNotOver.
    """
    refuse_open_period(month, now)
    release_delivered(now=now)
    drafts = []
    for stall in Stall.objects.order_by("pk"):
        try:
            draft = _prepare(stall, month, by_user_id, now)
        except EarlierDraft:
            log.warning("settlement.waits_for_earlier stall=%s month=%s", stall.pk, month)
            continue
        if draft is not None:
            drafts.append(draft)
    return drafts


def figures_of(stall: Stall, *, month: Month) -> Figures | None:
    """What a statement of this month would say; None when it is approved already, or there is nothing to say.

    Counts what happened on the stall's `available` account before the month's end and stands in no other statement.
    Raises EarlierDraft.
    """
    mine = Settlement.objects.filter(stall=stall)
    own = mine.filter(jyear=month.year, jmonth=month.month).first()
    if own is not None and own.state == Settlement.State.APPROVED:
        return None
    before = mine.exclude(pk=own.pk) if own else mine
    earlier = [each for each in before if each.month < month]
    if any(each.state == Settlement.State.DRAFT for each in earlier):
        raise EarlierDraft
    if any(each.month > month for each in before):
        return None  # what happened in it late stands in the later one
    opening = max(earlier, key=lambda each: each.month).carried_out if earlier else Rial(0)
    postings = _unsettled(stall, month, own)
    if not postings and not opening:
        return None
    return Figures(
        stall=stall,
        posting_ids=tuple(posting.pk for posting in postings),
        opening=opening,
        parts=_sums(postings),
        discounts=_discounts(postings),
    )


def refuse_open_period(month: Month, now: datetime) -> None:
    """Raises PeriodNotOver before the month's last day has ended in Tehran."""
    if tehran_date(now) <= month.end:
        raise PeriodNotOver


def part_of(posting: Posting) -> str:
    """Which figure of a statement a posting on `available` belongs to."""
    kind = Kind(posting.kind)
    is_gain = posting.amount < 0
    if kind is Kind.GOODS:
        return "sold" if is_gain else "refunds"
    if kind is Kind.COMMISSION:
        return "refunds" if is_gain else "commission"
    if kind is Kind.SHIPPING and not is_gain:
        return "refunds"
    return PARTS_OF_KIND.get(kind, "refunds")


def _prepare(
    stall: Stall, month: Month, by_user_id: int | None, now: datetime
) -> Settlement | None:
    with transaction.atomic():
        # One at a time for each stall, whoever prepares.
        Stall.objects.select_for_update().get(pk=stall.pk)
        figures = figures_of(stall, month=month)
        Settlement.objects.filter(
            stall=stall, jyear=month.year, jmonth=month.month, state=Settlement.State.DRAFT
        ).delete()
        if figures is None:
            return None
        draft = Settlement.objects.create(
            stall=stall,
            jyear=month.year,
            jmonth=month.month,
            opening=figures.opening,
            **figures.parts,
            discounts=figures.discounts,
            net=figures.net,
            carried_out=figures.carried_out,
            prepared_by_id=by_user_id,
            prepared_at=now,
        )
        SettlementLine.objects.bulk_create(
            SettlementLine(settlement=draft, posting_id=posting_id)
            for posting_id in figures.posting_ids
        )
    log.info("settlement.prepared settlement=%s", draft.pk)
    return draft


def _unsettled(stall: Stall, month: Month, own: Settlement | None) -> list[Posting]:
    counted = SettlementLine.objects.filter(settlement__stall=stall)
    if own is not None:
        counted = counted.exclude(settlement=own)
    until = datetime.combine(month.next().start, time.min, TEHRAN)
    return list(
        Posting.objects.filter(
            account__code=accounts.stall_available(stall.partner_id),
            transaction__occurred_at__lt=until,
        )
        .exclude(transaction__event_type=HELD_FOR_PAYOUT)
        .exclude(pk__in=counted.values("posting_id"))
        .order_by("pk")
    )


def _sums(postings: Iterable[Posting]) -> dict[str, Rial]:
    sums = {part: Rial(0) for part in Settlement.PARTS}
    for posting in postings:
        sums[part_of(posting)] -= posting.amount
    return sums


def _discounts(postings: Sequence[Posting]) -> Rial:
    """What the shop bore of these orders' prices by vouchers, for information: the stall has its full price."""
    orders = {posting.stall_order_id for posting in postings if posting.kind == Kind.GOODS}
    borne = Posting.objects.filter(
        account__code=accounts.EXPENSE_PROMOTION, stall_order_id__in=orders - {None}
    )
    return sum((posting.amount for posting in borne), Rial(0))
