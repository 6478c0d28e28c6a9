"""All orders, and one of them with its parcels and payments. Nothing here can be pressed."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from oscar.apps.order.models import Order

from shop.accounts.rights import for_order_readers
from shop.jalali import tehran_date
from shop.orders.models import StallOrder
from shop.persian import to_latin_digits

ORDERS_ON_A_PAGE = 50


@for_order_readers
@require_safe
def order_list(request: HttpRequest) -> HttpResponse:
    """The newest orders first, from the beginning or `after` one; `q` looks for a number, a name or a phone."""
    words = to_latin_digits(request.GET.get("q", "")).strip()
    orders = Order.objects.select_related("shipping_address").order_by("-date_placed", "-pk")
    if words:
        orders = orders.filter(
            Q(number__startswith=words)
            | Q(pk__in=StallOrder.objects.filter(number=words).values("order_id"))
            | Q(shipping_address__first_name__icontains=words)
            | Q(shipping_address__phone_number__endswith=words.lstrip("0") or words)
        )
    after = request.GET.get("after", "")
    last = orders.filter(number=after).first() if after else None
    if last is not None:
        at = last.date_placed
        orders = orders.filter(date_placed__lte=at).filter(
            Q(date_placed__lt=at) | Q(pk__lt=last.pk)
        )
    rows = list(orders[: ORDERS_ON_A_PAGE + 1])
    context = {
        "orders": rows[:ORDERS_ON_A_PAGE],
        "has_more": len(rows) > ORDERS_ON_A_PAGE,
        "after": after,
        "words": words,
    }
    return render(request, "dashboard/orders/order_list.html", context)


@for_order_readers
@require_safe
def order_detail(request: HttpRequest, number: str) -> HttpResponse:
    """One order as its buyer, its stalls and the banks know it."""
    order = get_object_or_404(Order.objects.select_related("shipping_address"), number=number)
    today = tehran_date(timezone.now())
    stall_orders = order.stall_orders.with_lines().marked_late(today=today)
    context = {
        "order": order,
        "stall_orders": stall_orders.select_related("partner__stall").order_by("number"),
        "attempts": order.payment_attempts.order_by("created_at"),
    }
    return render(request, "dashboard/orders/order_detail.html", context)
