"""The till: what a stall sells in person, for cash."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.forms import PlainForm, PlainTextField, TomanField, WholeNumberField
from shop.jalali import tehran_date
from shop.money import Rial
from shop.orders.errors import OrderError
from shop.orders.services.bazaar import SoldGoods, sell_in_person, take_back_sale
from vendors.panel.forms import DEAREST_TOMAN
from vendors.panel.queries import Goods, ShownProduct, products_of, shown_product
from vendors.panel.seat import Seat, seated

GOODS_ON_A_PAGE, SALES_SHOWN = 30, 10
MOST_OF_ONE = 1_000


class TillForm(PlainForm):
    """A count and a price for each kind of goods; `sale_id` makes a second press the same sale."""

    sale_id = forms.UUIDField(widget=forms.HiddenInput)
    note = PlainTextField(
        label=gettext_lazy("Where?"), max_length=80, required=False, widget=forms.TextInput()
    )

    def __init__(self, *args: Any, products: list[ShownProduct], **kwargs: Any) -> None:
        kwargs["initial"] = {"sale_id": uuid.uuid4()}
        super().__init__(*args, **kwargs)
        self.goods: dict[int, tuple[str, Goods]] = {}
        for product in products:
            for goods in product.goods:
                key = goods.record.pk
                title = " – ".join(filter(None, (product.title, goods.name)))
                self.goods[key] = (title, goods)
                self.fields[f"count_{key}"] = WholeNumberField(
                    label=gettext_lazy("How many?"), required=False, at_most=MOST_OF_ONE
                )
                self.fields[f"price_{key}"] = TomanField(
                    label=gettext_lazy("Price of one"),
                    required=False,
                    at_least=1,
                    at_most=DEAREST_TOMAN,
                    initial=int(goods.record.price or 0) or None,
                )

    def rows(self) -> list[tuple[str, Goods, forms.BoundField, forms.BoundField]]:
        return [
            (title, goods, self[f"count_{key}"], self[f"price_{key}"])
            for key, (title, goods) in self.goods.items()
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for key in self.goods:
            if cleaned.get(f"count_{key}") and cleaned.get(f"price_{key}") is None:
                self.add_error(f"price_{key}", _("Please fill this in."))
        return cleaned

    def sold(self) -> list[SoldGoods]:
        return [
            SoldGoods(
                goods.record,
                title,
                self.cleaned_data[f"count_{key}"],
                Rial(self.cleaned_data[f"price_{key}"]),
            )
            for key, (title, goods) in self.goods.items()
            if self.cleaned_data.get(f"count_{key}")
        ]


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def till(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Pick, count, "taken in cash"."""
    page = Paginator(products_of(seat), GOODS_ON_A_PAGE).get_page(request.GET.get("page"))
    form = TillForm(request.POST or None, products=[shown_product(each) for each in page])
    if request.method == "POST" and form.is_valid():
        try:
            sale = sell_in_person(
                sale_id=form.cleaned_data["sale_id"],
                partner_id=seat.stall.partner_id,
                goods=form.sold(),
                note=form.cleaned_data["note"],
                by_user_id=seat.user.pk,
                now=timezone.now(),
            )
        except OrderError as error:
            form.add_error(None, str(error))
        else:
            return redirect("panel:sale", sale_id=sale.pk)
    context = {
        "seat": seat,
        "form": form,
        "page": page,
        "sales": seat.sales[:SALES_SHOWN] if seat.sees_money else (),
    }
    return render(request, "panel/till.html", context)


@require_safe
@seated
def sale(request: HttpRequest, seat: Seat, sale_id: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(seat.sales.prefetch_related("lines"), pk=sale_id)
    is_of_today = tehran_date(found.created_at) == tehran_date(timezone.now())
    context = {"seat": seat, "sale": found, "may_take_back": is_of_today}
    return render(request, "panel/sale.html", context)


@require_POST
@seated
def take_back(request: HttpRequest, seat: Seat, sale_id: uuid.UUID) -> HttpResponse:
    """The sale was a mistake: all of it is undone, on the same day."""
    found = get_object_or_404(seat.sales, pk=sale_id)
    try:
        take_back_sale(sale=found, now=timezone.now())
    except OrderError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Taken back. The goods are on your shelf again."))
    return redirect("panel:sale", sale_id=sale_id)
