from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from shop.jalali import parse_day, tehran_date
from vendors.livelihood.people.models import District
from vendors.livelihood.reports.services import district_paragraphs


class Command(BaseCommand):
    help = "Print a district's official paragraphs from its rows"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--district", required=True, help="name of the district")
        parser.add_argument("--as-of", help="2026-11-25 or 1405-09-04; today in Tehran by default")

    def handle(self, *args: Any, **options: Any) -> None:
        district = District.objects.filter(name=options["district"].strip()).first()
        if district is None:
            raise CommandError(f"No district is called {options['district']}")
        paragraphs = district_paragraphs(district=district, as_of=self._day(options["as_of"]))
        if not paragraphs:
            raise CommandError("Nothing may be reported for this district and year")
        self.stdout.write("\n\n".join(paragraphs))

    def _day(self, written: str | None) -> date:
        if written is None:
            return tehran_date(timezone.now())
        try:
            return parse_day(written)
        except ValueError as error:
            raise CommandError(f"Not a day: {written}. Write 2026-11-25 or 1405-09-04") from error
