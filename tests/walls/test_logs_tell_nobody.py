"""Logs carry facts and ids: no phone, no name, no login code. The demo's console sender is the exception."""

import logging
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.jalali import Month
from shop.notices.services import send_sms
from shop.orders.links import order_token
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.jobs import run_jobs
from tests.makers import BUYER, a_member, a_paid_order, a_product, a_stall, a_user
from tests.vendors.settlements.makers import (
    AZAR_5,
    SHEBA,
    a_payee,
    an_earned_order,
    finance_people,
)
from vendors.settlements.models import Rail
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import release_batch, return_payout
from vendors.settlements.services.prepare import prepare_settlements

pytestmark = [pytest.mark.wall, pytest.mark.django_db(transaction=True)]
KEEPER = "+989351234567"


@pytest.fixture(autouse=True)
def told_to_a_file(settings: Any, tmp_path: Any) -> None:
    settings.SMS_SENDER = "shop.notices.senders.FileSender"
    settings.SMS_FILE = str(tmp_path / "sms.log")
    settings.DEMO = False


def written(caplog: pytest.LogCaptureFixture) -> str:
    """The lines as the handler of the settings writes them, tracebacks included."""
    (console,) = (handler for handler in logging.getLogger().handlers if handler.name == "console")
    assert caplog.records != []
    return "\n".join(console.format(record) for record in caplog.records if console.filter(record))


def test_an_order_from_basket_to_door_leaves_no_person_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    keeper = a_user(phone=KEEPER, name="سمیه احمدیان")
    with caplog.at_level(logging.INFO):
        [order] = a_paid_order((a_product(a_stall(keeper=keeper)), 1))
        client.get(f"/o/{order_token(order.order.number)}/")
        client.post("/me/", {"number": order.order.number, "phone": BUYER.phone})
        client.post("/login/", {"phone": KEEPER})
        accept_stall_order(stall_order=order, now=timezone.now())
        send_stall_order(
            stall_order=order, carrier="پست", tracking_code="8812345", now=timezone.now()
        )
        deliver_stall_order(stall_order=order, now=timezone.now())
        run_jobs()
    assert "stall_order.delivered" in written(caplog)
    secrets = (BUYER.name, BUYER.address, BUYER.phone[3:], BUYER.postcode, KEEPER[3:], keeper.name)
    assert [secret for secret in (*secrets, "8812345") if secret in written(caplog)] == []


def test_a_payout_from_account_to_bank_leaves_no_account_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO):
        stall = a_payee()
        a_member(stall, a_user(phone=KEEPER))
        an_earned_order(stall)
        approver, releaser = finance_people()
        [draft] = prepare_settlements(month=Month(1405, 8), by_user_id=None, now=AZAR_5)
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=AZAR_5)
        batch = release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=AZAR_5)
        return_payout(payout=batch.payouts.get(), reason="حساب بسته است", now=AZAR_5)
        run_jobs()
    assert "payout.returned" in written(caplog)
    secrets = (SHEBA, SHEBA[4:], SHEBA[-10:], "مهسا رضایی", "حساب بسته است", KEEPER[3:])
    assert [secret for secret in secrets if secret in written(caplog)] == []


def test_a_job_that_fails_does_not_say_what_it_was_told(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_user(phone=KEEPER)
    client.post("/login/", {"phone": KEEPER})
    (job,) = ProcrastinateJob.objects.filter(task_name="shop.notices.jobs.send_text")
    assert KEEPER in str(job.args)

    def broken(**_arguments: object) -> bool:
        raise OSError("the disk is full")

    monkeypatch.setattr("shop.notices.services.send_sms", broken)
    with caplog.at_level(logging.WARNING):
        run_jobs()
    assert "send_text" in written(caplog)
    assert "the disk is full" in written(caplog)
    assert KEEPER not in written(caplog)
    assert job.args["text"] not in written(caplog)


def test_the_demos_console_shows_the_message(caplog: pytest.LogCaptureFixture) -> None:
    """Negative control: the exception that the demo's logins are read from."""
    with (
        override_settings(SMS_SENDER="shop.notices.senders.ConsoleSender"),
        caplog.at_level(logging.INFO),
    ):
        send_sms(key="k", phone=KEEPER, text="کد ۱۲۳۴۵", now=timezone.now())
        run_jobs()
    assert f"SMS to {KEEPER}: کد ۱۲۳۴۵" in caplog.messages
