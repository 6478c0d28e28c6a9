"""Income is pulled from the shop's ledger by key; nothing pushes to it and nothing is ever edited."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max, Min, Q, Sum
from django.db.models.functions import Coalesce

from shop.jalali import Month, tehran_date
from shop.ledger.queries import EarnedPosting, earned_postings_since
from vendors.livelihood.bridge import PlanOfStall
from vendors.livelihood.income.models import IncomeCursor, IncomeEntry, MonthlyIncome
from vendors.livelihood.record import ALIAS
from vendors.stalls.models import Stall

log = logging.getLogger(__name__)

LEDGER = "ledger.posting"
# Shipping is the carrier's, not the household's.
KINDS = (IncomeEntry.Kind.GOODS, IncomeEntry.Kind.COMMISSION)
# A posting carries the time its transaction began and shows when that commits; the doors' roles are cut off
# after a minute of silence, so an hour back finds every late one.
OVERLAP = timedelta(hours=1)
THE_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
BATCH = 1000

PlanMonth = tuple[UUID, Month]

Evidence = IncomeEntry.Evidence


@dataclass(frozen=True)
class PullResult:
    """Entries written by a pull, and the months added up anew."""

    n_entries: int
    n_months: int


@dataclass(frozen=True)
class Difference:
    """An entry that the ledger does not back: it has no posting, or another amount. Rial."""

    posting_id: str
    entry: int
    posting: int | None


@dataclass(frozen=True)
class RebuildResult:
    """What `rebuild_income` found and put right; differences are for a human, entries are never edited."""

    n_entries_added: int
    n_months_corrected: int
    differences: list[Difference]


def pull_income(*, now: datetime) -> PullResult:
    """Write the income entries of postings that came since the last pull, and add up the months they touch.

    Told twice, written once: entries are keyed by posting. Postings of stalls without a plan on that day are left out.
    One reader at a time: a second waits for the first one's commit.
    """
    with transaction.atomic(using=ALIAS):
        cursor = _locked_cursor(now=now)
        touched: set[PlanMonth] = set()
        n_entries, read_until = 0, cursor.read_until
        postings = earned_postings_since(posted_after=cursor.read_until - OVERLAP)
        for batch in _batches(postings):
            read_until = max(read_until, batch[-1].posted_at)
            written = _write_entries(batch)
            n_entries += len(written)
            touched |= {(entry.plan_id, Month.of(entry.occurred_on)) for entry in written}
        refresh_months(touched)
        cursor.read_until, cursor.checked_at = read_until, now
        cursor.save(update_fields=["read_until", "checked_at"])
    if n_entries:
        log.info("income.pulled entries=%s months=%s", n_entries, len(touched))
    return PullResult(n_entries=n_entries, n_months=len(touched))


def rebuild_income(*, now: datetime) -> RebuildResult:
    """Read the whole ledger again: add entries that are missing, add up every month anew, and compare.

    Finds what stalls earned before they were linked to their plan. Entries that the ledger does not back are reported.
    """
    with transaction.atomic(using=ALIAS):
        cursor = _locked_cursor(now=now)
        amounts: dict[str, int] = {}
        n_added = 0
        for batch in _batches(earned_postings_since(posted_after=THE_BEGINNING)):
            amounts |= {str(posting.posting_id): int(posting.amount) for posting in batch}
            n_added += len(_write_entries(batch))
            cursor.read_until = max(cursor.read_until, batch[-1].posted_at)
        n_corrected = _rebuild_months()
        cursor.checked_at = now
        cursor.save(update_fields=["read_until", "checked_at"])
        differences = [
            Difference(posting_id=source_id, entry=int(amount), posting=amounts.get(source_id))
            for source_id, amount in IncomeEntry.objects.filter(source_type=LEDGER).values_list(
                "source_id", "amount"
            )
            if amounts.get(source_id) != amount
        ]
    log.info("income.rebuilt entries=%s months=%s", n_added, n_corrected)
    return RebuildResult(n_added, n_corrected, differences)


def refresh_months(touched: Iterable[PlanMonth]) -> None:
    """Add up these months of these plans from their entries; a month that has none loses its row."""
    plans_of: dict[Month, set[UUID]] = defaultdict(set)
    for plan_id, month in touched:
        plans_of[month].add(plan_id)
    for month, plan_ids in sorted(plans_of.items()):
        rows = _added_up(month, Q(plan__in=plan_ids))
        MonthlyIncome.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["plan", "jyear", "jmonth"],
            update_fields=["goods", "commission", "net", "n_entries"],
        )
        MonthlyIncome.objects.filter(
            plan__in=plan_ids - {row.plan_id for row in rows}, jyear=month.year, jmonth=month.month
        ).delete()


def _locked_cursor(*, now: datetime) -> IncomeCursor:
    IncomeCursor.objects.get_or_create(
        source_type=LEDGER, defaults={"read_until": THE_BEGINNING, "checked_at": now}
    )
    return IncomeCursor.objects.select_for_update().get(source_type=LEDGER)


def _batches(postings: Iterator[EarnedPosting]) -> Iterator[list[EarnedPosting]]:
    while batch := list(islice(postings, BATCH)):
        yield batch


def _write_entries(postings: list[EarnedPosting]) -> list[IncomeEntry]:
    """The entries of these postings that were not there yet."""
    stall_of = dict(
        Stall.objects.filter(partner_id__in={row.partner_id for row in postings}).values_list(
            "partner_id", "public_id"
        )
    )
    plan_of = PlanOfStall.of(set(stall_of.values()))
    known = set(
        IncomeEntry.objects.filter(
            source_type=LEDGER, source_id__in=[str(row.posting_id) for row in postings]
        ).values_list("source_id", flat=True)
    )
    entries = []
    for row in postings:
        day = tehran_date(row.occurred_at)
        plan_id = plan_of.on(stall_of.get(row.partner_id), day)
        if plan_id is None or row.kind not in KINDS or str(row.posting_id) in known:
            continue
        entries.append(
            IncomeEntry(
                plan_id=plan_id,
                source_type=LEDGER,
                source_id=str(row.posting_id),
                kind=row.kind,
                amount=row.amount,
                occurred_on=day,
                evidence=Evidence.DECLARED if row.is_declared else Evidence.BOOKED,
            )
        )
    IncomeEntry.objects.bulk_create(entries, ignore_conflicts=True)
    return entries


def _added_up(month: Month, plans: Q) -> list[MonthlyIncome]:
    sums = (
        IncomeEntry.objects.filter(plans, occurred_on__range=(month.start, month.end))
        .order_by()
        .values("plan")
        .annotate(
            goods=Coalesce(Sum("amount", filter=Q(kind=IncomeEntry.Kind.GOODS)), 0),
            commission=Coalesce(Sum("amount", filter=Q(kind=IncomeEntry.Kind.COMMISSION)), 0),
            n=Count("pk"),
        )
    )
    return [
        MonthlyIncome(
            plan_id=row["plan"],
            jyear=month.year,
            jmonth=month.month,
            goods=row["goods"],
            commission=row["commission"],
            net=row["goods"] + row["commission"],
            n_entries=row["n"],
        )
        for row in sums
    ]


def _rebuild_months() -> int:
    """Make every month's row what its entries say; gives the number of rows that were wrong, missing or too many."""
    right: dict[tuple[UUID, int, int], MonthlyIncome] = {}
    span = IncomeEntry.objects.aggregate(first=Min("occurred_on"), last=Max("occurred_on"))
    if span["first"] is not None:
        month, last = Month.of(span["first"]), Month.of(span["last"])
        while month <= last:
            right |= {(row.plan_id, row.jyear, row.jmonth): row for row in _added_up(month, Q())}
            month = month.next()
    standing = {(row.plan_id, row.jyear, row.jmonth): row for row in MonthlyIncome.objects.all()}
    wrong = {
        key
        for key in right.keys() | standing.keys()
        if _figures(right.get(key)) != _figures(standing.get(key))
    }
    MonthlyIncome.objects.filter(
        pk__in=[standing[key].pk for key in wrong & standing.keys()]
    ).delete()
    MonthlyIncome.objects.bulk_create(right[key] for key in wrong & right.keys())
    return len(wrong)


def _figures(row: MonthlyIncome | None) -> tuple[int, ...] | None:
    return None if row is None else (row.goods, row.commission, row.net, row.n_entries)
