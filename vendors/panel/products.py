"""The stall's goods: price and count changed in place, photos added and replaced."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oscar.apps.partner.models import StockRecord

from shop.storefront.cards import short_title
from vendors.panel.forms import GoodsForm, PhotoForm
from vendors.panel.queries import Goods, products_of, shown_product
from vendors.panel.seat import Seat, note_deed, seated
from vendors.stalls.errors import StallError
from vendors.stalls.models import Listing
from vendors.stalls.services.goods import change_goods
from vendors.stalls.services.photos import MOST_PHOTOS, add_photo, replace_photo

ON_ONE_PAGE = 30


def _form_of(goods: Goods) -> GoodsForm:
    record = goods.record
    return GoodsForm(
        initial={"price": int(record.price or 0), "count": record.num_in_stock},
        is_counted=goods.is_counted,
        auto_id=f"id_%s_{record.pk}",
    )


@require_safe
@seated
def shelf(request: HttpRequest, seat: Seat) -> HttpResponse:
    return _shelf(request, seat)


def _shelf(request: HttpRequest, seat: Seat, tried: GoodsForm | None = None) -> HttpResponse:
    """The page of all goods; `tried` is the form that was not accepted and stands where its goods stand."""
    page = Paginator(products_of(seat), ON_ONE_PAGE).get_page(request.GET.get("page"))
    products = []
    for listing in page:
        shown = shown_product(listing)
        forms = [
            tried if tried and tried.auto_id == form.auto_id else form
            for form in map(_form_of, shown.goods)
        ]
        products.append((shown, list(zip(shown.goods, forms, strict=True))))
    context = {"seat": seat, "page": page, "products": products}
    return render(request, "panel/products.html", context)


@require_POST
@seated
def change(request: HttpRequest, seat: Seat, record_id: int) -> HttpResponse:
    record = get_object_or_404(
        StockRecord.objects.select_related("product__parent"),
        pk=record_id,
        partner=seat.stall.partner,
    )
    product = record.product
    goods = Goods(
        record, short_title(product.title, product.parent.title) if product.is_child else ""
    )
    form = GoodsForm(request.POST, is_counted=goods.is_counted, auto_id=f"id_%s_{record.pk}")
    if form.is_valid():
        try:
            change_goods(
                record=record,
                price=form.cleaned_data["price"],
                count=form.cleaned_data.get("count"),
                by_user=seat.user,
                now=timezone.now(),
            )
        except StallError as error:
            form.add_error("count", str(error))
    return _answer(request, seat, goods, form)


def _answer(request: HttpRequest, seat: Seat, goods: Goods, form: GoodsForm) -> HttpResponse:
    """The row alone for htmx; without it the whole page, or the way back to the row."""
    is_saved = form.is_valid()
    if is_saved:
        goods.record.refresh_from_db()
    if request.headers.get("HX-Request"):
        note_deed(request, is_done=is_saved)
        context = {
            "goods": goods,
            "form": _form_of(goods) if is_saved else form,
            "is_saved": is_saved,
        }
        return render(request, "panel/_goods.html", context)
    if not is_saved:
        return _shelf(request, seat, tried=form)
    messages.success(request, _("Saved."))
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isascii() and page.isdigit() else ""
    return redirect(f"{reverse('panel:products')}{query}#goods-{goods.record.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def photos(request: HttpRequest, seat: Seat, product_id: int) -> HttpResponse:
    listing = get_object_or_404(seat.listings.select_related("product"), product_id=product_id)
    form = PhotoForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            _keep_photo(request, listing, form)
        except StallError as error:
            form.add_error("photo", str(error))
        else:
            messages.success(request, _("Your new photo is in the shop."))
            return redirect("panel:photos", product_id=product_id)
    shown = list(listing.photos.all())
    context = {"seat": seat, "listing": listing, "photos": shown, "form": form}
    return render(request, "panel/photos.html", context | {"is_full": len(shown) >= MOST_PHOTOS})


def _keep_photo(request: HttpRequest, listing: Listing, form: PhotoForm) -> None:
    replaced = request.POST.get("replace", "")
    if not replaced:
        add_photo(listing=listing, upload=form.cleaned_data["photo"])
        return
    if not (replaced.isascii() and replaced.isdigit() and len(replaced) < 19):
        raise Http404
    photo = get_object_or_404(listing.photos, pk=int(replaced))
    replace_photo(listing=listing, photo_id=photo.pk, upload=form.cleaned_data["photo"])
