"""The list of what others did in a stall: what happened and nothing else, in words, and who came in to look."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shop.accounts.models import User
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import a_member, a_paid_order, a_product, a_staff_member, a_stall, a_user
from tests.walls.test_who_may_open_what import AT_STOREFRONT, HOLDERS_ALONE
from vendors.stalls.deeds import DEEDS
from vendors.stalls.models import ActedFor, Stall, StallMember
from vendors.stalls.services.errands import begin_errand

pytestmark = [pytest.mark.django_db, pytest.mark.urls("shop.urls.storefront")]


@pytest.fixture
def stall() -> Stall:
    return a_stall(keeper=a_user(name="زهرا کریمی"))


@pytest.fixture
def facilitator(client: Client, stall: Stall) -> User:
    user = a_user(name="نسرین آقایی")
    a_member(stall, user, role=StallMember.Role.FACILITATOR)
    client.force_login(user)
    return user


def deeds() -> list[str]:
    return list(ActedFor.objects.order_by("pk").values_list("deed", flat=True))


def holders_page(stall: Stall) -> str:
    holder = Client()
    holder.force_login(stall.members.get(role="owner").user)
    return holder.get("/panel/stall/done-for-you/").content.decode()


def test_every_page_that_changes_something_has_its_words() -> None:
    posts = {
        name
        for name, (_get, post) in AT_STOREFRONT.items()
        if name.startswith("panel:") and any(each != 405 for each in post)
    }
    # What is the holder's alone nobody does for them.
    assert posts - HOLDERS_ALONE - set(DEEDS) == set()
    assert ActedFor(deed="panel:till").words == "یک فروش حضوری را یادداشت کرد"


def test_what_was_refused_is_not_written_down(
    client: Client, facilitator: User, stall: Stall
) -> None:
    (order,) = a_paid_order((a_product(stall, stock=5), 1))
    accept_stall_order(stall_order=order, now=timezone.now())
    send_stall_order(stall_order=order, carrier="پیک", tracking_code="1", now=timezone.now())
    page = f"/panel/orders/{order.number}/"
    client.post(f"{page}accept/")  # it is on its way already: an error is said
    client.post(
        f"{page}decline/", {"reason": "other", "words": "نه"}
    )  # leads back, and says nothing
    client.post(f"{page}send-part/", {})
    client.post("/panel/stall/city/", {"city": ""})  # the page is shown again
    client.post("/panel/orders/S-0/accept/")  # there is none
    assert deeds() == []
    client.post(f"{page}deliver/")
    assert deeds() == ["panel:deliver"]


def test_an_error_that_waits_from_before_hides_no_deed(
    client: Client, facilitator: User, stall: Stall
) -> None:
    (order,) = a_paid_order((a_product(stall, stock=5), 1))
    page = f"/panel/orders/{order.number}/"
    client.post(f"{page}deliver/")  # not yet; nobody looks at the page that says so
    client.post(f"{page}accept/")
    assert deeds() == ["panel:accept"]
    shown = client.get(page).content.decode()
    assert shown.count("پذیرفتید. نشانی") == 1


def test_a_row_changed_in_place_is_written_down_only_when_it_was_kept(
    client: Client, facilitator: User, stall: Stall
) -> None:
    record = a_product(stall, price=1_000_000, stock=5).stockrecords.get()
    page, htmx = f"/panel/products/goods/{record.pk}/", {"HX-Request": "true"}
    assert client.post(page, {"price": "صفر", "count": "5"}, headers=htmx).status_code == 200
    assert deeds() == []
    assert client.post(page, {"price": "120000", "count": "5"}, headers=htmx).status_code == 200
    assert deeds() == ["panel:change_goods"]


def test_the_holder_reads_who_came_in_and_why_even_if_they_only_looked(stall: Stall) -> None:
    staff = a_staff_member(name="پروین شریفی")
    began = timezone.now() - timedelta(hours=3)
    begin_errand(stall=stall, user=staff, reason="دربارهٔ ارسال پرسید", now=began)
    page = holders_page(stall)
    for told in ("پروین شریفی", "دربارهٔ ارسال پرسید", "برای کمک وارد پنل شد"):
        assert told in page
    assert ActedFor.objects.count() == 0
