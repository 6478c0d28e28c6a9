"""manage.py allow_settling 09121234567 [--stop]: let a member of staff settle with stalls and pay them out."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from shop.accounts.models import User
from shop.forms import MobileField
from vendors.settlements.access import let_settle, stop_settling


class Command(BaseCommand):
    help = (
        "Let a member of staff see the money pages of the desk. Each step there takes another person"
        " than the step before, so allow two at least."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone")
        parser.add_argument("--stop", action="store_true", help="take the right away again")

    def handle(self, *, phone: str, stop: bool, **_options: object) -> None:
        try:
            user = User.objects.get(phone=MobileField().clean(phone), is_staff=True)
        except (ValidationError, User.DoesNotExist) as error:
            raise CommandError("Nobody of the staff is known by this number.") from error
        if stop:
            stop_settling(user)
        else:
            let_settle(user)
        self.stdout.write(f"{user.phone} {user.name} settles={not stop}")
