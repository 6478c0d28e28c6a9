"""The first page of a login, and the enrolment of staff; allauth's own views do the rest."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.stages import LoginStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
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


class ConfirmCodeView(ConfirmLoginCodeView):  # type: ignore[misc]  # allauth ships no types
    """Takes five guesses at a code, however they are sent.

    allauth counts them in the session, which guesses sent at the same moment all read before one has written.
    """

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        sent_code = f"{request.session.session_key}:{self._process.state['at']}"
        if not ratelimit.consume(request, action="guess_login_code", key=sent_code):
            adapter = get_adapter()
            adapter.add_message(
                request, messages.ERROR, message=adapter.error_messages["too_many_login_attempts"]
            )
            self._process.abort()
            return redirect("account_login")
        answer: HttpResponseBase = super().post(request, *args, **kwargs)
        return answer


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
confirm_code = ConfirmCodeView.as_view()
enrol = EnrolView.as_view()
