from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vendors.livelihood.income.services import rebuild_income


class Command(BaseCommand):
    help = "Compare the income record with the whole ledger, add what is missing, add up all months anew"

    def handle(self, *args: Any, **options: Any) -> None:
        result = rebuild_income(now=timezone.now())
        self.stdout.write(
            f"{result.n_entries_added} entries added, {result.n_months_corrected} months corrected"
        )
        for difference in result.differences:
            self.stderr.write(
                f"posting {difference.posting_id}: entry {difference.entry}, ledger {difference.posting}"
            )
        if result.differences:
            raise CommandError(f"{len(result.differences)} entries are not backed by the ledger")
