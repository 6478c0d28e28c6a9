"""The basket: a parcel for each stall."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.jalali import tehran_date
from shop.storefront.decorators import from_our_own_pages
from shop.storefront.errors import BasketError
from shop.storefront.forms import ChooseForm, QuantityForm
from shop.storefront.queries.basket import basket_page, pieces_in, product_shown
from shop.storefront.request import ShopperRequest
from shop.storefront.services import change_quantity, put_in_basket
from shop.templatetags.bazarche import BASKET_COUNT_COOKIE

KEPT_SECONDS = 7 * 24 * 3600


@require_safe
@never_cache
def basket(request: ShopperRequest) -> HttpResponse:
    page = basket_page(basket=request.basket, today=tehran_date(timezone.now()))
    response = render(request, "storefront/basket.html", {"page": page})
    return remember_count(response, page.count)


@require_POST
@from_our_own_pages
def add_to_basket(request: ShopperRequest) -> HttpResponse:
    form = ChooseForm(request.POST)
    said, is_bad = _("Please choose once more."), True
    if form.is_valid():
        try:
            product = put_in_basket(basket=request.basket, **form.cleaned_data)
        except BasketError as error:
            said = str(error)
        else:
            said, is_bad = (
                _("“%(title)s” is in your basket.") % {"title": product.get_title()},
                False,
            )
    count = pieces_in(request.basket)
    if request.htmx:
        context = {"said": said, "said_bad": is_bad, "number": count}
        return remember_count(render(request, "storefront/_added.html", context), count)
    messages.add_message(request, messages.ERROR if is_bad else messages.SUCCESS, said)
    if is_bad and (product := product_shown(product_id=form.cleaned_data["product_id"])):
        return redirect("product", product.slug)
    return remember_count(redirect("basket"), count)


@require_POST
def change_line(request: ShopperRequest, line_id: int) -> HttpResponse:
    form = QuantityForm({"quantity": request.POST.get("to") or request.POST.get("quantity", "")})
    if not form.is_valid():
        messages.error(request, str(form.errors["quantity"][0]))
    else:
        try:
            change_quantity(
                basket=request.basket, line_id=line_id, quantity=form.cleaned_data["quantity"] or 0
            )
        except BasketError as error:
            messages.error(request, str(error))
    page = basket_page(basket=request.basket, today=tehran_date(timezone.now()))
    if request.htmx:
        response = render(request, "storefront/_basket.html", {"page": page, "swapped": True})
    else:
        response = redirect("basket")
    return remember_count(response, page.count)


def remember_count(response: HttpResponse, count: int) -> HttpResponse:
    """Let every page show how full the basket is without asking the database."""
    if count:
        response.set_cookie(
            BASKET_COUNT_COOKIE,
            str(min(count, 999)),
            max_age=KEPT_SECONDS,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    else:
        response.delete_cookie(BASKET_COUNT_COOKIE, samesite="Lax")
    return response
