from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from search.checking import check_search, repair
from search.errors import SearchError


class Command(BaseCommand):
    help = "Compare the shop, the search rows and the index; exit 1 when they differ."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--repair", action="store_true", help="put right what differs")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            check = check_search()
        except SearchError as error:
            raise CommandError(str(error)) from error
        for name, value in (
            ("rows", check.rows),
            ("rows that differ from the shop", len(check.stale)),
            ("waiting in the outbox", check.waiting),
            ("refused by the server", check.refused),
        ):
            self.stdout.write(f"{value:>8} {name}")
        if settings.ELASTICSEARCH_URL:
            self.stdout.write(f"{check.documents:>8} documents in the index")
            self.stdout.write(f"{len(check.differing):>8} documents that differ from their row")
        if check.is_clean:
            return
        if not options["repair"]:
            raise CommandError(
                "Search differs from the shop: run search_check --repair, or reindex."
            )
        repair(check)
        self.stdout.write("Repaired.")
