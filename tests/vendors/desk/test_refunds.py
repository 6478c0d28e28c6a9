"""Staff who settle give back for any stall, pay by hand what no gateway could, and note what banks decide."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from shop.ledger.accounts import BUYER_REFUND_DUE, DISPUTE_RECEIVABLE, stall_held
from shop.ledger.accounts import bank as the_bank
from shop.ledger.queries import balance
from shop.orders.models import Dispute, Refund, StallOrder
from shop.payments.models import PaymentAttempt
from tests.makers import a_paid_order, a_product, a_staff_member, a_stall, log_in_at_office
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]
PRICE, SENDING = 1_650_000, 650_000
NET = 2 * PRICE - 165_000 + SENDING


@pytest.fixture
def stall_order(client: Client) -> StallOrder:
    user = a_staff_member()
    let_settle(user)
    log_in_at_office(client, user)
    (made,) = a_paid_order((a_product(a_stall()), 2), now=timezone.now())
    return made


def give_one_back(client: Client, stall_order: StallOrder) -> Refund:
    address = f"/parcel/{stall_order.number}/give-back/"
    found = re.search(r'name="refund_id" value="([^"]+)"', client.get(address).content.decode())
    assert found is not None
    line = stall_order.order.lines.get()
    sent = {"refund_id": found[1], f"line_{line.pk}": "1", "reason": "damaged", "words": ""}
    assert "۱۶۵٬۰۰۰" in client.post(address, sent).content.decode()
    assert Refund.objects.count() == 0
    assert client.post(address, {**sent, "yes": str(PRICE)}).status_code == 302
    return Refund.objects.get()


def test_staff_give_a_piece_back_and_see_what_it_did_in_the_books(
    client: Client, stall_order: StallOrder
) -> None:
    refund = give_one_back(client, stall_order)
    assert (refund.amount, refund.by_user is not None) == (PRICE, True)
    page = client.get(f"/parcel/{stall_order.number}/").content.decode()
    assert "refund.decided" in page
    assert "buyer:refund_due" in page


def test_a_refund_by_hand_is_noted_once_with_the_banks_number(
    client: Client, stall_order: StallOrder
) -> None:
    refund = give_one_back(client, stall_order)
    Refund.objects.filter(pk=refund.pk).update(state=Refund.State.BY_HAND)
    address = f"/refunds/{refund.pk}/"
    assert "field__error" in client.post(address, {"reference": ""}).content.decode()
    assert client.post(address, {"reference": "۱۴۰۵-۷"}).status_code == 302
    assert "field__error" in client.post(address, {"reference": "1405-8"}).content.decode()
    refund.refresh_from_db()
    assert (refund.state, refund.reference) == (Refund.State.DONE, "1405-7")
    assert (balance(BUYER_REFUND_DUE), balance(the_bank())) == (0, -PRICE)


def test_a_dispute_is_noted_held_and_ended_once(client: Client, stall_order: StallOrder) -> None:
    address = f"/parcel/{stall_order.number}/dispute/"
    typed = {"gateway_id": "نامهٔ ۱۲", "amount": "۳۹۵٬۰۰۰", "reason": ""}
    assert client.post(address, typed).status_code == 302
    dispute = Dispute.objects.get()
    assert (dispute.amount, dispute.gateway_id) == (3_950_000, "نامهٔ 12")
    assert balance(stall_held(stall_order.partner_id)) == -NET
    client.post(f"/disputes/{dispute.pk}/lost/")
    assert Dispute.objects.get().state == Dispute.State.OPEN  # nobody was sure
    client.post(f"/disputes/{dispute.pk}/lost/", {"sure": "1"})
    client.post(f"/disputes/{dispute.pk}/won/", {"sure": "1"})
    dispute.refresh_from_db()
    assert dispute.state == Dispute.State.LOST
    assert (balance(DISPUTE_RECEIVABLE), balance(stall_held(stall_order.partner_id))) == (0, 0)


@pytest.mark.parametrize(
    "amount", ["NaN", "Infinity", "-1", "0", "1e999", "", "۳۹۵٬۰۰۰٬۰۰۰٬۰۰۰٬۰۰۰"]
)
def test_an_amount_that_is_none_is_said_beside_its_field(
    client: Client, stall_order: StallOrder, amount: str
) -> None:
    typed = {"gateway_id": "۱۲", "amount": amount, "reason": "می‌ماند"}
    page = client.post(f"/parcel/{stall_order.number}/dispute/", typed).content.decode()
    assert "field__error" in page
    assert "می‌ماند" in page
    assert Dispute.objects.count() == 0


def test_more_than_was_paid_cannot_be_disputed(client: Client, stall_order: StallOrder) -> None:
    typed = {"gateway_id": "12", "amount": "395001", "reason": ""}
    page = client.post(f"/parcel/{stall_order.number}/dispute/", typed).content.decode()
    assert "field__error" in page
    assert Dispute.objects.count() == 0


def test_a_dispute_that_the_gateway_tells_itself_is_not_entered_or_ended_by_hand(
    client: Client, stall_order: StallOrder
) -> None:
    attempt = PaymentAttempt.objects.get(order=stall_order.order)
    PaymentAttempt.objects.filter(pk=attempt.pk).update(gateway="stripe")
    typed = {"gateway_id": "12", "amount": "395000", "reason": ""}
    assert client.post(f"/parcel/{stall_order.number}/dispute/", typed).status_code == 404
    dispute = Dispute.objects.create(
        attempt=attempt,
        gateway_id="dp_1",
        amount=1_000,
        charge_amount=1_000,
        opened_at=timezone.now(),
    )
    assert client.post(f"/disputes/{dispute.pk}/lost/", {"sure": "1"}).status_code == 404
    assert "Stripe خودش" in client.get("/refunds/").content.decode()


def test_other_staff_see_a_parcel_and_none_of_its_buttons(stall_order: StallOrder) -> None:
    client = Client()
    carer = a_staff_member()
    let_look_after(carer)
    log_in_at_office(client, carer)
    page = client.get(f"/parcel/{stall_order.number}/")
    assert page.status_code == 200
    assert "give-back" not in page.content.decode()
    assert client.get(f"/parcel/{stall_order.number}/give-back/").status_code == 404
    assert client.get("/refunds/").status_code == 404
