"""Codes for numbers nobody is known by yet: who wants to open a stall proves their number first, and only then
becomes a person of ours."""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login_by_code import LoginCodeVerificationProcess
from allauth.account.models import Login
from allauth.account.stages import LoginByCodeStage, LoginStageController
from django.http import HttpRequest

from shop.accounts.services import invite

NEWCOMER = "newcomer"  # in the state of a login: no person is behind this number yet


class NewcomerProcess(LoginCodeVerificationProcess):  # type: ignore[misc]  # allauth ships no types
    """allauth sends codes to people it knows; this one sends one to a number alone."""

    def send_by_phone(self, phone: str, skip_enumeration_mails: bool = False) -> None:
        adapter = get_adapter()
        code = adapter.generate_phone_verification_code(user=None, phone=phone)
        self.state["code"] = code
        adapter.send_verification_code_sms(user=None, phone=phone, code=code)
        self.add_sent_message({"recipient": phone, "phone": phone})


def send_code_to_newcomer(request: HttpRequest, *, phone: str) -> None:
    """Begin the login of an unknown number; the page that asks for the code is the one that everybody gets."""
    login = Login(user=None, phone=phone)
    login.state["stages"] = {"current": LoginByCodeStage.key}
    stage = LoginByCodeStage(LoginStageController(request, login), request, login)
    stage.state.update(NewcomerProcess.initial_state(user=None, phone=phone))
    stage.state.update({"initiated_by_user": True, NEWCOMER: True})
    process = NewcomerProcess(stage=stage)
    process.send()
    process.persist()


def welcome_newcomer(stage: LoginByCodeStage) -> None:
    """The code was right: let this number in from now on. Who was known before is left as they are."""
    if stage.login.user is None and stage.state.get(NEWCOMER):
        stage.login.user = invite(phone=stage.state["phone"], name="")
