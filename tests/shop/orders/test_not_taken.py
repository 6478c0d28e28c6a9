"""A parcel that nobody took at the door: its buyer is told why it ended, in Persian whatever its stall reads."""

import pytest
from django.urls import reverse
from django.utils import translation

from shop.notices.models import Notice
from shop.orders.jobs import tell_buyer_of_not_taken
from shop.orders.links import order_token
from shop.orders.services.fulfil import take_back_stall_order
from tests.makers import BUYER, NOON, a_product
from tests.shop.orders.test_cash_at_the_door import a_cash_stall, jobs, parcels, placed, sent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def cash_is_on(settings):
    settings.GATEWAYS = {"cash": {}}


def test_the_buyer_is_told_once_why_a_parcel_not_taken_ended(client):
    (parcel,) = parcels(placed((a_product(a_cash_stall("نان گندم")), 1)))
    with translation.override("en"):
        take_back_stall_order(stall_order=sent(parcel), now=NOON)
    assert parcel.reason == "دم در تحویل گرفته نشد"
    assert "shop.orders.jobs.tell_buyer_of_not_taken" in jobs()
    for _ in range(2):
        tell_buyer_of_not_taken(parcel.pk)
    [notice] = Notice.objects.filter(key=f"parcel-ended:{parcel.pk}")
    assert notice.phone == BUYER.phone
    assert f"نان گندم سفارش {parcel.number} را پس گرفت: دم در تحویل گرفته نشد." in notice.text
    page = client.get(reverse("order", args=[order_token(parcel.order.number)])).content.decode()
    assert "دم در تحویل گرفته نشد" in page
