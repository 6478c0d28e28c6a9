"""What is owed to stalls and how it is paid out, one file a subject."""

from vendors.settlements.models.accounts import PayoutAccount, Rail
from vendors.settlements.models.payouts import Payout, PayoutBatch
from vendors.settlements.models.statements import Settlement, SettlementLine

__all__ = ["Payout", "PayoutAccount", "PayoutBatch", "Rail", "Settlement", "SettlementLine"]
