"""What must be true when the dust has settled: the bank's own log against our tables, one sentence for each break."""

from collections import Counter
from collections.abc import Iterable, Iterator

from django.db import connection
from django.utils import timezone
from oscar.apps.basket.models import Basket
from oscar.apps.order.models import Order
from oscar.apps.partner.models import StockRecord

from shop.ledger.models import Transaction
from shop.orders.links import read_order_token
from shop.orders.models import Refund
from shop.payments.models import PaymentAttempt
from tests.fixtures_bank import SandboxBank
from vendors.settlements.invariants import INVARIANTS, Circumstances

State = PaymentAttempt.State


def violations(bank: SandboxBank) -> list[str]:
    """All that is wrong now; [] when every payment has ended in one place."""
    return [
        *_captures_without_an_end(bank),
        *_payments_without_a_capture(bank),
        *_open_too_long(),
        *_frozen_baskets(),
        *books_out_of_balance(),
        *_stock_held_by_nobody(),
    ]


def broken_promises(bank: SandboxBank) -> list[str]:
    """What `manage.py check_invariants` says of the same shop, given the same log."""
    at = Circumstances(
        now=timezone.now(),
        gateways=("zarinpal", "stripe"),
        capture_log=bank.folder / "capture.jsonl",
    )
    return [f"{promise.code}: {breach}" for promise in INVARIANTS for breach in promise.check(at)]


def lost_orders(order_pages: Iterable[str]) -> list[str]:
    """Of the orders whose buyers were told that they had paid, those that are not paid."""
    numbers = {read_order_token(page.removeprefix("/o/").rstrip("/")) for page in order_pages}
    paid = set(
        Order.objects.filter(number__in=numbers, status="paid").values_list("number", flat=True)
    )
    return [f"order {number} was acknowledged and is not paid" for number in sorted(numbers - paid)]


def _moved(bank: SandboxBank, *ops: str) -> Counter[str]:
    """What the bank's log says of each payment, by reference."""
    sums: Counter[str] = Counter()
    for op in ops:
        for line in bank.captures(op):
            sums[line["id"]] += line["amount"]
    return sums


def _captures_without_an_end(bank: SandboxBank) -> Iterator[str]:
    taken, given = _moved(bank, "capture"), _moved(bank, "refund", "reverse", "dispute")
    given.subtract(_moved(bank, "refund_failed", "dispute_won"))
    lines = Counter(line["id"] for line in bank.captures())
    attempts = {
        each.reference: each for each in PaymentAttempt.objects.filter(reference__in=list(taken))
    }
    refunded = Counter[str]()
    for refund in Refund.objects.filter(state=Refund.State.DONE).select_related("attempt"):
        refunded[str(refund.attempt.reference)] += refund.charge_amount
    for reference, amount in taken.items():
        attempt = attempts.get(reference)
        if lines[reference] > 1:
            yield f"{reference} was captured {lines[reference]} times"
        if attempt is None:
            if amount != given[reference]:
                yield f"captured {amount} under {reference}, which no order knows"
        elif attempt.state == State.PAID or attempt.state == State.REFUNDED:
            if amount != attempt.charge_amount:
                yield f"captured {amount} for attempt {attempt.pk} of {attempt.charge_amount}"
            if given[reference] != refunded[reference]:
                yield f"the bank gave back {given[reference]} of attempt {attempt.pk}, we say {refunded[reference]}"
        elif given[reference] != amount:
            yield f"captured {amount}, and attempt {attempt.pk} is {attempt.state}"


def _payments_without_a_capture(bank: SandboxBank) -> Iterator[str]:
    taken = _moved(bank, "capture")
    booked = Counter(
        Transaction.objects.filter(event_type__in=["payment.captured", "payment.late"]).values_list(
            "event_id", flat=True
        )
    )
    for attempt in PaymentAttempt.objects.filter(state=State.PAID):
        if str(attempt.reference) not in taken:
            yield f"attempt {attempt.pk} is paid, and nothing was captured"
        if booked[str(attempt.pk)] != 1:
            yield f"attempt {attempt.pk} is paid and booked {booked[str(attempt.pk)]} times"
        if attempt.order.status not in ("paid", "cancelled"):
            yield f"attempt {attempt.pk} is paid, its order {attempt.order.status}"
    per_basket = Counter(
        PaymentAttempt.objects.filter(state=State.PAID).values_list("basket_id", flat=True)
    )
    for basket_id, count in per_basket.items():
        if count > 1:
            yield f"basket {basket_id} was paid {count} times"


def _open_too_long() -> Iterator[str]:
    for attempt in PaymentAttempt.objects.filter(
        state__in=[*PaymentAttempt.OPEN, State.REFUND_DUE]
    ):
        yield f"attempt {attempt.pk} is still {attempt.state}"
    for refund in Refund.objects.filter(state__in=Refund.OPEN):
        yield f"refund {refund.pk} is still {refund.state}"


def _frozen_baskets() -> Iterator[str]:
    live = PaymentAttempt.objects.filter(state__in=[*PaymentAttempt.OPEN, State.ON_DELIVERY])
    frozen = Basket.objects.filter(status=Basket.FROZEN).exclude(
        pk__in=live.values_list("basket_id", flat=True)
    )
    for basket_id in frozen.values_list("pk", flat=True):
        yield f"basket {basket_id} is frozen, and nobody is paying for it"


def books_out_of_balance() -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT transaction_id, currency, sum(amount) FROM shop_ledger_posting"
            " JOIN shop_ledger_account ON shop_ledger_account.id = account_id"
            " GROUP BY transaction_id, currency HAVING sum(amount) <> 0"
        )
        for transaction_id, currency, total in cursor.fetchall():
            yield f"ledger transaction {transaction_id} is off by {total} {currency}"


def _stock_held_by_nobody() -> Iterator[str]:
    """What a stock record holds is what its open stall orders hold."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT line.stockrecord_id, sum(line.num_allocated) FROM order_line AS line"
            " JOIN shop_orders_stallorder AS parcel"
            " ON parcel.order_id = line.order_id AND parcel.partner_id = line.partner_id"
            " WHERE parcel.state IN ('pending', 'new', 'accepted') GROUP BY line.stockrecord_id"
        )
        held = {record_id: int(total or 0) for record_id, total in cursor.fetchall()}
    for record in StockRecord.objects.all():
        if (record.num_allocated or 0) != held.get(record.pk, 0):
            yield (
                f"stock record {record.pk} holds {record.num_allocated}, its open orders"
                f" {held.get(record.pk, 0)}"
            )
        if record.num_in_stock is not None and record.num_in_stock < (record.num_allocated or 0):
            yield f"stock record {record.pk} holds more than there is"
