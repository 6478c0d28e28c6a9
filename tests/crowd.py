"""Thousands of rows like one that is there, made inside the database: orders of a stall, and goods in it."""

from typing import Any

from django.db import connection, models
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Line, Order
from oscar.apps.partner.models import StockRecord

from shop.orders.models import Fulfilment, StallOrder
from vendors.stalls.models import Listing

# What most orders of an old stall are, and a few of what is still to do.
STATES = "CASE WHEN n % 1000 = 0 THEN 'new' WHEN n % 1000 < 3 THEN 'sent' ELSE 'delivered' END"


def more_orders(template: StallOrder, count: int, *, word: str = "crowd") -> None:
    """So many orders like this one, each a minute older than the one before; almost all were delivered.

    `word` begins their numbers.
    """
    order, line = template.order, template.order.lines.first()
    minutes = "n * interval '1 minute'"
    placed = f"template.date_placed - {minutes}"
    numbers = f"'{word}-' || n"
    _copy(Order, f"id = {order.pk}", count, number=numbers, basket_id="NULL", date_placed=placed)
    made = f"JOIN order_order o ON o.number = '{word}-' || n"
    lines = {"order_id": "o.id"}
    _copy(Line, f"id = {line.pk}", count, join=made, **lines)
    _copy(
        StallOrder,
        f"id = {template.pk}",
        count,
        join=made,
        order_id="o.id",
        number=f"'{word}-' || n || '-1'",
        state=STATES,
        created_at=f"template.created_at - {minutes}",
        delivered_at=f"CASE {STATES} WHEN 'delivered' THEN template.created_at - {minutes} END",
        send_by="template.send_by - (n / 1000)::int",
    )
    _analyze()


def more_money(template: StallOrder, *, word: str = "crowd") -> None:
    """The books of the orders that `more_orders` made: what this one's entries say, and only what they were paid while
    they are on their way.
    """
    events = (
        "(SELECT DISTINCT t.* FROM shop_ledger_transaction t JOIN shop_ledger_posting p"
        f" ON p.transaction_id = t.id WHERE p.stall_order_id = {template.pk})"
    )
    crowd = f"(SELECT * FROM shop_orders_stallorder WHERE number LIKE '{word}-%' AND id <> {template.pk})"
    of_order = "(o.state = 'delivered' OR t.event_type = 'payment.captured')"
    # What the books hold by trigger is true of copies, and would be asked of each of their hundred thousand rows.
    _run("SET CONSTRAINTS ALL IMMEDIATE")
    for table in ("shop_ledger_transaction", "shop_ledger_posting"):
        _run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    _run(
        "INSERT INTO shop_ledger_transaction (event_type, event_id, occurred_at)"
        f" SELECT t.event_type, '{word}:' || o.id, t.occurred_at - (o.id % 500000) * interval '1 minute'"
        f" FROM {events} t JOIN {crowd} o ON {of_order}"
    )
    _analyze()
    _run(
        "INSERT INTO shop_ledger_posting"
        " (transaction_id, account_id, amount, kind, partner_id, stall_order_id)"
        " SELECT made.id, p.account_id, p.amount, p.kind, p.partner_id,"
        " CASE WHEN p.stall_order_id IS NOT NULL THEN split_part(made.event_id, ':', 2)::bigint END"
        f" FROM {events} t JOIN shop_ledger_posting p ON p.transaction_id = t.id"
        " JOIN shop_ledger_transaction made ON made.event_type = t.event_type"
        f" WHERE made.event_id LIKE '{word}:%'"
    )
    for table in ("shop_ledger_transaction", "shop_ledger_posting"):
        _run(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    _analyze()


def more_products(template: Product, count: int) -> None:
    """So many goods like this one, in the same stall at the same price."""
    _copy(Product, f"id = {template.pk}", count, title="'کالا ' || n", slug="'crowd-' || n")
    made = "JOIN catalogue_product p ON p.slug = 'crowd-' || n"
    for model, key in (
        (Listing, template.listing.pk),
        (StockRecord, template.stockrecords.get().pk),
        (Fulfilment, template.fulfilment.pk),
    ):
        own = {"partner_sku": "'crowd-' || n"} if model is StockRecord else {}
        own |= {"num_allocated": "0"} if model is StockRecord else {}
        _copy(model, f"{model._meta.pk.column} = {key}", count, join=made, product_id="p.id", **own)
    _analyze()


def _copy(
    model: type[models.Model], which: str, count: int, *, join: str = "", **instead: str
) -> None:
    """Insert `count` copies of the row; `instead` gives columns other values, as SQL that may use n."""
    columns = [
        field.column
        for field in model._meta.concrete_fields
        if not isinstance(field, models.AutoField)
    ]
    values = [instead.get(column, f'template."{column}"') for column in columns]
    table = model._meta.db_table
    names = ", ".join(f'"{column}"' for column in columns)
    _run(
        f"INSERT INTO {table} ({names}) SELECT {', '.join(values)}"
        f" FROM (SELECT * FROM {table} WHERE {which}) template"
        f" CROSS JOIN generate_series(1, {count}) n {join}"
    )


def _analyze() -> None:
    _run("ANALYZE")


def _run(statement: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement)
