"""The chart of accounts: one function for each kind of account, so that no code is ever spelled twice.

An account holds one currency. Rial is unsaid; another one ends the code: `gateway:stripe:clearing:EUR`.
"""

import re

RIAL = "IRR"
INCOME_COMMISSION = "income:commission"
EXPENSE_PROMOTION = "expense:promotion"
BUYER_REFUND_DUE = "buyer:refund_due"
DISPUTE_RECEIVABLE = "dispute:receivable"
PAYOUT_TRANSIT = "payout:transit"
_ENDS_IN_CURRENCY = re.compile(r":([A-Z]{3})$")


def gateway_clearing(gateway: str, currency: str = RIAL) -> str:
    """Money a gateway has taken for us and has not yet sent to the bank."""
    return _in(f"gateway:{gateway}:clearing", currency)


def bank(currency: str = RIAL) -> str:
    """The shop's own account at its bank."""
    return _in("bank", currency)


def gateway_fee(currency: str = RIAL) -> str:
    """What gateways have kept for their work."""
    return _in("expense:gateway_fee", currency)


def dispute_fee(currency: str = RIAL) -> str:
    """What gateways took for disputes, won ones too."""
    return _in("expense:dispute_fee", currency)


def fx_position(currency: str) -> str:
    """What we hold in a currency against what we owe in another; its rial side is `fx:position:IRR`."""
    return f"fx:position:{currency}"


def stall_pending(partner_id: int) -> str:
    """A stall's share of what buyers have paid and not yet received."""
    return f"stall:{partner_id}:pending"


def stall_delivered(partner_id: int) -> str:
    """A stall's share of what was delivered: earned, and within the return window not yet payable."""
    return f"stall:{partner_id}:delivered"


def stall_available(partner_id: int) -> str:
    """What the next settlement pays a stall; below zero after a refund of what was paid out already."""
    return f"stall:{partner_id}:available"


def stall_held(partner_id: int) -> str:
    """A stall's share of payments that buyers dispute at their banks."""
    return f"stall:{partner_id}:held"


def stall_cash(partner_id: int) -> str:
    """Cash a stall has taken at the door for the shop: a debit, netted against what it has coming."""
    return f"stall:{partner_id}:cash"


def currency_of(code: str) -> str:
    """The currency an account of this code holds."""
    ending = _ENDS_IN_CURRENCY.search(code)
    return ending[1] if ending else RIAL


def _in(code: str, currency: str) -> str:
    return code if currency == RIAL else f"{code}:{currency}"
