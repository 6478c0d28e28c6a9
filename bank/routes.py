"""The parts of the bank put together, which address is whose, and the clock beside the requests."""

import json
import threading
import time
import traceback
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs

from bank import connect, payments, refunds
from bank.buyer import Buyer
from bank.counter import Answer, Counter, RefusedError, Turn
from bank.fakes import Fakes
from bank.faults import Faults
from bank.forms import BadFormError, parse_form
from bank.hooks import Hooks
from bank.store import Store
from bank.stripe_shape import WIRE as STRIPE
from bank.stripe_shape import check_key, refuse
from bank.stripe_shape import error as stripe_error
from bank.stripe_wire import StripeWire
from bank.zarinpal_graphql import ZarinpalGraphql
from bank.zarinpal_wire import WIRE as ZARINPAL
from bank.zarinpal_wire import ZarinpalWire

HERE = Path(__file__).parent
TICK_SECONDS = 0.25


@dataclass(frozen=True, kw_only=True)
class Config:
    """How this bank was started. Empty texts mean: none."""

    host: str
    port: int
    data: Path
    hook: str
    secret: str
    merchant: str
    zarinpal_merchant: str
    late: float
    shortest_session: int
    any_deadline: bool
    font: Path


@dataclass(frozen=True, kw_only=True)
class Request:
    """What came over HTTP."""

    method: str
    path: str
    query: str
    authorization: str
    idempotency_key: str
    account: str
    content_type: str
    body: bytes


class Bank:
    """Answers requests."""

    def __init__(self, config: Config, *, base_url: str) -> None:
        self._faults = Faults()
        self._store = Store(config.data)
        self._hooks = Hooks(self._store, url=config.hook, secret=config.secret)
        self._counter = Counter(self._store, self._faults, self._hooks)
        self._stripe = StripeWire(
            base_url=base_url,
            shortest_session=config.shortest_session,
            any_deadline=config.any_deadline,
        )
        self._zarinpal = ZarinpalWire(merchant_id=config.zarinpal_merchant)
        self._graphql = ZarinpalGraphql(late_seconds=config.late)
        self._fakes = Fakes(self._faults)
        self._buyer = Buyer(merchant=config.merchant, late_seconds=config.late)
        self._files = {
            "bank.css": (HERE / "pages" / "bank.css", "text/css; charset=utf-8"),
            "girih.svg": (HERE / "pages" / "girih.svg", "image/svg+xml"),
            "star.svg": (HERE / "pages" / "star.svg", "image/svg+xml"),
            "vazirmatn.woff2": (config.font, "font/woff2"),
        }
        threading.Thread(target=self._run_clock, daemon=True).start()

    def answer(self, request: Request) -> Answer:
        """Whatever is asked. Raises NoAnswerError when the bank must hang up."""
        path, verb = request.path, request.method
        if path.startswith("/v1/"):
            return self._answer_stripe(request)
        if path.startswith("/pg/v4/payment/") and verb == "POST":
            return self._answer_zarinpal(request)
        if path.rstrip("/") == "/api/v4/graphql" and verb == "POST":
            return self._answer_graphql(request)
        if path.startswith(("/c/pay/", "/pg/StartPay/")):
            return self._answer_buyer(request)
        if path.startswith("/_page/") and verb == "GET":
            return self._answer_file(path.removeprefix("/_page/"))
        if path == "/" and verb == "GET":
            return self._buyer.welcome(_field(request.query, "lang"))
        if path.startswith("/_fake/") and verb == "POST":
            return self._answer_fake(request)
        if path == "/_health" and verb == "GET":
            return Answer(200, b'{"ok": true}')
        return Answer(404, b'{"error": {"message": "Unrecognized request URL"}}')

    def _answer_stripe(self, request: Request) -> Answer:
        is_post = request.method == "POST"
        try:
            check_key(request.authorization)
            form = parse_form(request.body.decode("ascii") if is_post else request.query)
            found = self._stripe.route(request.method, request.path, form)
            if found is None:
                raise refuse(f"Unrecognized request URL ({request.path})", status=404)
        except RefusedError as refused:
            return refused.answer
        except (BadFormError, UnicodeDecodeError):
            return stripe_error(400, "invalid_request_error", "Invalid form encoding.")
        op, work = found
        key = request.idempotency_key if is_post else ""
        whole = f"{request.path}\n".encode() + request.body
        return self._counter.serve(
            op, work, wire=STRIPE, key=key, account=request.account, request=whole
        )

    def _answer_zarinpal(self, request: Request) -> Answer:
        try:
            params = json.loads(request.body)
        except ValueError:
            params = None
        found = self._zarinpal.route(request.path, params if isinstance(params, dict) else {})
        if found is None:
            return Answer(404, b"<html><body>404</body></html>", "text/html")
        op, work = found
        return self._counter.serve(op, work, wire=ZARINPAL)

    def _answer_graphql(self, request: Request) -> Answer:
        try:
            asked = json.loads(request.body)
        except ValueError:
            asked = None
        op, work = self._graphql.route(request.authorization, asked)
        return self._counter.serve(op, work, wire=ZARINPAL)

    def _answer_buyer(self, request: Request) -> Answer:
        name = request.path.rsplit("/", 1)[1]
        lang = _field(request.query, "lang")
        wire = self._buyer.wire(lang)
        if request.method == "GET":
            return self._counter.serve("page", self._buyer.show(name, lang), wire=wire)
        deed = _field(request.body.decode("ascii", "replace"), "deed")
        found = self._buyer.press(name, deed, lang)
        if found is None:
            return Answer(400, b"There is no such button.", "text/plain")
        op, work = found
        return self._counter.serve(op, work, wire=wire)

    def _answer_file(self, name: str) -> Answer:
        path, content_type = self._files.get(name, (Path(), ""))
        if not path.is_file():
            return Answer(404, b"", "text/plain")
        return Answer(200, path.read_bytes(), content_type, (("Cache-Control", "max-age=3600"),))

    def _answer_fake(self, request: Request) -> Answer:
        # JSON by name keeps a stray web page from planting faults with a plain form.
        if not request.content_type.startswith("application/json"):
            return Answer(415, b'{"error": "send application/json"}')
        try:
            wish = json.loads(request.body)
        except ValueError:
            wish = None
        if not isinstance(wish, dict):
            return Answer(400, b'{"error": "expected a JSON object"}')
        work = self._fakes.route(request.path, wish)
        if work is None:
            return Answer(404, b'{"error": "there is nothing of that name"}')
        return self._counter.serve("fake", work, wire=STRIPE)

    def _run_clock(self) -> None:
        while True:
            self._hooks.wait(TICK_SECONDS)
            try:
                with self._store.transaction() as db:
                    turn = Turn(db=db, now=time.time(), faults=self._faults)
                    payments.bring_all_up_to_date(turn)
                    refunds.bring_all_up_to_date(turn)
                    connect.bring_payouts_up_to_date(turn)
                self._hooks.deliver_due()
            except Exception:  # the clock must outlive whatever goes wrong in one tick
                traceback.print_exc()


def _field(encoded: str, name: str) -> str:
    return parse_qs(encoded).get(name, [""])[-1]
