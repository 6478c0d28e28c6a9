"""What a stall cannot do as asked, said so that whoever asked knows what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.templatetags.bazarche import number


class StallError(Exception):
    """What a stall cannot do as asked; the message is for whoever asked, translated."""


class PhotoRefused(StallError):
    """An upload that does not become a picture of the shop."""


class StockBelowPromised(StallError):
    """Fewer than what is sold and still to be sent."""

    def __init__(self, promised: int) -> None:
        self.promised = promised

    def __str__(self) -> str:
        return ngettext(
            "%(count)s of these is sold and still with you, so write at least %(count)s.",
            "%(count)s of these are sold and still with you, so write at least %(count)s.",
            self.promised,
        ) % {"count": number(self.promised)}


class TooManyPhotos(StallError):
    def __init__(self, limit: int) -> None:
        self.limit = limit

    def __str__(self) -> str:
        return ngettext(
            "There is room for %(count)s photo. Put the new one in place of another.",
            "There is room for %(count)s photos. Put the new one in place of another.",
            self.limit,
        ) % {"count": number(self.limit)}


class PhotoThereAlready(StallError):
    def __str__(self) -> str:
        return _("This very photo is here already.")
