"""What must be true of the money at any moment, each as a question to the database (in words: docs/reliability.md).

A check yields one sentence for each breach and nothing when all is well. All of them read, none writes.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.models import Sum

from shop.jalali import tehran_date
from shop.orders.models import Refund, StallOrder
from shop.orders.shares import left_of
from shop.payments.gateways.base import GatewayError, MovementsNotOffered
from shop.payments.models import PaymentAttempt
from vendors.settlements.models import Settlement
from vendors.settlements.services.reconcile import reconcile

# Nothing may stand still longer: the sweeper asks each minute, a bank pays within days.
LATE_PAYMENT = timedelta(minutes=30)
LATE_REFUND = timedelta(days=3)
LATE_PAYOUT = timedelta(days=7)
LATE_JOB = timedelta(minutes=15)
LATE_INDEX = timedelta(minutes=10)


@dataclass(frozen=True)
class Circumstances:
    """When it is asked, the gateways to ask, and the sandbox bank's own log when there is one."""

    now: datetime
    gateways: tuple[str, ...] = ()
    capture_log: Path | None = None


@dataclass(frozen=True)
class Invariant:
    code: str
    sentence: str
    check: Callable[[Circumstances], Iterator[str]] = field(repr=False)


def _rows(sql: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def orders_behind_payments(_at: Circumstances) -> Iterator[str]:
    for attempt, status in _rows("""
        SELECT attempt.id, ord.status FROM shop_payments_paymentattempt attempt
        JOIN order_order ord ON ord.id = attempt.order_id
        WHERE attempt.state = 'paid' AND (
            ord.status NOT IN ('paid', 'cancelled', 'on_delivery')
            OR NOT EXISTS (SELECT FROM shop_orders_stallorder s WHERE s.order_id = ord.id)
            OR NOT EXISTS (SELECT FROM order_line l WHERE l.order_id = ord.id)
            OR EXISTS (SELECT FROM shop_orders_stallorder s WHERE s.order_id = ord.id AND s.state = 'pending'))
    """):
        yield f"payment {attempt} is paid, and its order is {status} or incomplete"
    for (key,) in _rows("""
        SELECT notice.key FROM shop_notices_notice notice WHERE notice.key LIKE 'order-paid:%%' AND NOT EXISTS (
            SELECT FROM shop_payments_paymentattempt attempt
            WHERE attempt.order_id::text = split_part(notice.key, ':', 2)
              AND attempt.state IN ('paid', 'on_delivery'))
    """):
        yield f"a buyer was told {key}, and no payment of it stands"


def gateway_agrees(at: Circumstances) -> Iterator[str]:
    if at.capture_log is not None:
        yield from _log_agrees(at.capture_log, at.gateways)
        return
    for name in at.gateways:
        for day in (tehran_date(at.now) - timedelta(days=1), tehran_date(at.now)):
            try:
                for difference in reconcile(day=day, name=name).differences:
                    yield f"{name} {day} {difference}"
            except MovementsNotOffered:
                continue  # a gateway set up without its book: only its own statement can be compared
            except GatewayError as error:
                yield f"{name} {day} could not be asked: {type(error).__name__}"


def _log_agrees(path: Path, gateways: Sequence[str]) -> Iterator[str]:
    """The sandbox bank's log: what it took and did not give back, against what we say of each payment."""
    net: Counter[str] = Counter()
    captures: Counter[str] = Counter()
    for line in map(json.loads, path.read_text("utf-8").splitlines()):
        if line["op"] == "capture":
            net[line["id"]] += line["amount"]
            captures[line["id"]] += 1
        elif line["op"] in ("refund", "reverse"):
            net[line["id"]] -= line["amount"]
    given = dict(
        Refund.objects.filter(state=Refund.State.DONE, reference="")
        .values_list("attempt")
        .annotate(total=Sum("charge_amount"))
    )
    known = PaymentAttempt.objects.filter(gateway__in=gateways, reference__isnull=False)
    ours = {
        str(attempt.reference): attempt.charge_amount - given.get(attempt.pk, 0)
        for attempt in known.filter(settled_at__isnull=False)
    }
    for reference in sorted(net.keys() | ours.keys()):
        if captures[reference] > 1:
            yield f"{reference} was taken {captures[reference]} times"
        if net[reference] != ours.get(reference, 0):
            yield f"{reference}: the bank holds {net[reference]}, we say {ours.get(reference, 0)}"


def books_balance(_at: Circumstances) -> Iterator[str]:
    for transaction, currency, total, n in _rows("""
        SELECT transaction_id, currency, sum(amount), count(*) FROM shop_ledger_posting
        JOIN shop_ledger_account ON shop_ledger_account.id = account_id
        GROUP BY transaction_id, currency HAVING sum(amount) <> 0
        UNION ALL
        SELECT id, '-', 0, 0 FROM shop_ledger_transaction transaction WHERE NOT EXISTS (
            SELECT FROM shop_ledger_posting WHERE transaction_id = transaction.id)
    """):
        yield f"ledger transaction {transaction}: {n} postings sum to {total} {currency}"


def stock_is_held_by_orders(_at: Circumstances) -> Iterator[str]:
    for record, allocated, in_stock, held in _rows("""
        SELECT record.id, coalesce(record.num_allocated, 0), record.num_in_stock, coalesce(open.held, 0)
        FROM partner_stockrecord record LEFT JOIN (
            SELECT line.stockrecord_id, sum(line.num_allocated - least(gone.pieces, line.num_allocated)) AS held
            FROM order_line line
            JOIN shop_orders_stallorder so ON so.order_id = line.order_id AND so.partner_id = line.partner_id
            CROSS JOIN LATERAL (SELECT coalesce(sum(quantity), 0) AS pieces FROM shop_orders_shipmentline
                                WHERE order_line_id = line.id) gone
            WHERE so.state IN ('pending', 'new', 'accepted', 'packed') GROUP BY line.stockrecord_id
        ) open ON open.stockrecord_id = record.id
        WHERE coalesce(record.num_allocated, 0) <> coalesce(open.held, 0)
           OR coalesce(record.num_allocated, 0) < 0
           OR (record.num_in_stock IS NOT NULL AND record.num_allocated > record.num_in_stock)
    """):
        yield f"stock record {record} holds {allocated} of {in_stock}, its open orders {held}"


def one_payment_for_each_order(_at: Circumstances) -> Iterator[str]:
    for basket, n in _rows("""
        SELECT basket_id, count(*) FROM shop_payments_paymentattempt
        WHERE state IN ('created', 'redirected', 'unknown', 'on_delivery', 'paid')
        GROUP BY basket_id HAVING count(*) > 1
    """):
        yield f"basket {basket} has {n} live payments"
    for order, n in _rows("""
        SELECT attempt.order_id, count(*) FROM shop_ledger_transaction entry
        JOIN shop_payments_paymentattempt attempt ON attempt.id::text = entry.event_id
        WHERE entry.event_type = 'payment.captured' GROUP BY attempt.order_id HAVING count(*) > 1
    """):
        yield f"order {order} was captured {n} times"
    for attempt, state in _rows("""
        SELECT attempt.id, attempt.state FROM shop_payments_paymentattempt attempt
        WHERE attempt.gateway <> 'cash' AND (attempt.state = 'paid') <> EXISTS (
            SELECT FROM shop_ledger_transaction entry
            WHERE entry.event_type = 'payment.captured' AND entry.event_id = attempt.id::text)
    """):
        yield f"payment {attempt} is {state}, and the books say otherwise"


def vouchers_are_counted(_at: Circumstances) -> Iterator[str]:
    for code, used, uses, most in _rows("""
        SELECT voucher.code, voucher.used, count(used_by.id), voucher.max_uses FROM shop_orders_voucher voucher
        LEFT JOIN shop_orders_voucheruse used_by ON used_by.voucher_id = voucher.id AND NOT used_by.is_given_back
        GROUP BY voucher.id
        HAVING voucher.used <> count(used_by.id) OR count(used_by.id) > voucher.max_uses
    """):
        yield f"voucher {code} says {used} uses of {most}, and {uses} orders have it"


def shares_add_up(_at: Circumstances) -> Iterator[str]:
    yield from _stall_shares()
    yield from _sales_in_person()
    yield from _statements()
    yield from _sums_of_what_is_open()


def _stall_shares() -> Iterator[str]:
    """What a stall has for a parcel is what refunds left of its share, and stands where the parcel stands."""
    booked: dict[int, dict[str, int]] = {}
    for stall_order, place, total in _rows("""
        SELECT posting.stall_order_id, split_part(account.code, ':', 3), sum(posting.amount)
        FROM shop_ledger_posting posting JOIN shop_ledger_account account ON account.id = posting.account_id
        WHERE posting.stall_order_id IS NOT NULL AND account.code ~ '^stall:[0-9]+:(pending|delivered|available)$'
          AND posting.kind IN ('goods', 'shipping', 'commission') GROUP BY 1, 2
    """):
        booked.setdefault(stall_order, {})[place] = int(total)
    paid = StallOrder.objects.with_lines().filter(pk__in=list(booked))
    for stall_order in paid:
        places = booked[stall_order.pk]
        left = left_of(stall_order)
        if -sum(places.values()) != left.net:
            yield f"stall order {stall_order.pk} has {-sum(places.values())} booked, its share is {left.net}"
        here = (
            "available"
            if stall_order.released_at
            else "delivered"
            if stall_order.delivered_at
            else "pending"
        )
        for place, total in places.items():
            if place != here and total:
                yield f"stall order {stall_order.pk} is {here}, and {total} stand on {place}"


def _sales_in_person() -> Iterator[str]:
    """What was sold for cash is earned and in the stall's hands: of it, the stall is owed minus our commission."""
    for sale, total, goods, owed, commission in _rows("""
        SELECT sale.id, sale.total, coalesce(sum(-posting.amount) FILTER (WHERE posting.kind = 'goods'), 0),
               coalesce(sum(-posting.amount), 0), sale.commission
        FROM shop_orders_bazaarsale sale
        LEFT JOIN shop_ledger_transaction entry
          ON entry.event_id = sale.id::text AND entry.event_type IN ('bazaar.sold', 'bazaar.taken_back')
        LEFT JOIN shop_ledger_account account ON account.code = 'stall:' || sale.partner_id || ':available'
        LEFT JOIN shop_ledger_posting posting
          ON posting.transaction_id = entry.id AND posting.account_id = account.id
        GROUP BY sale.id
        HAVING coalesce(sum(-posting.amount) FILTER (WHERE posting.kind = 'goods'), 0)
               <> CASE WHEN sale.taken_back_at IS NULL THEN sale.total ELSE 0 END
            OR coalesce(sum(-posting.amount), 0)
               <> CASE WHEN sale.taken_back_at IS NULL THEN -sale.commission ELSE 0 END
    """):
        yield f"sale in person {sale} of {total} has {goods} booked, and {owed} owed for a commission of {commission}"
    for sale, total, lines in _rows("""
        SELECT sale.id, sale.total, coalesce(sum(line.quantity * line.price), 0) FROM shop_orders_bazaarsale sale
        LEFT JOIN shop_orders_bazaarsaleline line ON line.sale_id = sale.id
        GROUP BY sale.id HAVING coalesce(sum(line.quantity * line.price), 0) <> sale.total
    """):
        yield f"sale in person {sale} is of {total}, its lines of {lines}"


def _statements() -> Iterator[str]:
    for settlement in Settlement.objects.prefetch_related("lines"):
        amounts = _rows(
            "SELECT kind, amount FROM shop_ledger_posting WHERE id = ANY(%s)",
            [line.posting_id for line in settlement.lines.all()],
        )
        if -sum(amount for _kind, amount in amounts) != settlement.net - settlement.opening:
            yield f"settlement {settlement.pk} is not the sum of its postings"
    for payout, n in _rows("""
        SELECT payout.id, count(entry.id) FROM vendors_settlements_payout payout
        LEFT JOIN shop_ledger_transaction entry
          ON entry.event_type = 'payout.held' AND entry.event_id = payout.id::text
        GROUP BY payout.id HAVING count(entry.id) <> 1
    """):
        yield f"payout {payout} was set aside {n} times"


def _sums_of_what_is_open() -> Iterator[str]:
    """Balances that are the sum of rows still open: refunds owed, disputes, payouts on their way."""
    for account, booked, open_rows in _rows("""
        WITH sums AS (
            SELECT 'buyer:refund_due' AS code, -coalesce(sum(amount), 0) AS total FROM shop_orders_refund
            WHERE state IN ('decided', 'sent', 'by_hand')
            UNION ALL SELECT 'dispute:receivable', coalesce(sum(amount), 0) FROM shop_orders_dispute
            WHERE state = 'open'
            UNION ALL SELECT 'payout:transit', -coalesce(sum(amount), 0) FROM vendors_settlements_payout
            WHERE state IN ('prepared', 'sent'))
        SELECT sums.code, coalesce(sum(posting.amount), 0), sums.total FROM sums
        LEFT JOIN shop_ledger_account account ON account.code = sums.code
        LEFT JOIN shop_ledger_posting posting ON posting.account_id = account.id
        GROUP BY sums.code, sums.total HAVING coalesce(sum(posting.amount), 0) <> sums.total
    """):
        yield f"{account} stands at {booked}, its open rows at {open_rows}"


def search_shows_the_shop(at: Circumstances) -> Iterator[str]:
    for job, since in _rows(
        "SELECT id, scheduled_at FROM procrastinate_jobs WHERE task_name LIKE 'search.%%' AND status = 'failed'"
        " OR task_name LIKE 'search.%%' AND status = 'todo' AND scheduled_at < %s",
        at.now - LATE_INDEX,
    ):
        yield f"search job {job} waits since {since}"
    said = StringIO()
    try:
        call_command("search_check", stdout=said)
    except CommandError as differs:
        yield f"{differs} {' '.join(said.getvalue().split())}"


def nothing_stands_still(at: Circumstances) -> Iterator[str]:
    for what, key in _rows(
        """
        SELECT 'payment', id::text FROM shop_payments_paymentattempt
        WHERE state IN ('created', 'redirected', 'unknown') AND deadline < %s
        UNION ALL SELECT 'refund', id::text FROM shop_orders_refund
        WHERE state IN ('decided', 'sent') AND created_at < %s
        UNION ALL SELECT 'payout', id::text FROM vendors_settlements_payout WHERE state = 'sent' AND sent_at < %s
        """,
        at.now - LATE_PAYMENT,
        at.now - LATE_REFUND,
        at.now - LATE_PAYOUT,
    ):
        yield f"{what} {key} is open too long"
    for (basket,) in _rows("""
        SELECT basket.id FROM basket_basket basket WHERE basket.status = 'Frozen' AND NOT EXISTS (
            SELECT FROM shop_payments_paymentattempt attempt WHERE attempt.basket_id = basket.id
              AND attempt.state IN ('created', 'redirected', 'unknown'))
    """):
        yield f"basket {basket} is frozen, and nobody is paying for it"
    for job, task, status in _rows(
        "SELECT id, task_name, status FROM procrastinate_jobs WHERE queue_name = 'market' AND (status = 'failed'"
        " OR status = 'todo' AND scheduled_at < %s)",
        at.now - LATE_JOB,
    ):
        yield f"job {job} {task} is {status}"


def changes_have_their_rows(_at: Circumstances) -> Iterator[str]:
    """Who did it stands beside what was done; what keeps a history has one for each row."""
    for what, key in _rows("""
        SELECT 'payout account', id::text FROM vendors_settlements_payoutaccount
        WHERE state <> 'proposed' AND (decided_by_id IS NULL OR decided_by_id = proposed_by_id)
        UNION ALL SELECT 'settlement', id::text FROM vendors_settlements_settlement
        WHERE state = 'approved' AND (approved_by_id IS NULL OR approved_by_id = prepared_by_id)
        UNION ALL SELECT 'payout', id::text FROM vendors_settlements_payout
        WHERE batch_id IS NOT NULL AND (released_by_id IS NULL OR released_by_id = approved_by_id)
        UNION ALL SELECT 'refund', refund.id::text FROM shop_orders_refund refund
        WHERE NOT EXISTS (SELECT FROM shop_ledger_transaction entry WHERE entry.event_id = refund.id::text
                          AND entry.event_type IN ('refund.decided', 'refund.paid'))
          AND refund.state <> 'unpaid' AND refund.stall_order_id IS NOT NULL AND refund.reason <> 'dispute'
        UNION ALL SELECT 'dispute', dispute.id::text FROM shop_orders_dispute dispute
        WHERE NOT EXISTS (SELECT FROM shop_ledger_transaction entry WHERE entry.event_id = dispute.id::text
                          AND entry.event_type = 'dispute.opened')
    """):
        yield f"{what} {key} was changed, and nothing says by whom or when"
    if "livelihood" in connections:
        yield from _histories_without_rows()


def _histories_without_rows() -> Iterator[str]:
    with connections["livelihood"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname ~ '^livelihood_.*event$'"
        )
        for (history,) in list(cursor.fetchall()):
            kept = str(history).removesuffix("event")
            cursor.execute(
                f'SELECT count(*) FROM "{kept}" kept WHERE NOT EXISTS ('  # noqa: S608 - a name from the catalogue
                f'SELECT FROM "{history}" said WHERE said.pgh_obj_id = kept.id)'
            )
            (n,) = cursor.fetchone() or (0,)
            if n:
                yield f"{n} rows of {kept} have no history"


INVARIANTS = (
    Invariant("I1", "whoever was told of a payment has an order", orders_behind_payments),
    Invariant("I2", "what gateways took and gave back is what we say", gateway_agrees),
    Invariant("I3", "every entry of the ledger sums to zero in each currency", books_balance),
    Invariant("I4", "stock is held by open orders and never oversold", stock_is_held_by_orders),
    Invariant(
        "I5", "a basket has one live payment, an order one capture", one_payment_for_each_order
    ),
    Invariant("I6", "a voucher is used as often as orders have it", vouchers_are_counted),
    Invariant("I7", "shares, statements and payouts are sums of postings", shares_add_up),
    Invariant("I8", "search shows the shop", search_shows_the_shop),
    Invariant("I9", "nothing stands still past its time", nothing_stands_still),
    Invariant("I10", "every change says who made it", changes_have_their_rows),
)
