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


class StepRefused(StallError):
    """A step that a stall in this state does not take, or that somebody else took first."""

    def __str__(self) -> str:
        return _("This has changed meanwhile. Look at how the stall stands now.")


class ReasonMissing(StallError):
    def __str__(self) -> str:
        return _("Say why, in a sentence that the stall holder understands.")


class NotReady(StallError):
    """A stall that lacks something buyers need; `missing` are the names of its questions."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing

    def __str__(self) -> str:
        return _("A few things are missing yet. They stand in the list.")


class WrongHoliday(StallError):
    def __str__(self) -> str:
        return _("Choose a day between tomorrow and six months from now.")


class AnotherPersonNeeded(StallError):
    def __str__(self) -> str:
        return _("You paused this stall yourself. Somebody else has to answer.")


class LastPhoto(StallError):
    def __str__(self) -> str:
        return _("Goods in the shop need a photo. Put another one in its place.")


class ListingNotWhole(StallError):
    """Goods that cannot be shown yet; `missing` says in words what they lack."""

    def __init__(self, missing: list[str]) -> None:
        self.missing = missing

    def __str__(self) -> str:
        return _("Before it can be shown it still needs: %(missing)s.") % {
            "missing": _(", ").join(self.missing)
        }


class CategoryGone(StallError):
    def __str__(self) -> str:
        return _("This category is no longer there. Please choose another one.")


class CodeTaken(StallError):
    def __str__(self) -> str:
        return _("Other goods of yours have this code already.")


class NobodyToAsk(StallError):
    def __str__(self) -> str:
        return _("This stall has no holder yet who could say yes.")


class ChangedMeanwhile(StallError):
    def __str__(self) -> str:
        return _("This was changed since you opened the page. Please look once more.")


class VariantThereAlready(StallError):
    def __str__(self) -> str:
        return _("There is one of this size and colour already.")


class SheetRefused(StallError):
    """A table of goods that cannot be read."""


class ReviewRefused(StallError):
    """What cannot be said of goods, by this person or at this time."""


class NotArrivedYet(ReviewRefused):
    def __str__(self) -> str:
        return _("This parcel has not arrived yet. When it is with you, you can say how it is.")


class OwnGoods(ReviewRefused):
    def __str__(self) -> str:
        return _(
            "This number belongs to the stall itself, so its word would not be a buyer's."
            " Ask those who have bought from you to write."
        )


class ReviewStands(ReviewRefused):
    def __str__(self) -> str:
        return _("Your review is on the page already, and stays as it is. Thank you for it.")


class DecidedMeanwhile(StallError):
    def __str__(self) -> str:
        return _("This was changed or decided meanwhile. Here is how it stands.")


class NoReasonGiven(StallError):
    def __str__(self) -> str:
        return _("Say in a few words why not, so that whoever wrote it can understand.")


class AnsweredAlready(StallError):
    def __str__(self) -> str:
        return _("This was answered already. Here is how it stands.")


class NoPickupPoint(StallError):
    def __str__(self) -> str:
        return _("No pick-up point is open now. Please ask Bazarche.")


class LastWay(StallError):
    def __str__(self) -> str:
        return _("A stall needs one way of sending at least. Add another one first.")


class GoesNowhere(StallError):
    def __str__(self) -> str:
        return _("Write what a light parcel costs; 0 when it costs nothing.")


class LastZone(StallError):
    def __str__(self) -> str:
        return _(
            "This way goes to these provinces alone, so they stay."
            " If you don't send there any more, stop the whole way."
        )


class ProvinceTwice(StallError):
    """`names` stand in another zone of the same way already."""

    def __init__(self, names: list[str]) -> None:
        self.names = names

    def __str__(self) -> str:
        return _("These stand in another zone already: %(names)s.") % {
            "names": _(", ").join(self.names)
        }


class AlreadyMember(StallError):
    def __str__(self) -> str:
        return _("This number works for the stall already.")


class LastOwner(StallError):
    def __str__(self) -> str:
        return _("The holder of a stall can't be taken out of it.")
