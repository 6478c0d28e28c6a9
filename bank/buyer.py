"""What the buyer does on the hosted page: look, and press one of five buttons."""

from collections.abc import Callable

from bank import pages, payments
from bank.counter import Answer, RefusedError, Turn, Wire
from bank.records import Payment

Work = Callable[[Turn], Answer]

# The operation under which a fault can be planted for each button.
OP_OF_DEED = {
    "pay": "pay",
    "pay_and_close": "pay",
    "pay_late": "pay",
    "decline": "decline",
    "cancel": "cancel",
}


class Buyer:
    """Turns a visit to the page into the work of one turn at the counter."""

    def __init__(self, *, merchant: str, late_seconds: float) -> None:
        self._merchant = merchant
        self._late_seconds = late_seconds

    def wire(self, lang: str) -> Wire:
        """How the page says that something is wrong."""
        language = pages.choose_language(lang, None)
        down = pages.plain_page("out_of_order", language=language, status=503)
        return Wire(unavailable=down, too_many=down, lost=down, key_reused=down, key_in_use=down)

    def welcome(self, lang: str) -> Answer:
        """Whoever comes to the bare address learns where they are."""
        return pages.plain_page("home", language=pages.choose_language(lang, None), status=200)

    def show(self, name: str, lang: str) -> Work:
        """The page itself."""

        def work(turn: Turn) -> Answer:
            payment = _named(turn, name, lang)
            language = pages.choose_language(lang, payment)
            return pages.payment_page(payment, language=language, merchant=self._merchant)

        return work

    def press(self, name: str, deed: str, lang: str) -> tuple[str, Work] | None:
        """A button; None when there is none of that name."""
        op = OP_OF_DEED.get(deed)
        if op is None:
            return None

        def work(turn: Turn) -> Answer:
            payment = _named(turn, name, lang)
            return _see_other(self._do(turn, payment, deed) or _own_page(payment, lang))

        return op, work

    def _do(self, turn: Turn, payment: Payment, deed: str) -> str:
        """Where the buyer goes next; "" stays on the page, which then tells what happened."""
        if deed in ("decline", "cancel"):
            if payment.state != "open":
                return ""
            act = payments.decline if deed == "decline" else payments.cancel
            return act(turn, payment).way_back(is_paid=False)
        late_by = self._late_seconds if deed == "pay_late" else 0
        payment = payments.pay(turn, payment, late_by=late_by)
        if payment.state not in ("paid", "processing") or deed == "pay_and_close":
            return ""
        return payment.way_back(is_paid=True)


def _named(turn: Turn, name: str, lang: str) -> Payment:
    payment = payments.find_payment(turn, name)
    if payment is None:
        language = pages.choose_language(lang, None)
        raise RefusedError(pages.plain_page("missing", language=language, status=404))
    return payment


def _own_page(payment: Payment, lang: str) -> str:
    path = "/c/pay/" if payment.wire == "stripe" else "/pg/StartPay/"
    return f"{path}{payment.id}{f'?lang={lang}' if lang in pages.LANGUAGES else ''}"


def _see_other(url: str) -> Answer:
    return Answer(303, headers=(("Location", url), ("Cache-Control", "no-store")))
