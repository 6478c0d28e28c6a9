"""The points at which a process dies, and how a buyer brings one there: the rows of the kill matrix."""

import contextlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from django.db import connection
from django.utils import timezone
from procrastinate.exceptions import AlreadyEnqueued

from shop.jobs import defer
from shop.orders.models import StallOrder
from shop.orders.services.refund import refund_lines
from shop.payments.models import PaymentAttempt
from tests.reliability.buyers import Browser, Press, press_pay
from tests.reliability.checker import violations
from tests.reliability.market import GATEWAYS, Market
from tests.reliability.rig import Rig

PAY, RETURN, WEBHOOK = "/checkout/pay/", "/pay/return/", "/payments/stripe/webhook/"


class PassedBy(Exception):
    """The point was never reached: the row would prove nothing."""


@dataclass(frozen=True)
class Row:
    """One failpoint and how a process is brought there; `drive` also brings half of the buyers back."""

    failpoint: str
    drive: Callable[["Row", Market, Any, int], None]
    gateways: Sequence[str] = GATEWAYS
    by: str = ""

    def __str__(self) -> str:
        return f"{self.failpoint} ({self.by})" if self.by else self.failpoint

    def gateway(self, turn: int) -> str:
        return self.gateways[turn // 2 % len(self.gateways)]


def comes_back(turn: int) -> bool:
    return turn % 2 == 0


def while_pressing_pay(row: Row, market: Market, product: Any, turn: int) -> None:
    press = market.press(product, gateway=row.gateway(turn))
    market.rig.arm(f"{row.failpoint}:1", path=PAY)
    with contextlib.closing(Browser()) as buyer:
        with contextlib.suppress(httpx.TransportError):
            buyer.post(press.shop + PAY, press.form)
        see_death(market.rig, row)
        if comes_back(turn):
            press_pay(buyer, None, press)


def while_returning(row: Row, market: Market, product: Any, turn: int) -> None:
    press = market.press(product, gateway=row.gateway(turn))
    if row.gateway(turn) == "stripe":  # else the webhook's job might settle first
        market.rig.bank.arm("webhook", "webhook_never", times=2)
    with contextlib.closing(Browser()) as buyer:
        back = buyer.post(page_of(buyer, press), {"deed": "pay"}).headers["Location"]
        market.rig.arm(f"{row.failpoint}:1", path=RETURN)
        with contextlib.suppress(httpx.TransportError):
            buyer.get(back)
        see_death(market.rig, row)
        if comes_back(turn):
            buyer.get(back)


def while_told_by_the_bank(row: Row, market: Market, product: Any, turn: int) -> None:
    press = market.press(product, gateway=row.gateway(turn))
    with contextlib.closing(Browser()) as buyer:
        page = page_of(
            buyer, press
        )  # before the order to die: the bank may still be telling of another payment
        market.rig.arm(f"{row.failpoint}:1", path=WEBHOOK)
        buyer.post(page, {"deed": "pay_and_close"})
    see_death(market.rig, row)


def while_the_job_settles(row: Row, market: Market, product: Any, turn: int) -> None:
    market.rig.arm(f"{row.failpoint}:1")
    market.rig.renew_worker()
    pay_and_close(market, product, row.gateway(turn))
    see_death(market.rig, row)


def while_sweeping(row: Row, market: Market, product: Any, turn: int) -> None:
    for _ in range(2):  # Zarinpal sends no webhook: both wait for the sweeper
        pay_and_close(market, product, row.gateway(turn))
    market.rig.arm(f"{row.failpoint}:1")
    market.rig.renew_worker()
    sweep()
    see_death(market.rig, row)


def while_refunding(row: Row, market: Market, product: Any, turn: int) -> None:
    press = market.press(product, gateway=row.gateway(turn))
    with contextlib.closing(Browser()) as buyer:
        press_pay(buyer, None, press)
    stall_order = StallOrder.objects.filter(state=StallOrder.State.NEW).latest("pk")
    market.rig.arm(f"{row.failpoint}:1")
    market.rig.renew_worker()
    refund_lines(
        refund_id=uuid.uuid4(),
        stall_order=stall_order,
        quantities={line.pk: line.quantity for line in stall_order.lines},
        with_shipping=True,
        reason="test",
        by_user_id=None,
        now=timezone.now(),
    )
    see_death(market.rig, row)


ROWS = (
    Row("checkout.after_reserve", while_pressing_pay),
    Row("checkout.before_gateway", while_pressing_pay),
    Row("checkout.after_gateway_before_commit", while_pressing_pay),
    Row("checkout.after_commit_before_response", while_pressing_pay),
    Row("settle.after_gateway_before_commit", while_returning, by="return page"),
    Row("settle.mid_apply", while_returning, by="return page"),
    Row("settle.after_commit", while_returning, by="return page"),
    Row(
        "settle.after_gateway_before_commit", while_the_job_settles, ("stripe",), by="webhook's job"
    ),
    Row("settle.mid_apply", while_the_job_settles, ("stripe",), by="webhook's job"),
    Row("webhook.after_insert_event", while_told_by_the_bank, ("stripe",)),
    Row("webhook.before_2xx", while_told_by_the_bank, ("stripe",)),
    Row("settle.after_gateway_before_commit", while_sweeping, ("zarinpal",), by="sweeper"),
    Row("settle.mid_apply", while_sweeping, ("zarinpal",), by="sweeper"),
    Row("sweep.mid_batch", while_sweeping, ("zarinpal",)),
    Row("refund.after_gateway_before_commit", while_refunding),
)


def page_of(buyer: Browser, press: Press) -> str:
    """The bank's page for this press."""
    buyer.forget()
    answer = buyer.post(press.shop + PAY, press.form)
    page = answer.headers.get("Location", "")
    if not page.startswith(press.bank):
        raise RuntimeError(f"no way to the bank: {answer.status_code} {page}")
    return page


def pay_and_close(market: Market, product: Any, gateway: str) -> None:
    press = market.press(product, gateway=gateway)
    with contextlib.closing(Browser()) as buyer:
        buyer.post(page_of(buyer, press), {"deed": "pay_and_close"})


def see_death(shop: Rig, row: Row) -> None:
    if not shop.has_died():
        raise PassedBy(f"{row}: nobody died")


def sweep() -> None:
    """The sweeper's minute, now."""
    with contextlib.suppress(AlreadyEnqueued):
        defer("shop.orders.jobs.sweep_payments", timestamp=int(time.time()))


def forget_dead_workers() -> None:
    """As if their heartbeats were long ago: what they were at is put back, as each minute."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'"
        )
    with contextlib.suppress(AlreadyEnqueued):
        defer("shop.jobs.rescue_stalled_jobs", timestamp=int(time.time()))


def an_hour_later() -> None:
    """Whoever has not paid yet will not: their time is over."""
    PaymentAttempt.objects.filter(state__in=PaymentAttempt.OPEN).update(
        deadline=timezone.now() - timedelta(minutes=25)
    )


def heal(shop: Rig, *, seconds: float) -> tuple[float, list[str]]:
    """Sweep until nothing is wrong; how long that took, and what is wrong still."""
    began = time.monotonic()
    while True:
        wrong = violations(shop.bank)
        took = time.monotonic() - began
        if not wrong or took > seconds:
            return took, wrong
        sweep()
        time.sleep(0.2)
