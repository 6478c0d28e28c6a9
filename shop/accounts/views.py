"""The first page of a login, and the enrolment of staff; allauth's own views do the rest."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.stages import LoginStage
from allauth.account.views import ConfirmLoginCodeView, RequestLoginCodeView
from allauth.core import ratelimit
from allauth.core.internal.ratelimit import respond_429
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.views import ActivateTOTPView
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from shop.accounts.forms import LoginCodeForm, PhoneForm
from shop.accounts.newcomers import send_code_to_newcomer, welcome_newcomer
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


class OpenStallView(AskPhoneView):
    """The way in for who is not known yet: the number is asked for and proven, then the stall is begun."""

    template_name = "account/open_stall.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            return redirect("panel:begin")
        page: HttpResponseBase = super().dispatch(request, *args, **kwargs)
        return page

    def form_valid(self, form: PhoneForm) -> HttpResponse:
        if get_adapter().get_user_by_phone(form.cleaned_data["phone"]) is None:
            send_code_to_newcomer(self.request, phone=form.cleaned_data["phone"])
            return redirect(self.get_success_url())
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_success_url(self) -> str:
        return f"{reverse('account_confirm_login_code')}?next={reverse('panel:begin')}"


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

    def _verify_form_valid(self, form: LoginCodeForm) -> HttpResponse:
        welcome_newcomer(self.stage)
        self._process = LoginCodeVerificationProcess(self.stage)
        answer: HttpResponse = super()._verify_form_valid(form)
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
open_stall = OpenStallView.as_view()
confirm_code = ConfirmCodeView.as_view()
enrol = EnrolView.as_view()
