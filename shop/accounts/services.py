"""Who may log in: people are invited, by phone number."""

from django.contrib.auth.hashers import make_password

from shop.accounts.models import User


def invite(*, phone: str, name: str, is_staff: bool = False) -> User:
    """Let a person log in by this number (E.164); a number that is known keeps its person, name and rights."""
    user, _is_new = User.objects.get_or_create(
        phone=phone, defaults={"name": name, "is_staff": is_staff, "password": make_password(None)}
    )
    return user


def say_name(*, user: User, name: str) -> None:
    """A person says what they are called."""
    User.objects.filter(pk=user.pk).update(name=name)
    user.name = name
