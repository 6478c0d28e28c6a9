"""What can be wrong with a wish to buy. The message is for the shopper."""


class BasketError(Exception):
    """Base of everything below."""


class NotForSale(BasketError):
    """Unknown, withdrawn, without a price, or its stall is away."""


class NotEnough(BasketError):
    """Fewer are left than were asked for."""
