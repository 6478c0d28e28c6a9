"""manage.py reconcile --day 1405-09-04 --gateway stripe: the gateway's book of a day against the ledger."""

import sys
from argparse import ArgumentParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from shop.jalali import parse_day
from shop.payments.gateways.base import GatewayError
from vendors.settlements.services.reconcile import reconcile

DIFFERENT, NOT_ASKED = 1, 2


class Command(BaseCommand):
    help = (
        "Compare a gateway's own book of one Tehran day with the ledger, line by line."
        " Ends with 0 when they agree, 1 with each difference, 2 when the gateway does not show its book."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--day", required=True, help="2026-11-25 or, in Jalali, 1405-09-04")
        parser.add_argument("--gateway", required=True, choices=sorted(settings.GATEWAYS))

    def handle(self, *, day: str, gateway: str, **_options: object) -> None:
        try:
            asked = parse_day(day)
        except ValueError as error:
            raise CommandError("The day is written 2026-11-25, or 1405-09-04 in Jalali.") from error
        try:
            found = reconcile(day=asked, name=gateway)
        except GatewayError as error:
            why = str(error).partition("\n")[0]
            raise CommandError(
                f"{gateway} could not be asked: {why}", returncode=NOT_ASKED
            ) from error
        for difference in found.differences:
            self.stdout.write(str(difference))
        self.stdout.write(
            f"{gateway} {asked}: {found.n_agree} lines agree, {len(found.differences)} differences"
        )
        if found.differences:
            sys.exit(DIFFERENT)
