"""A product as a list shows it. Filled from rows or from a search document; drawn by `_card.html`."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from shop.money import Rial

FEW = 3


class Readiness(StrEnum):
    AWAY = "away"  # the stall is on holiday and takes no orders
    SOLD_OUT = "sold_out"
    MADE = "made"  # made to order
    READY = "ready"


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a shopper must know before opening the product. Price and stock are hints: the basket reads the rows."""

    slug: str
    title: str
    stall_name: str
    price: Rial | None
    is_from: bool = False  # `price` is the cheapest of several variants
    picture: str = ""  # key of a photo
    is_illustration: bool = False
    stock: int | None = None  # None: nothing is counted, it is made to order
    made_days: int | None = None
    preparation_days: int = 1
    takes_orders: bool = True
    back_on: date | None = None

    @property
    def readiness(self) -> Readiness:
        if not self.takes_orders:
            return Readiness.AWAY
        if self.price is None or (self.stock is not None and self.stock <= 0):
            return Readiness.SOLD_OUT
        return Readiness.READY if self.made_days is None else Readiness.MADE

    @property
    def is_sold_out(self) -> bool:
        return self.readiness is Readiness.SOLD_OUT

    def away_until(self, *, today: date) -> date | None:
        """The day a stall on holiday is back, while that day is to come; nothing of it is sent before."""
        return self.back_on if self.back_on and self.back_on > today else None

    @property
    def few_left(self) -> int | None:
        """The count when so few are left that the shopper should know; None otherwise."""
        is_few = self.readiness is Readiness.READY and self.stock is not None and self.stock < FEW
        return self.stock if is_few else None


def short_title(variant: str, product: str) -> str:
    """What sets a variant apart, below a heading that says the rest."""
    return variant.removeprefix(f"{product}\u060c ")
