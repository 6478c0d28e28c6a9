"""Zarinpal's answers as its published texts show them (never captured from the live service), and as the
line may garble them, replayed over HTTP."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from shop.payments.gateways.base import (
    AmountDiffers,
    Charge,
    GatewayError,
    GatewayRefused,
    GatewayUnknown,
    PaymentState,
    RefundNotOffered,
    RefundPayment,
    UnsettledPayment,
)
from shop.payments.gateways.zarinpal import ZarinpalConfig, ZarinpalGateway

SHAPES = json.loads(Path(__file__).with_name("zarinpal_shapes.json").read_text("utf-8"))
ODD = [*sorted(name for name in SHAPES if name.startswith("odd.")), "silence"]
MERCHANT = "00000000-0000-4000-8000-000000000000"
AUTHORITY = "A00000000000000000000000000217885159"
CHARGE = Charge(1_000_000)


@dataclass
class Recorded:
    """Answers the next calls with these shapes, in order, and keeps what it was asked."""

    gateway: ZarinpalGateway
    shapes: list[str] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)


@pytest.fixture
def recorded() -> Iterator[Recorded]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            played.asked.append((self.path.rsplit("/", 1)[1], body))
            shape = SHAPES[played.shapes.pop(0)]
            status = shape.get("status", 200)
            self.close_connection = True
            if status == 0:
                return  # hangs up without a word
            answer = (shape["body"] * shape.get("repeat", 1)).encode()
            self.send_response(status)
            self.send_header("Content-Type", shape.get("type", "application/json"))
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    listener.start()
    config = ZarinpalConfig(merchant_id=MERCHANT, base_url=f"http://127.0.0.1:{server.server_port}")
    with closing(ZarinpalGateway(config)) as gateway:
        played = Recorded(gateway)
        yield played
    server.shutdown()
    listener.join()
    server.server_close()


def outcome(recorded: Recorded, call: Any, *shapes: str) -> object:
    """What a call makes of these answers: its value, or the kind of error."""
    recorded.shapes = list(shapes)
    try:
        return call()
    except GatewayError as error:
        return type(error)
    finally:
        assert recorded.shapes == []


@pytest.mark.parametrize("shape", ["verify.first", "verify.again"])
def test_a_verified_payment_is_paid_and_ours(recorded: Recorded, shape: str) -> None:
    recorded.shapes = [shape]
    answer = recorded.gateway.look_up(AUTHORITY, charge=CHARGE)
    assert (answer.state, answer.is_taken) == (PaymentState.PAID, True)
    assert (answer.amount, answer.currency) == (1_000_000, "IRR")
    assert (answer.gateway_payment_id, answer.fee, answer.fee_currency) == ("201", 1_200, "IRR")
    assert recorded.asked == [
        ("verify.json", {"merchant_id": MERCHANT, "authority": AUTHORITY, "amount": 1_000_000})
    ]


def test_a_fee_that_is_no_whole_number_is_not_known(recorded: Recorded) -> None:
    recorded.shapes = ["verify.fee_as_fraction"]
    answer = recorded.gateway.look_up(AUTHORITY, charge=CHARGE)
    assert (answer.state, answer.fee, answer.fee_currency) == (PaymentState.PAID, None, "")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        *((f"error.{code}", GatewayUnknown) for code in (-9, -10, -11, -12, -34, -52)),
        ("error.-50", AmountDiffers),
        *((f"error.{code}", GatewayRefused) for code in (-53, -54, -55)),
        ("verify.code_as_fraction", GatewayUnknown),
        ("verify.code_true", GatewayUnknown),
        *((name, GatewayUnknown) for name in ODD),
    ],
)
def test_what_verify_says_otherwise(recorded: Recorded, shape: str, expected: object) -> None:
    def call() -> object:
        return recorded.gateway.look_up(AUTHORITY, charge=CHARGE)

    assert outcome(recorded, call, shape) is expected


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("inquiry.in_bank", PaymentState.PENDING),
        ("inquiry.failed", PaymentState.DECLINED),
        ("inquiry.reversed", PaymentState.EXPIRED),
        ("inquiry.paid", PaymentState.PENDING),  # paid between two questions: verify once more
        ("inquiry.new_word", PaymentState.UNKNOWN),
        ("error.-54", GatewayRefused),
        *((name, GatewayUnknown) for name in ODD),
    ],
)
def test_not_paid_is_asked_once_more(recorded: Recorded, shape: str, expected: object) -> None:
    def call() -> object:
        return recorded.gateway.look_up(AUTHORITY, charge=CHARGE).state

    assert outcome(recorded, call, "error.-51", shape) is expected
    assert [name for name, _ in recorded.asked] == ["verify.json", "inquiry.json"]


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("inquiry.paid", (PaymentState.PAID, False)),
        ("inquiry.verified", (PaymentState.PAID, True)),
        ("inquiry.in_bank", (PaymentState.PENDING, False)),
        ("error.-55", GatewayRefused),
        ("error.-10", GatewayUnknown),
    ],
)
def test_a_look_takes_nothing(recorded: Recorded, shape: str, expected: object) -> None:
    def call() -> object:
        answer = recorded.gateway.peek(AUTHORITY, charge=CHARGE)
        return answer.state, answer.is_taken

    assert outcome(recorded, call, shape) == expected
    assert recorded.asked[0][0] == "inquiry.json"


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ("request.without_authority", GatewayUnknown),
        *((f"error.{code}", GatewayRefused) for code in (-9, -10, -11, -14, -34, -41)),
        ("error.-12", GatewayUnknown),
        *((name, GatewayUnknown) for name in ODD),
    ],
)
def test_a_payment_that_could_not_begin(
    recorded: Recorded, a_start: Any, shape: str, expected: object
) -> None:
    assert outcome(recorded, lambda: recorded.gateway.start(a_start()), shape) is expected
    assert len(recorded.asked) == 1  # never sent twice by itself


def test_a_payment_begins_with_whole_rials(recorded: Recorded, a_start: Any) -> None:
    recorded.shapes = ["request.ok"]
    started = recorded.gateway.start(a_start(mobile="+989120000001", description="x" * 600))
    assert started.reference == AUTHORITY
    assert started.redirect_url.endswith(f"/pg/StartPay/{AUTHORITY}")
    ((name, body),) = recorded.asked
    assert name == "request.json"
    assert body == {
        "merchant_id": MERCHANT,
        "amount": 44_860_000,
        "currency": "IRR",
        "description": "x" * 500,
        "callback_url": "http://127.0.0.1:9/pay/back?attempt=7",
        "metadata": {"order_id": "1405-0731", "auto_verify": False, "mobile": "+989120000001"},
    }


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (
            "unverified.two",
            [
                UnsettledPayment(
                    reference="A00000000000000000000000000207288780", amount=50_500, currency="IRR"
                ),
                UnsettledPayment(
                    reference="A00000000000000000000000000207288781", amount=10_000, currency="IRR"
                ),
            ],
        ),
        ("unverified.none", []),
        ("unverified.amount_as_fraction", GatewayUnknown),
        ("unverified.amount_infinite", GatewayUnknown),
        ("unverified.amount_nan", GatewayUnknown),
        ("unverified.no_list", GatewayUnknown),
        *((name, GatewayUnknown) for name in ODD),
    ],
)
def test_the_list_of_what_nobody_took(recorded: Recorded, shape: str, expected: object) -> None:
    assert outcome(recorded, recorded.gateway.list_unsettled, shape) == expected


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        (["reverse.ok"], 1_000_000),
        (["error.-61", "inquiry.reversed"], 1_000_000),  # our first try, whose answer was lost
        (["error.-61", "inquiry.failed"], RefundNotOffered),
        (["error.-61", "odd.html_502"], GatewayUnknown),
        *(([f"error.{code}"], RefundNotOffered) for code in (-60, -62, -63)),
        *(([name], GatewayUnknown) for name in ODD),
    ],
)
def test_the_whole_is_reversed_or_not(
    recorded: Recorded, shapes: list[str], expected: object
) -> None:
    request = RefundPayment(
        key="refund-1",
        reference=AUTHORITY,
        gateway_payment_id="201",
        amount=1_000_000,
        paid_amount=1_000_000,
    )
    found = outcome(recorded, lambda: recorded.gateway.refund(request).amount, *shapes)
    assert found == expected
