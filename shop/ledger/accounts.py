"""The chart of accounts: one function for each kind of account, so that no code is ever spelled twice."""

INCOME_COMMISSION = "income:commission"
EXPENSE_GATEWAY_FEE = "expense:gateway_fee"
BUYER_REFUND_DUE = "buyer:refund_due"


def gateway_clearing(gateway: str) -> str:
    """Money a gateway has taken for us and has not yet sent to the bank."""
    return f"gateway:{gateway}:clearing"


def stall_pending(partner_id: int) -> str:
    """A stall's share of what buyers have paid and not yet received."""
    return f"stall:{partner_id}:pending"


def stall_delivered(partner_id: int) -> str:
    """A stall's share of what was delivered: earned, and within the return window not yet payable."""
    return f"stall:{partner_id}:delivered"
