"""Inviting a person, by command."""

import pytest
from django.core.management import CommandError, call_command

from shop.accounts.models import User

pytestmark = pytest.mark.django_db


def test_an_invited_person_is_known_by_phone_and_has_no_password():
    call_command("invite", "۰۹۱۲۱۲۳۴۵۶۷", name="مریم", staff=True)
    user = User.objects.get()
    assert (user.phone, user.name, user.is_staff) == ("+989121234567", "مریم", True)
    assert user.has_usable_password() is False


def test_inviting_again_changes_nothing():
    call_command("invite", "09121234567", name="مریم")
    call_command("invite", "+989121234567", name="دیگری", staff=True)
    assert list(User.objects.values_list("name", "is_staff")) == [("مریم", False)]


def test_what_is_no_number_is_refused():
    with pytest.raises(CommandError):
        call_command("invite", "0912", name="مریم")
