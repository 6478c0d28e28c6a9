"""The first page of a login, and the enrolment of staff; allauth's own views do the rest."""

from typing import Any

from allauth.account.stages import LoginStage
from allauth.account.views import RequestLoginCodeView
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect

from shop.accounts.forms import PhoneForm
from shop.accounts.second_factor import is_enrolled, record_completed


class AskPhoneView(RequestLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Asks for a number and sends it a code. Always shows the form: who waits for a code may ask for another."""

    def _redirect_to_pending_stage(self, request: HttpRequest, stage: LoginStage) -> None:
        return None

    def form_invalid(self, form: PhoneForm) -> HttpResponse:
        if form.has_error("phone", "too_many_login_attempts"):
            limited: HttpResponse = respond_429(self.request)
            return limited
        invalid: HttpResponse = super().form_invalid(form)
        return invalid


class EnrolView(ActivateTOTPView):  # type: ignore[misc]  # allauth ships no types
    """Who has just typed the new authenticator's code need not type another at once."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.pk and is_enrolled(user_id=request.user.pk):
            return redirect("mfa_index")
        page: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return page

    def form_valid(self, form: ActivateTOTPForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        record_completed(self.request, user=self.request.user)
        return response


ask_phone = AskPhoneView.as_view()
enrol = EnrolView.as_view()
