"""Stock takes the money where Oscar says to take it: in `handle_payment`, before the order is written.

The same three calls that our checkout causes at the sandbox bank: open the session, press pay, ask how it stands. Over
plain HTTP, which is cheaper than the library that our adapter uses.
"""

import os
from decimal import Decimal
from functools import cache
from typing import Any

import httpx
from oscar.apps.checkout.views import *  # noqa: F403
from oscar.apps.checkout.views import PaymentDetailsView as CorePaymentDetailsView

BANK = os.environ.get("BENCH_BANK_URL", "")


@cache
def bank() -> httpx.Client:
    # One for each worker, without the certificates that a plain connection to loopback never asks for.
    headers = {"Authorization": "Bearer sk_test_bench"}
    return httpx.Client(base_url=BANK, headers=headers, verify=False)  # noqa: S501 - plain HTTP


class PaymentDetailsView(CorePaymentDetailsView):
    def handle_payment(self, order_number: str, total: Any, **kwargs: Any) -> None:
        if not BANK:
            return
        amount = int(Decimal(total.incl_tax))
        session = bank().post("/v1/checkout/sessions", data=_session(order_number, amount)).json()
        pressed = bank().post(session["url"], data={"deed": "pay"})
        assert pressed.status_code == 303, pressed.text
        seen = bank().get(f"/v1/checkout/sessions/{session['id']}").json()
        assert seen["payment_status"] == "paid", seen


def _session(order_number: str, amount: int) -> dict[str, str]:
    line = "line_items[0]"
    return {
        "mode": "payment",
        "client_reference_id": order_number,
        "success_url": "http://127.0.0.1/paid/",
        "cancel_url": "http://127.0.0.1/not-paid/",
        f"{line}[quantity]": "1",
        f"{line}[price_data][currency]": "irr",
        f"{line}[price_data][unit_amount]": str(amount),
        f"{line}[price_data][product_data][name]": f"Order {order_number}",
    }
