"""Fills both halves with the demonstration's data; a second run changes nothing."""

import logging
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from demo.livelihood import load_livelihood
from demo.market import load_market
from shop.jalali import parse_day, tehran_date
from vendors.livelihood.income.services import pull_income


class Command(BaseCommand):
    help = "Write the demo: sixteen stalls, people, past sales, and the records behind the report"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--today",
            type=parse_day,
            help="lay the dates as if it were this day (2027-03-25 or 1406-01-05); the real day when left out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        today: date = options["today"] or tehran_date(timezone.now())
        with quiet("shop.orders"), quiet("vendors.settlements"):
            is_new = {
                "shop": load_market(today=today),
                "livelihood record": load_livelihood(today=today),
            }
        if any(is_new.values()):
            pull_income(now=timezone.now())  # as the office's worker would within the minute
        if options["verbosity"]:
            for half, was_written in is_new.items():
                self.stdout.write(f"  {half}: {'written' if was_written else 'stands already'}")


@contextmanager
def quiet(name: str) -> Iterator[None]:
    """Keep the hundreds of past deliveries and payouts out of the log; warnings are heard."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(level)
