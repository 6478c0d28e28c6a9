"""Why a statement or a payout does not go on, said so that staff know what to do."""

from django.utils.translation import gettext as _


class SettlementError(Exception):
    """Base; `str()` is a sentence for staff."""

    def __str__(self) -> str:
        return _("This can't be done now. Look at how it stands and try once more.")


class PeriodNotOver(SettlementError):
    def __str__(self) -> str:
        return _("This month is not over yet. Settle it from the first day of the next.")


class EarlierDraft(SettlementError):
    """What the stall carries over is not certain yet."""

    def __str__(self) -> str:
        return _("An earlier month of this stall waits for approval. Approve that one first.")


class SecondPersonNeeded(SettlementError):
    def __str__(self) -> str:
        return _("Whoever did the step before can't do this one: it takes a second person.")


class AlreadyDecided(SettlementError):
    def __str__(self) -> str:
        return _("This was decided already. Here is how it stands.")


class FiguresChanged(SettlementError):
    def __str__(self) -> str:
        return _(
            "The figures have changed since you saw them. Prepare the month again and look once more."
        )


class NoAccount(SettlementError):
    def __str__(self) -> str:
        return _("This stall has no approved account whose waiting time is over.")


class NothingToRelease(SettlementError):
    def __str__(self) -> str:
        return _("Nothing can be sent: no payout waits that somebody else has approved.")


class AlreadySentToday(SettlementError):
    def __str__(self) -> str:
        return _("Today's file was made already. What waits now leaves tomorrow.")


class AlreadyProposed(SettlementError):
    def __str__(self) -> str:
        return _(
            "Another account of this stall waits for a second person. Decide on that one first."
        )


class NoPayer(SettlementError):
    def __str__(self) -> str:
        return _("The settings do not say from which account of the shop the bank file pays.")


class NoRate(SettlementError):
    def __str__(self) -> str:
        return _("Enter today's exchange rate first: the gateway does not send rials.")


class TransferRefused(SettlementError):
    def __str__(self) -> str:
        return _("The gateway does not give it back: the stall's account there holds too little.")


class GatewayDoesNotAnswer(SettlementError):
    def __str__(self) -> str:
        return _("The gateway does not answer now. Nothing was moved twice; try once more later.")


class CannotBePaid(SettlementError):
    def __str__(self) -> str:
        return _("The gateway does not pay to this account yet: its holder has to finish there.")
