"""What can stand between a basket and an order, said so that the buyer knows what to do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.templatetags.bazarche import toman


class OrderError(Exception):
    """Base; `str()` is a sentence for the buyer or the stall holder."""

    def __str__(self) -> str:
        return _("This can't be done now. Please try once more.")


class BasketMustChange(OrderError):
    """Base of what only another basket cures: the buyer goes back to it."""


class EmptyBasket(BasketMustChange):
    def __str__(self) -> str:
        return _("There is nothing in your basket.")


class OutOfStock(BasketMustChange):
    """`titles` name the goods that were just sold, in basket order."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = list(titles)

    def __str__(self) -> str:
        return ngettext(
            "There is not enough of “%(titles)s” any more. Change the number or take it out of the basket.",
            "There is not enough of these any more: %(titles)s. Change the numbers or take them out.",
            len(self.titles),
        ) % {"titles": _(", ").join(self.titles)}


class NoLongerSold(BasketMustChange):
    """Withdrawn from the shop, or without a price, since it went into the basket."""

    def __init__(self, titles: Sequence[str]) -> None:
        self.titles = list(titles)

    def __str__(self) -> str:
        return _("No longer sold: %(titles)s. Take it out of the basket.") % {
            "titles": _(", ").join(self.titles)
        }


class SellerAway(BasketMustChange):
    def __init__(self, names: Sequence[str]) -> None:
        self.names = list(names)

    def __str__(self) -> str:
        return _("%(names)s takes no orders right now. Take its goods out of the basket.") % {
            "names": _(", ").join(self.names)
        }


class PriceChanged(OrderError):
    def __str__(self) -> str:
        return _("A price has changed since you saw it. Look at the new total and confirm again.")


class ShippingNotOffered(OrderError):
    def __str__(self) -> str:
        return _("Choose how each parcel is sent.")


class CashNotOffered(OrderError):
    """A stall that takes no cash, or a parcel that none of its people hand over."""

    def __str__(self) -> str:
        return _(
            "These parcels can't be paid at the door. Have them all brought by city courier or come for them,"
            " or choose another way to pay."
        )


class CardNotOffered(OrderError):
    """A gateway of another currency, without a rate of today or for less than it takes."""

    def __str__(self) -> str:
        return _("This order can't be paid with an international card now. Choose another way.")


class OrderTooLarge(OrderError):
    def __str__(self) -> str:
        return _("The bank does not take so much in one payment. Please order in two parts.")


class BasketGone(BasketMustChange):
    def __str__(self) -> str:
        return _("This basket was ordered already.")


class GatewayNotAvailable(OrderError):
    """The gateway refused to begin; nothing was taken and the basket is open again."""

    def __str__(self) -> str:
        return _(
            "This bank does not answer right now. Nothing was taken. Try again, or choose another one."
        )


class StateMoved(OrderError):
    """Somebody else was quicker, or the page was old."""

    def __str__(self) -> str:
        return _("This order has moved on meanwhile. Here is how it stands now.")


class PaidAtDoor(OrderError):
    def __str__(self) -> str:
        return _("This parcel is paid at the door, so its stall says that it has arrived.")


class WrongPart(OrderError):
    """Pieces that are not there to be sent, or none at all."""

    def __str__(self) -> str:
        return _("Choose what is in this parcel: at least one piece, and no more than is left.")


class OnePartOnly(OrderError):
    def __str__(self) -> str:
        return _("This order is paid at the door, so it travels in one parcel.")


class ThreadClosed(OrderError):
    def __str__(self) -> str:
        return _("This order is long done, so the talk is closed.")


class TooManyMessages(OrderError):
    def __str__(self) -> str:
        return _("That is a lot for one hour. Please wait a little before you write again.")


class NothingSold(OrderError):
    def __str__(self) -> str:
        return _("Choose what was sold: at least one piece.")


class NotTakenBackToday(OrderError):
    def __str__(self) -> str:
        return _("Only a sale of today can be taken back here. Tell the office about an older one.")


class PaidAlready(OrderError):
    """A parcel that was paid before it was sent: what it cost has to be given back."""

    def __str__(self) -> str:
        return _("This parcel is paid already. Tell Bazarche: the buyer's money has to go back.")


class RefundNotPossible(OrderError):
    """Not paid, already refunded, or lines that are not of this parcel."""

    def __str__(self) -> str:
        return _("This can't be given back: look at what is left of the parcel and choose again.")


class NothingToRefund(RefundNotPossible):
    def __str__(self) -> str:
        return _("Choose at least one piece to give back.")


class UnderDispute(RefundNotPossible):
    def __str__(self) -> str:
        return _(
            "The buyer has asked their own bank for this money. Wait for the bank's decision first."
        )


class VoucherNotUsable(OrderError):
    """Base of what a voucher can't be used for; said beside its field."""

    def __str__(self) -> str:
        return _("This code can't be used.")


class VoucherUnknown(VoucherNotUsable):
    def __str__(self) -> str:
        return _("We don't know this code. Look whether it is typed as it was given to you.")


class VoucherNotNow(VoucherNotUsable):
    def __str__(self) -> str:
        return _("The time of this code is over, or has not come yet.")


class VoucherUsedUp(VoucherNotUsable):
    def __str__(self) -> str:
        return _("This code was used up by others.")


class VoucherNeedsMore(VoucherNotUsable):
    """`least` is the rial worth of goods from which the code holds."""

    def __init__(self, least: int) -> None:
        self.least = least

    def __str__(self) -> str:
        return _("This code holds for goods worth at least %(least)s toman.") % {
            "least": toman(self.least)
        }


class RuleInThePast(OrderError):
    def __str__(self) -> str:
        return _("A rule begins today or later: what was ordered keeps the rate it was ordered at.")


class RulesOverlap(OrderError):
    def __str__(self) -> str:
        return _("Another rule for the same goods holds on some of these days. End that one first.")
