"""The protections, taken off one at a time for the negative controls: in the database, and in the process.

The shop has no switch for this: a control replaces the function in its own gunicorn, in a database made for it.
"""

from collections.abc import Mapping

WITHOUT_IN_THE_DATABASE = {
    "stock": "ALTER TABLE partner_stockrecord DROP CONSTRAINT stock_never_oversold",
    "basket": "DROP INDEX payment_attempt_one_live_per_basket",
}


def take_off(guards: str) -> None:
    """Replace the protected functions in this process: names with spaces between; "" leaves all as it is."""
    for guard in guards.split():
        {"stock": _reserve_without_looking, "basket": _place_without_the_lock}[guard]()


def _reserve_without_looking() -> None:
    """Stock Oscar's way: look, then add."""
    from oscar.apps.partner.models import StockRecord

    from shop.orders import stock

    def reserve(quantities: Mapping[int, int], *, titles: Mapping[int, str]) -> None:
        for record_id, quantity in quantities.items():
            StockRecord.objects.filter(pk=record_id).update(
                num_allocated=stock.ALLOCATED + quantity
            )

    stock.reserve = reserve


def _place_without_the_lock() -> None:
    from oscar.apps.basket.models import Basket

    type(Basket.objects).select_for_update = lambda self: self.all()
