"""manage.py invite 09121234567 --name … [--staff]: let a person log in by this number."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from shop.accounts.services import invite
from shop.forms import MobileField


class Command(BaseCommand):
    help = "Let a person log in by this mobile number; without --staff they see the stalls they work for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone")
        parser.add_argument("--name", required=True)
        parser.add_argument("--staff", action="store_true")

    def handle(self, *, phone: str, name: str, staff: bool, **_options: object) -> None:
        try:
            number = MobileField().clean(phone)
        except ValidationError as error:
            raise CommandError(error.messages[0]) from error
        user = invite(phone=number, name=name, is_staff=staff)
        self.stdout.write(f"{user.phone} {user.name} staff={user.is_staff}")
