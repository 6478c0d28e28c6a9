"""manage.py settle_stalls --period 1405-08 [--dry-run]: prepare the statements of a Jalali month."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from shop.jalali import Month
from shop.persian import to_latin_digits
from vendors.settlements.errors import SettlementError
from vendors.settlements.models import PayoutAccount, Settlement
from vendors.settlements.services.prepare import prepare_settlements

COLUMNS = (*Settlement.PARTS, "opening", "net", "carried_out", "payable")

YEARS = range(1400, 1500)


class Command(BaseCommand):
    help = (
        "Prepare every stall's statement for a Jalali month that is over; staff approve them at the office."
        " Amounts in rial. Run again, it makes drafts anew and leaves approved statements as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="Jalali year and month: 1405-08")
        parser.add_argument("--dry-run", action="store_true", help="show, and write nothing")

    def handle(self, *, period: str, dry_run: bool, **_options: object) -> None:
        month, now = _month(period), timezone.now()
        with transaction.atomic():
            try:
                drafts = prepare_settlements(month=month, by_user_id=None, now=now)
            except SettlementError as error:
                raise CommandError(str(error)) from error
            for line in _table(drafts, now):
                self.stdout.write(line)
            for stall in _left_out(month):
                self.stdout.write(
                    f"{stall.ljust(10)}  left out: an earlier month waits for approval"
                )
            if dry_run:
                transaction.set_rollback(True)
        outcome = "nothing was written" if dry_run else "wait for approval"
        self.stdout.write(f"{month.year}-{month.month:02}: {len(drafts)} statements, {outcome}")


def _month(period: str) -> Month:
    try:
        year, month = map(int, to_latin_digits(period).split("-"))
        if year not in YEARS:
            raise ValueError(f"no year {year} of this shop")
        return Month(year, month)
    except ValueError as error:
        raise CommandError("The period is a Jalali year and month, such as 1405-08.") from error


def _left_out(month: Month) -> list[str]:
    """The stalls of which a month before this one still waits."""
    drafts = Settlement.objects.filter(state=Settlement.State.DRAFT).select_related("stall")
    return sorted({draft.stall.slug for draft in drafts if draft.month < month})


def _table(drafts: list[Settlement], now: datetime) -> Iterator[str]:
    yield "  ".join(["stall".ljust(10), *(name.rjust(14) for name in COLUMNS), "then"])
    payable_stalls = {
        account.stall_id
        for account in PayoutAccount.objects.filter(state=PayoutAccount.State.APPROVED)
        if account.is_usable(now=now)
    }
    for draft in drafts:
        figures = (f"{getattr(draft, name):>14,}" for name in COLUMNS)
        then = _then(draft, has_account=draft.stall_id in payable_stalls)
        yield "  ".join([draft.stall.slug.ljust(10), *figures, then])


def _then(draft: Settlement, *, has_account: bool) -> str:
    if not draft.payable:
        return "is carried over"
    return "is paid when approved" if has_account else "waits for an account"
