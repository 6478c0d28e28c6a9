"""Which state of its rows a product's page was made from, asked in one statement.

PostgreSQL gives every version of every row its own mark: the transaction that wrote it (`xmin`) and its place (`ctid`).
As long as the marks of all rows behind a page are the same, the page is; whoever changed a row, by whatever way, need
not know of pages kept in memory, and none can be shown a moment too long.
"""

from functools import cache

from django.apps import apps
from django.db import connection

TABLES = {
    "listing": "vendors_stalls.Listing",
    "photo": "vendors_stalls.Photo",
    "stall": "vendors_stalls.Stall",
    "product": "catalogue.Product",
    "category": "catalogue.Category",
    "attribute": "catalogue.ProductAttribute",
    "value": "catalogue.ProductAttributeValue",
    "partner": "partner.Partner",
    "stock": "partner.StockRecord",
    "terms": "shop_orders.SellerTerms",
    "fulfilment": "shop_orders.Fulfilment",
    "rate": "shop_orders.ShippingRate",
    "tier": "shop_orders.ShippingTier",
    "zone": "shop_orders.ShippingZone",
    "point": "shop_orders.PickupPoint",
    "review": "vendors_stalls.Review",
    "picture": "vendors_stalls.ReviewPhoto",
    "question": "vendors_stalls.Question",
}
# Every row the page of `slug` reads, with a letter for its table; `own` holds each product of that slug and its stall.
SQL = """
    WITH own AS MATERIALIZED (
        SELECT l.id, l.product_id, l.stall_id, s.partner_id, s.main_category_id, p.product_class_id
        FROM {listing} l JOIN {product} p ON p.id = l.product_id JOIN {stall} s ON s.id = l.stall_id
        WHERE p.slug = %(slug)s
    ), near AS MATERIALIZED (
        SELECT id, product_id FROM own
        UNION
        SELECT l.id, l.product_id FROM (SELECT DISTINCT stall_id FROM own) o CROSS JOIN LATERAL (
            SELECT l.id, l.product_id FROM {listing} l JOIN {product} p ON p.id = l.product_id
            WHERE l.stall_id = o.stall_id AND p.is_public ORDER BY l.id DESC LIMIT %(near)s
        ) l
    ), goods AS MATERIALIZED (
        SELECT id FROM {product} WHERE id IN (SELECT product_id FROM near)
        UNION
        SELECT id FROM {product} WHERE parent_id IN (SELECT product_id FROM near)
    ), mark AS (
        SELECT 'l', id, xmin, ctid FROM {listing} WHERE id IN (SELECT id FROM near)
        UNION ALL SELECT 'h', id, xmin, ctid FROM {photo} WHERE listing_id IN (SELECT id FROM near)
        UNION ALL SELECT 's', id, xmin, ctid FROM {stall} WHERE id IN (SELECT stall_id FROM own)
        UNION ALL SELECT 'p', id, xmin, ctid FROM {product} WHERE id IN (SELECT id FROM goods)
        UNION ALL SELECT 'c', id, xmin, ctid FROM {category} WHERE id IN (SELECT main_category_id FROM own)
        UNION ALL SELECT 'a', id, xmin, ctid FROM {attribute}
            WHERE product_class_id IN (SELECT product_class_id FROM own)
        UNION ALL SELECT 'v', id, xmin, ctid FROM {value} WHERE product_id IN (SELECT product_id FROM own)
        UNION ALL SELECT 'n', id, xmin, ctid FROM {partner} WHERE id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'k', id, xmin, ctid FROM {stock} WHERE product_id IN (SELECT id FROM goods)
        UNION ALL SELECT 't', id, xmin, ctid FROM {terms} WHERE partner_id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'f', id, xmin, ctid FROM {fulfilment} WHERE product_id IN (SELECT product_id FROM near)
        UNION ALL SELECT 'r', id, xmin, ctid FROM {rate} WHERE partner_id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'w', t.id, t.xmin, t.ctid FROM {tier} t JOIN {rate} r ON r.id = t.rate_id
            WHERE r.partner_id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'z', z.id, z.xmin, z.ctid FROM {zone} z JOIN {rate} r ON r.id = z.rate_id
            WHERE r.partner_id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'o', o.id, o.xmin, o.ctid FROM {point} o JOIN {rate} r ON r.pickup_point_id = o.id
            WHERE r.partner_id IN (SELECT partner_id FROM own)
        UNION ALL SELECT 'e', id, xmin, ctid FROM {review}
            WHERE listing_id IN (SELECT id FROM own) AND state = 'shown'
        UNION ALL SELECT 'i', i.id, i.xmin, i.ctid FROM {picture} i JOIN {review} e ON e.id = i.review_id
            WHERE e.listing_id IN (SELECT id FROM own) AND e.state = 'shown'
        UNION ALL SELECT 'q', id, xmin, ctid FROM {question}
            WHERE listing_id IN (SELECT id FROM own) AND state = 'shown'
    )
    SELECT string_agg(mark::text, '' ORDER BY mark::text) FROM mark
"""


def marks_of_product_page(slug: str, *, others: int) -> str | None:
    """The marks of all rows behind this page, in a fixed order; None when no product has this address.

    `others`: how many other products of the stall, the newest, the page shows.
    """
    with connection.cursor() as cursor:
        # One more: the page's own product may be among the newest.
        cursor.execute(_sql(), {"slug": slug, "near": others + 1})
        row = cursor.fetchone()
    return None if row is None else row[0]


@cache
def _sql() -> str:
    tables = {name: apps.get_model(model)._meta.db_table for name, model in TABLES.items()}
    return SQL.format(**tables)
