"""manage.py check_invariants: what must be true of the money, one line for each promise."""

import sys
from argparse import ArgumentParser
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from vendors.settlements.invariants import INVARIANTS, Circumstances

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Check the ten promises of docs/reliability.md and print a line for each; ends with 1 when one is broken."
        " Reads only. Asks the gateways for their books of yesterday and today, unless the sandbox bank's log is given."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--capture-log", type=Path, help="the sandbox bank's capture.jsonl")

    def handle(self, *, capture_log: Path | None, **_options: object) -> None:
        if capture_log is not None and not capture_log.is_file():
            raise CommandError(f"There is no file {capture_log}.")
        at = Circumstances(
            now=timezone.now(),
            gateways=tuple(name for name in settings.GATEWAYS if name != "cash"),
            capture_log=capture_log,
        )
        n_broken = 0
        for invariant in INVARIANTS:
            breaches = invariant.check(at)
            shown = list(islice(breaches, SHOWN))
            n_broken += bool(shown)
            self.stdout.write(
                f"{invariant.code:<4}{'BROKEN' if shown else 'ok':<7} {invariant.sentence}"
            )
            for breach in shown:
                self.stdout.write(f"      {breach}")
            if more := sum(1 for _breach in breaches):
                self.stdout.write(f"      and {more} more")
        if n_broken:
            self.stdout.write(f"{n_broken} of {len(INVARIANTS)} promises are broken")
            sys.exit(1)
