"""Work of settlements in the background. Every job may run twice: what it does is keyed."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from shop.jobs import MARKET, PATIENTLY
from shop.notices.services import send_sms
from vendors.settlements.models import PayoutAccount
from vendors.settlements.services.payout import transfer_payout
from vendors.stalls.models import StallMember


@app.task(queue=MARKET, retry=PATIENTLY)
def make_transfer(payout_id: str) -> None:
    transfer_payout(payout_id=UUID(payout_id), now=timezone.now())


@app.task(queue=MARKET)
def tell_stall_of_account(account_id: int) -> None:
    """So that a change the stall holder knows nothing of is noticed before money leaves."""
    account = PayoutAccount.objects.select_related("stall").get(pk=account_id)
    owners = StallMember.objects.filter(stall=account.stall, role=StallMember.Role.OWNER)
    with override(settings.LANGUAGE_CODE):
        text = _said(account) % {"number": account.masked, "stall": account.stall.name}
    for owner in owners.select_related("user"):
        send_sms(
            key=f"account:{account.pk}:{account.state}:{owner.pk}",
            phone=owner.user.phone,
            text=text,
            now=timezone.now(),
        )


def _said(account: PayoutAccount) -> str:
    if account.state == PayoutAccount.State.PROPOSED:
        return _(
            "Bazarche: account %(number)s was named for %(stall)s. If you know nothing of it, call us."
        )
    if account.state == PayoutAccount.State.REFUSED:
        return _("Bazarche: account %(number)s of %(stall)s was not accepted.")
    return _(
        "Bazarche: %(stall)s is paid to account %(number)s from now on. If you know nothing of it, call us."
    )
