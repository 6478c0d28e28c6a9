"""manage.py forget_second_factor 09121234567: for staff whose phone is lost, after you have made sure who asks."""

from argparse import ArgumentParser

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from shop.accounts.models import User
from shop.accounts.second_factor import forget
from shop.forms import MobileField


class Command(BaseCommand):
    help = "Take away a person's authenticator; their next login at the office sets up a new one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("phone")

    def handle(self, *, phone: str, **_options: object) -> None:
        try:
            user = User.objects.get(phone=MobileField().clean(phone))
        except (ValidationError, User.DoesNotExist) as error:
            raise CommandError("Nobody is known by this number.") from error
        forget(user=user)
        self.stdout.write(f"{user.phone} sets up a new authenticator at the next login")
