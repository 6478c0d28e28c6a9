"""How allauth finds our people, reaches them, and keeps their secrets."""

import base64
import hashlib
import logging
import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from shop.accounts.doors import at_office
from shop.accounts.models import User
from shop.accounts.second_factor import current_code
from shop.forms import MobileField
from shop.jobs import defer
from shop.templatetags.bazarche import digits, home_path

logger = logging.getLogger(__name__)


class PhoneAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """People log in by phone and code. Others see the same page and get no code (but see `newcomers`)."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "incorrect_code": _("This is not the code we sent. Look at the message once more."),
        "too_many_login_attempts": _("The code was wrong five times. Ask for a new one."),
        "rate_limited": _("That was too many tries. Wait a few minutes and try again."),
    }

    def get_login_stages(self) -> list[str]:
        """The storefront asks for no second factor: it opens nothing that staff alone may see."""
        stages = ["allauth.account.stages.LoginByCodeStage"]
        return [*stages, "allauth.mfa.stages.AuthenticateStage"] if at_office() else stages

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        return home_path() if at_office() else reverse("panel:home")

    def get_logout_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account_login") if at_office() else home_path()

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("account_login"))

    def phone_form_field(self, **options: Any) -> MobileField:
        return MobileField(
            label=pgettext_lazy("of a person", "Mobile number"), **{"required": True, **options}
        )

    def get_user_by_phone(self, phone: str) -> User | None:
        return User.objects.filter(phone=phone, is_active=True).first()

    def get_phone(self, user: User) -> tuple[str, bool]:
        return user.phone, user.phone_verified

    def set_phone(self, user: User, phone: str, verified: bool) -> None:
        user.phone, user.phone_verified = phone, verified
        user.save(update_fields=["phone", "phone_verified"])

    def set_phone_verified(self, user: User, phone: str) -> None:
        User.objects.filter(pk=user.pk, phone=phone).update(phone_verified=True)

    def send_verification_code_sms(
        self, user: User | None, phone: str, code: str, **_more: Any
    ) -> None:
        text = gettext("Bazarche: your login code is %(code)s") % {"code": digits(code)}
        key = f"login-code:{uuid.uuid4().hex}"
        defer("shop.notices.jobs.send_text", key=key, phone=phone, text=text, code=code)
        if settings.DEMO and at_office() and user is not None:
            self._show_second_factor(user)

    def _show_second_factor(self, user: User) -> None:
        """Demo staff have no phone with an authenticator: the log shows what it would show."""
        code = current_code(user_id=user.pk)
        if code:
            logger.info("DEMO second factor of %s: %s", user.name or user.phone, code)


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]  # allauth ships no types
    """Authenticator secrets lie in the database encrypted: a copy of the tables alone opens no door."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Type the one the app shows now."),
    }

    def get_totp_label(self, user: User) -> str:
        return user.name or user.phone

    def encrypt(self, text: str) -> str:
        return _fernet().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return _fernet().decrypt(encrypted_text.encode()).decode()


def _fernet() -> MultiFernet:
    """Keys of the present secret and of the ones before it, so that a changed secret locks nobody out."""
    keys = [settings.SECRET_KEY, *map(str, settings.SECRET_KEY_FALLBACKS)]
    return MultiFernet(
        [
            Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"totp:{key}".encode()).digest()))
            for key in keys
        ]
    )
