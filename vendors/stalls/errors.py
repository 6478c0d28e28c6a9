class StallError(Exception):
    """What a stall cannot do as asked; the message is for whoever asked, translated."""


class PhotoRefused(StallError):
    """An upload that does not become a picture of the shop."""
