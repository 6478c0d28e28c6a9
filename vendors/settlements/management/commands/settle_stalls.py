"""manage.py settle_stalls --period 1405-08 [--dry-run]: prepare the statements of a Jalali month."""

from argparse import ArgumentParser
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from shop.jalali import Month
from shop.persian import to_latin_digits
from vendors.settlements.errors import SettlementError
from vendors.settlements.models import Settlement
from vendors.settlements.services.prepare import prepare_settlements

COLUMNS = (*Settlement.PARTS, "opening", "net", "carried_out", "payable")


class Command(BaseCommand):
    help = (
        "Prepare every stall's statement for a Jalali month that is over; staff approve them at the office."
        " Amounts in rial. Run again, it makes drafts anew and leaves approved statements as they are."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--period", required=True, help="Jalali year and month: 1405-08")
        parser.add_argument("--dry-run", action="store_true", help="show, and write nothing")

    def handle(self, *, period: str, dry_run: bool, **_options: object) -> None:
        month = _month(period)
        with transaction.atomic():
            try:
                drafts = prepare_settlements(month=month, by_user_id=None, now=timezone.now())
            except SettlementError as error:
                raise CommandError(str(error)) from error
            for line in _table(drafts):
                self.stdout.write(line)
            if dry_run:
                transaction.set_rollback(True)
        outcome = "nothing was written" if dry_run else "wait for approval"
        self.stdout.write(f"{month.year}-{month.month:02}: {len(drafts)} statements, {outcome}")


def _month(period: str) -> Month:
    try:
        year, month = to_latin_digits(period).split("-")
        return Month(int(year), int(month))
    except ValueError as error:
        raise CommandError("The period is a Jalali year and month, such as 1405-08.") from error


def _table(drafts: list[Settlement]) -> Iterator[str]:
    yield "  ".join(["stall".ljust(10), *(name.rjust(14) for name in COLUMNS)])
    for draft in drafts:
        figures = (f"{getattr(draft, name):>14,}" for name in COLUMNS)
        yield "  ".join([draft.stall.slug.ljust(10), *figures])
