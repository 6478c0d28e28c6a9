"""Reading statements and payouts: the orders behind a statement, and what a bank's file says."""

from dataclasses import dataclass, field

from django.db.models import Case, OuterRef, QuerySet, Subquery, When

from shop.jalali import TEHRAN
from shop.ledger.models import Posting
from shop.money import Rial
from shop.orders.models import StallOrder
from vendors.settlements.bankfile import BankOrder, Transfer
from vendors.settlements.models import PayoutAccount, PayoutBatch, Settlement
from vendors.settlements.services.prepare import part_of
from vendors.stalls.models import Stall

KINDS_OF_A_SALE = (Posting.Kind.GOODS, Posting.Kind.CASH, Posting.Kind.COMMISSION)
IN_PERSON = -1  # no order has this key


@dataclass
class OrderOfStatement:
    """What one order brought and took in a statement, rial as the stall sees it; None for what is of no order:
    sales in person, taken together, and payments that came back."""

    stall_order: StallOrder | None
    is_in_person: bool = False
    parts: dict[str, Rial] = field(default_factory=lambda: dict.fromkeys(Settlement.PARTS, Rial(0)))

    @property
    def net(self) -> Rial:
        return sum(self.parts.values(), Rial(0))


def orders_of_statement(settlement: Settlement) -> list[OrderOfStatement]:
    """The postings a statement counts, order by order, oldest first; what is of no order last. Two statements.

    Their sums are the statement's figures. Empty for a statement that only carries over.
    """
    postings = Posting.objects.filter(
        pk__in=settlement.lines.values_list("posting_id", flat=True)
    ).order_by("pk")
    by_order: dict[int | None, OrderOfStatement] = {}
    found = list(postings)
    orders = StallOrder.objects.select_related("order").in_bulk(
        {posting.stall_order_id for posting in found if posting.stall_order_id}
    )
    for posting in found:
        is_in_person = posting.stall_order_id is None and posting.kind in KINDS_OF_A_SALE
        key = IN_PERSON if is_in_person else posting.stall_order_id
        row = by_order.setdefault(
            key, OrderOfStatement(orders.get(key) if key else None, is_in_person)
        )
        row.parts[part_of(posting)] -= posting.amount
    return sorted(by_order.values(), key=lambda row: row.stall_order is None)


def bank_order_of(batch: PayoutBatch) -> BankOrder:
    """What the file of a batch says, from what was stored when it was released: later news change nothing."""
    payouts = batch.payouts.select_related("account", "settlement").order_by("prepared_at", "pk")
    return BankOrder(
        reference=batch.reference,
        made_at=batch.released_at.astimezone(TEHRAN),
        day=batch.day,
        payer_name=batch.payer_name,
        payer_iban=batch.payer_iban,
        transfers=tuple(
            Transfer(
                reference=payout.pk.hex,
                iban=payout.account.iban,
                holder=payout.account.holder,
                amount=payout.amount,
                note=f"Bazarche {payout.settlement.jyear}-{payout.settlement.jmonth:02}",
            )
            for payout in payouts
        ),
    )


def statements_of(stall: Stall) -> QuerySet[Settlement]:
    """What a stall may see of its settlements: approved ones, the newest first, each with its payout."""
    return Settlement.objects.filter(stall=stall, state=Settlement.State.APPROVED).select_related(
        "payout__account"
    )


@dataclass(frozen=True)
class AccountsOfStall:
    """Where a stall is paid now, what waits for a second person, and the last one that was refused; None for each that
    is not there."""

    in_use: PayoutAccount | None
    proposed: PayoutAccount | None
    refused: PayoutAccount | None


def account_state_of_stall() -> Subquery:
    """For rows with a `stall_id`: the state of the account it is paid to, else of the one that waits, else of a refused
    one; None where none was named."""
    states = PayoutAccount.State
    live = (states.APPROVED, states.PROPOSED, states.REFUSED)
    newest = PayoutAccount.objects.filter(stall=OuterRef("stall_id"), state__in=live)
    place = Case(*(When(state=state, then=rank) for rank, state in enumerate(live)))
    return Subquery(newest.order_by(place).values("state")[:1])


def accounts_of(stall: Stall) -> AccountsOfStall:
    """One statement."""
    states = PayoutAccount.State
    newest = stall.payout_accounts.order_by("state", "-proposed_at", "-pk").distinct("state")
    by_state = {account.state: account for account in newest}
    return AccountsOfStall(
        in_use=by_state.get(states.APPROVED),
        proposed=by_state.get(states.PROPOSED),
        refused=by_state.get(states.REFUSED),
    )
