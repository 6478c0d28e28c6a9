"""Forms of the login: a phone number and short codes, in three digit scripts."""

from typing import Any

from allauth.account.forms import ConfirmLoginCodeForm, RequestLoginCodeForm
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from shop.accounts.models import User
from shop.persian import to_latin_digits


class CodeField(forms.CharField):
    """A short number a person reads off a screen."""

    def __init__(self, **options: Any) -> None:
        attrs = {
            "inputmode": "numeric",
            "autocomplete": "one-time-code",
            "dir": "ltr",
            "autofocus": True,
        }
        super().__init__(
            label=pgettext_lazy("to log in", "Code"),
            max_length=20,
            widget=forms.TextInput(attrs=attrs),
            **options,
        )

    def to_python(self, value: Any) -> str:
        return to_latin_digits(super().to_python(value) or "")


class PhoneForm(RequestLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    """Asks for the mobile number; the field is the adapter's."""


class LoginCodeForm(ConfirmLoginCodeForm):  # type: ignore[misc]  # allauth ships no types
    code = CodeField(error_messages={"required": _("Type the five digits of the message.")})


class _AuthenticatorCode(forms.Form):
    """The wait after too many wrong authenticator codes is minutes: say so, instead of allauth's word for logins."""

    user: User
    code = CodeField(error_messages={"required": _("Type the digits that the app shows.")})

    def clean_code(self) -> str:
        try:
            code: str = super().clean_code()  # type: ignore[misc]  # of allauth's form beside this one
        except ValidationError as error:
            if error.code in ("too_many_login_attempts", "rate_limited"):
                raise ValidationError(
                    _("That was too many tries. Wait a few minutes and try again."), code=error.code
                ) from error
            raise
        # allauth remembers a used code for one period; it lives longer than that when clocks may differ.
        lifetime = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
        if not cache.add(f"second-factor-used:{self.user.pk}:{code}", True, lifetime):
            raise get_adapter().validation_error("incorrect_code")
        return code


class SecondFactorForm(_AuthenticatorCode, AuthenticateForm):  # type: ignore[misc]  # allauth ships no types
    """The code of the app, or one of the recovery codes, after the phone code."""


class SecondFactorAgainForm(_AuthenticatorCode, ReauthenticateForm):  # type: ignore[misc]  # as above
    """The same, asked again before something that matters."""


class EnrolForm(_AuthenticatorCode, ActivateTOTPForm):  # type: ignore[misc]  # as above
    """The first code of a new authenticator shows that it was set up."""
