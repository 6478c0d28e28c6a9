"""May this be bought, and for how much: Oscar's strategy for a market where each product has one seller."""

from typing import Any

from oscar.apps.partner.availability import Available, StockRequired, Unavailable
from oscar.apps.partner.strategy import NoTax, Structured


class MarketStrategy(NoTax, Structured):  # type: ignore[misc]  # Oscar ships no types
    """One stock record a product; no tax; open stock where goods are made to order.

    Reads `stockrecords`, their partner's `terms` and the `fulfilment`: prefetch them for a list.
    """

    def select_stockrecord(self, product: Any) -> Any:
        return next(iter(product.stockrecords.all()), None)

    def availability_policy(self, product: Any, stockrecord: Any) -> Any:
        if stockrecord is None or not seller_takes_orders(stockrecord.partner):
            return Unavailable()
        if stockrecord.num_in_stock is None:  # made to order
            return Available()
        return StockRequired(stockrecord.net_stock_level)

    def parent_availability_policy(self, product: Any, children_stock: Any) -> Any:
        for child, stockrecord in children_stock:
            policy = self.availability_policy(child, stockrecord)
            if policy.is_available_to_buy:
                return policy
        return Unavailable()


def is_shown(product: Any, partner: Any) -> bool:
    """Whether a shopper may see this product: it is public, and so are its parent and its seller's stall.

    The stall is reached by the name of its relation: this package knows no stall model, and a seller may have none.
    """
    stall = getattr(partner, "stall", None)
    owners = (product.parent, stall)
    return bool(product.is_public and all(owner is None or owner.is_public for owner in owners))


def seller_takes_orders(partner: Any) -> bool:
    """A partner without terms is no seller of ours and takes none."""
    terms = getattr(partner, "terms", None)
    return terms is not None and bool(terms.takes_orders)
