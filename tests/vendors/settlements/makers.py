"""Named makers for settlement: a stall with an account, and orders whose money is payable."""

from datetime import datetime, timedelta

from shop.accounts.models import User
from shop.orders.models import StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import NOON, a_paid_order, a_product, a_staff_member, a_stall
from vendors.settlements.models import PayoutAccount, Rail
from vendors.settlements.services.accounts import approve_account, propose_account
from vendors.stalls.models import Stall

# Aban 1405 is over; what was delivered in Mehr and early in Aban can be paid.
AZAR_5 = NOON + timedelta(days=1)
IN_ABAN = NOON - timedelta(days=25)
SHEBA = "IR062960000000100324200001"
PRICE, SENDING, COMMISSION = 1_650_000, 650_000, 82_500


def a_payee(
    name: str = "ترشی سبزینه",
    *,
    rail: Rail = Rail.IBAN,
    number: str = SHEBA,
    now: datetime = IN_ABAN,
) -> Stall:
    """A stall whose account was approved by a second person long enough ago."""
    stall = a_stall(name)
    an_account(stall, rail=rail, number=number, now=now - timedelta(days=3))
    return stall


def an_account(
    stall: Stall,
    *,
    rail: Rail = Rail.IBAN,
    number: str = SHEBA,
    now: datetime = IN_ABAN,
) -> PayoutAccount:
    account = propose_account(
        stall=stall,
        rail=rail,
        number=number,
        holder="مهسا رضایی",
        by_user_id=a_staff_member(is_enrolled=False).pk,
        now=now,
    )
    approve_account(account=account, by_user_id=a_staff_member(is_enrolled=False).pk, now=now)
    account.refresh_from_db()
    return account


def an_earned_order(stall: Stall, *, pieces: int = 2, on: datetime = IN_ABAN) -> StallOrder:
    """Paid, sent and delivered on that day."""
    (stall_order,) = a_paid_order((a_product(stall), pieces), now=on)
    accept_stall_order(stall_order=stall_order, now=on)
    send_stall_order(stall_order=stall_order, carrier="", tracking_code="", now=on)
    deliver_stall_order(stall_order=stall_order, now=on)
    return stall_order


def finance_people() -> tuple[User, User]:
    """Two, since each step needs another one."""
    return a_staff_member(is_enrolled=False), a_staff_member(is_enrolled=False)
