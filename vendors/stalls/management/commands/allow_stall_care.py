"""manage.py allow_stall_care 09121234567 [--stop]: let a member of staff look after the stalls."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from shop.accounts.models import User
from shop.forms import MobileField
from vendors.stalls.access import let_look_after, stop_looking_after


class Command(BaseCommand):
    help = (
        "Let a member of staff see the desk's pages of stalls: opening, goods, reviews and reports."
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
            stop_looking_after(user)
        else:
            let_look_after(user)
        self.stdout.write(f"{user.phone} {user.name} looks_after_stalls={not stop}")
