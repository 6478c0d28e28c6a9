"""What can be wrong with a wish to buy. The message is for the shopper."""


class BasketError(Exception):
    """Base of everything below."""


class NotForSale(BasketError):
    """Unknown, withdrawn, without a price, or its stall is away."""


class NotEnough(BasketError):
    """Fewer are left than were asked for."""


class BasketAtBank(BasketError):
    """Ordered in another tab a moment ago: what is put in now would be paid for by nobody and lost."""
