"""The second factor of staff: the code an authenticator app shows, asked for at the office door alone."""

import time

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.http import HttpRequest

from shop.accounts.models import User

METHOD = "mfa"  # allauth's name for it in the session


def enrol(*, user: User, secret: str) -> None:
    """Give a person an authenticator whose secret (base32) is known: demo staff and tests. Once per person."""
    if not is_enrolled(user_id=user.pk):
        TOTP.activate(user, secret)


def forget(*, user: User) -> None:
    """Take away a lost authenticator and its recovery codes; the next login at the office sets up a new one."""
    Authenticator.objects.filter(user=user).delete()


def is_enrolled(*, user_id: int) -> bool:
    return bool(
        Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).exists()
    )


def is_completed(request: HttpRequest) -> bool:
    """Whether this very session has shown the second factor: enrolling elsewhere does not lift an open session."""
    return any(
        record["method"] == METHOD for record in get_authentication_records(request, request.user)
    )


def record_completed(request: HttpRequest, *, user: User) -> None:
    """Note in the session that the person has just shown a code of their authenticator."""
    record_authentication(request, user, method=METHOD, type="totp", reauthenticated=True)


def current_code(*, user_id: int) -> str | None:
    """What the person's authenticator app shows now; None when they have none."""
    row = Authenticator.objects.filter(user_id=user_id, type=Authenticator.Type.TOTP).first()
    if row is None:
        return None
    counter = int(time.time()) // app_settings.TOTP_PERIOD
    code: str = format_hotp_value(hotp_value(decrypt(row.data["secret"]), counter))
    return code
