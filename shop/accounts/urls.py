"""Addresses of the login. Only these of allauth's pages exist here: no sign-up, no password, no e-mail."""

from allauth.account.views import logout
from allauth.mfa.base import views as second_factor
from allauth.mfa.recovery_codes import views as recovery
from django.contrib.auth.decorators import login_not_required
from django.urls import path

from shop.accounts.views import ask_phone, confirm_code, enrol, open_stall

# allauth knows its pages by these names; asking for a code is our one way to log in.
login_by_phone = [
    path("login/", login_not_required(ask_phone), name="account_login"),
    path("login/", login_not_required(ask_phone), name="account_request_login_code"),
    path("login/code/", login_not_required(confirm_code), name="account_confirm_login_code"),
    path("logout/", login_not_required(logout), name="account_logout"),
]
# At the storefront alone: at the office nobody is a newcomer.
newcomers = [path("open-a-stall/", open_stall, name="open_stall")]
second_factor_of_staff = [
    path("login/second/", second_factor.authenticate, name="mfa_authenticate"),
    path("second-factor/", second_factor.index, name="mfa_index"),
    path("second-factor/again/", second_factor.reauthenticate, name="mfa_reauthenticate"),
    path("second-factor/set-up/", enrol, name="mfa_activate_totp"),
    path("second-factor/codes/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "second-factor/codes/new/",
        recovery.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
]
