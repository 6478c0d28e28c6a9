"""The desk of the shop's staff. The office door lets nobody in who is not staff with a second factor."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from shop.accounts.rights import for_order_readers, may_read_orders
from shop.jalali import tehran_date
from vendors.desk.money import money_to_do
from vendors.desk.queries import (
    LISTS,
    open_counts,
    parcels_page,
    payments_being_asked,
    refunds_by_hand,
    stall_orders,
)
from vendors.settlements.access import may_settle

SHOWN_ON_HOME = 8


def home(request: HttpRequest) -> HttpResponse:
    """What waits today: late parcels, payments being asked about, payments to give back.

    Other staff find no parcel and no buyer here, and a way to what they may open.
    """
    if not may_read_orders(request):
        return render(request, "desk/home_of_others.html")
    now = timezone.now()
    today = tehran_date(now)
    context = {
        "today": today,
        "counts": open_counts(now=now),
        "late": stall_orders(which="late", now=now)[:SHOWN_ON_HOME],
        "new": stall_orders(which="new", now=now).filter(send_by__gte=today)[:SHOWN_ON_HOME],
        "asked": payments_being_asked()[:SHOWN_ON_HOME],
        "money": money_to_do() if may_settle(request.user) else None,
        "to_return": refunds_by_hand()[:SHOWN_ON_HOME],
    }
    return render(request, "desk/home.html", context)


@for_order_readers
def orders(request: HttpRequest, which: str = "open") -> HttpResponse:
    """One list of the stalls' parcels, those that should leave first on top."""
    if which not in LISTS:
        raise Http404
    now = timezone.now()
    after = request.GET.get("after", "")
    page = parcels_page(which=which, after=after, now=now)
    context = {"which": which, "after": after, "page": page, "counts": open_counts(now=now)}
    return render(request, "desk/orders.html", context)
