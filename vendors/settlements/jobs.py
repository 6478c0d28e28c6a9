"""Work of settlements in the background. Every job may run twice: what it does is keyed."""

import logging
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from procrastinate.contrib.django import app

from shop.jobs import MARKET, PATIENTLY
from shop.notices.services import send_sms
from shop.payments.gateways.base import GatewayUnknown
from vendors.settlements.models import PayoutAccount
from vendors.settlements.services.nightly import compare_yesterday
from vendors.settlements.services.payout import (
    follow_transfer,
    transfer_payout,
    transfers_to_ask_about,
)
from vendors.stalls.models import StallMember

log = logging.getLogger(__name__)


@app.task(queue=MARKET, retry=PATIENTLY)
def make_transfer(payout_id: str) -> None:
    transfer_payout(payout_id=UUID(payout_id), now=timezone.now())


@app.task(queue=MARKET, retry=PATIENTLY)
def follow_reported_transfer(gateway: str, transfer_id: str) -> None:
    follow_transfer(transfer_id=transfer_id, now=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(queue=MARKET, queueing_lock="ask_about_transfers")
def ask_about_transfers(timestamp: int) -> None:
    """The answer to a transfer was lost and its job gave up: the same key asks again, and moves nothing twice."""
    now = timezone.now()
    for payout_id in transfers_to_ask_about(now=now):
        try:
            transfer_payout(payout_id=payout_id, now=now)
        except GatewayUnknown:
            log.warning("payout.unanswered payout=%s", payout_id)


@app.periodic(cron="30 0 * * *")
@app.task(queue=MARKET, queueing_lock="compare_with_gateways")
def compare_with_gateways(timestamp: int) -> None:
    """At night, by the clock of UTC: four in the morning in Tehran."""
    compare_yesterday(now=timezone.now())


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
