"""What became of an order: back from the bank, its page by signed link, paying once more."""

from allauth.core.ratelimit import consume_or_429
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oscar.apps.basket.models import Basket
from oscar.defaults import OSCAR_BASKET_COOKIE_OPEN

from shop.orders.links import order_token, read_order_token, read_payment_token
from shop.orders.services.come_back import come_back
from shop.payments.gateways.base import AmountDiffers, CallbackRefused
from shop.payments.models import PaymentAttempt
from shop.persian import to_latin_digits
from shop.storefront.forms import FindOrderForm
from shop.storefront.queries.order import OrderPage, order_by_number_and_phone, order_page
from shop.storefront.request import ShopperRequest
from shop.storefront.views.basket import remember_count
from shop.storefront.views.checkout import go_to_bank


@require_safe
@never_cache
def pay_return(request: HttpRequest, token: str) -> HttpResponse:
    """Back from the bank, and asked again by the page itself until the bank has answered.

    Nothing in the query is believed; what is no answer of this payment's bank is a 400, another sum than ours a 409.
    """
    try:
        attempt_id = read_payment_token(token)
    except (BadSignature, ValueError):
        raise Http404 from None
    try:
        attempt = come_back(attempt_id=attempt_id, query=request.GET.dict(), now=timezone.now())
    except PaymentAttempt.DoesNotExist:
        raise Http404 from None
    except CallbackRefused as refused:
        raise BadRequest from refused
    except AmountDiffers:
        attempt = PaymentAttempt.objects.get(pk=attempt_id)
        return render(request, "storefront/other_sum.html", {"attempt": attempt}, status=409)
    if attempt.state in PaymentAttempt.OPEN:
        return render(request, "storefront/asking.html", {"attempt": attempt, "token": token})
    return redirect("order", order_token(attempt.order.number))


@require_safe
@never_cache
def order(request: HttpRequest, token: str) -> HttpResponse:
    return render(request, "storefront/order.html", {"page": page_or_404(token), "token": token})


@require_POST
def pay_again(request: ShopperRequest, token: str) -> HttpResponse:
    """On to the bank when it still waits; else the basket as it was, with the address filled in."""
    page = page_or_404(token)
    if page.attempt is not None and page.attempt.state in PaymentAttempt.OPEN:
        return go_to_bank(request, page.attempt)
    basket = page.attempt.basket if page.attempt is not None else None
    response = redirect("basket")
    if basket is None or basket.status != Basket.OPEN:
        return response
    if request.basket.pk not in (None, basket.pk) and request.basket.lines.exists():
        request.basket.merge(basket, add_quantities=False)
        return remember_count(response, request.basket.num_items)
    # The cookie may have gone while the basket was at the bank: Oscar's middleware sets it anew.
    request.basket = basket
    request.cookies_to_delete.append(OSCAR_BASKET_COOKIE_OPEN)
    return remember_count(response, sum(line.quantity for line in basket.lines.all()))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def find_order(request: HttpRequest) -> HttpResponse:
    limited: HttpResponse | None = consume_or_429(request, action="find_order")
    if limited is not None:
        return limited
    form = FindOrderForm(request.POST or None)
    if form.is_valid():
        number = to_latin_digits(form.cleaned_data["number"]).strip()
        phone = form.cleaned_data["phone"]
        # Whoever knows a phone must not try number after number for it, from however many addresses.
        limited = consume_or_429(request, action="find_order_of_phone", key=phone)
        if limited is not None:
            return limited
        found = order_by_number_and_phone(number=number, phone=phone)
        if found:
            return redirect("order", order_token(found.number))
        form.add_error(None, form.not_found)
    return render(request, "storefront/find_order.html", {"form": form})


def page_or_404(token: str) -> OrderPage:
    try:
        page = order_page(number=read_order_token(token))
    except BadSignature:
        page = None
    if page is None:
        raise Http404
    return page
