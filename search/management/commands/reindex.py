from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from search.errors import SearchError
from search.models import SearchText
from search.rebuild import is_up_to_date, rebuild_index
from search.services import drain_outbox, refresh_all


class Command(BaseCommand):
    help = "Bring every search row up to date and build a new index beside the one in use."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-needed",
            action="store_true",
            help="build no new index where the one in use will do",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        changed = refresh_all()
        self.stdout.write(f"{SearchText.objects.count()} rows, {changed} of them changed")
        if not settings.ELASTICSEARCH_URL:
            self.stdout.write("No ELASTICSEARCH_URL: PostgreSQL searches these rows itself.")
            return
        try:
            drain_outbox()
            if options["if_needed"] and is_up_to_date():
                self.stdout.write("The index in use is up to date.")
                return
            self.stdout.write(f"Now searching {rebuild_index(now=timezone.now())}")
        except SearchError as error:
            raise CommandError(str(error)) from error
