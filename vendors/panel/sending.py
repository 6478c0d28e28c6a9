"""How the stall sends: one screen for all ways, one for each way, one for each zone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from shop.orders.models import PickupPoint, ShippingMethod, ShippingRate
from vendors.panel.seat import Seat, seated
from vendors.panel.sending_forms import WayForm, ZoneForm
from vendors.stalls.errors import StallError
from vendors.stalls.services.sending import drop_zone, offer_way, set_zone, stop_way


@require_safe
@seated
def ways(request: HttpRequest, seat: Seat) -> HttpResponse:
    rates = ShippingRate.objects.filter(partner_id=seat.stall.partner_id)
    rates = rates.select_related("pickup_point").priced()
    by_method = {rate.method: rate for rate in rates}
    shown = [(method, by_method.get(method.value)) for method in ShippingMethod]
    return render(request, "panel/sending.html", {"seat": seat, "ways": shown})


def _rate(seat: Seat, method: str) -> ShippingRate | None:
    if method not in ShippingMethod.values:
        raise Http404
    rates = ShippingRate.objects.filter(partner_id=seat.stall.partner_id, method=method)
    return rates.select_related("pickup_point").prefetch_related("tiers", "zones").first()


def _points(method: str) -> list[PickupPoint]:
    """Where buyers may fetch what goes this way: the open pick-up points, and none for any other way."""
    if method != ShippingMethod.PICKUP_OFFICE:
        return []
    return list(PickupPoint.objects.filter(is_active=True).order_by("pk"))


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def way(request: HttpRequest, seat: Seat, method: str) -> HttpResponse:
    rate = _rate(seat, method)
    form = WayForm(request.POST or None, rate=rate, points=_points(method))
    if form.is_valid():
        try:
            offer_way(stall=seat.stall, method=method, way=form.way())
        except StallError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved. It holds for the next orders."))
            return redirect("panel:way", method=method)
    context = {"seat": seat, "rate": rate, "form": form, "method": ShippingMethod(method)}
    return render(request, "panel/way.html", context)


@require_POST
@seated
def stop(request: HttpRequest, seat: Seat, method: str) -> HttpResponse:
    if method not in ShippingMethod.values:
        raise Http404
    try:
        stop_way(stall=seat.stall, method=method)
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("You send this way no more."))
    return redirect("panel:sending")


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def zone(request: HttpRequest, seat: Seat, method: str, zone_id: int | None = None) -> HttpResponse:
    """A new zone of a way, or one of its zones."""
    rate = _rate(seat, method)
    if rate is None:
        raise Http404
    known = get_object_or_404(rate.zones, pk=zone_id) if zone_id is not None else None
    form = ZoneForm(request.POST or None, rate=rate, zone=known)
    if form.is_valid():
        try:
            set_zone(rate=rate, zone_id=zone_id, zone=form.zone())
        except StallError as error:
            form.add_error("provinces", str(error))
        else:
            messages.success(request, _("Saved. It holds for the next orders."))
            return redirect("panel:way", method=method)
    context = {"seat": seat, "rate": rate, "zone": known, "form": form}
    return render(request, "panel/zone.html", context)


def _stopped(rate: ShippingRate) -> str:
    if rate.is_everywhere:
        return _("The usual price holds there again.")
    return _("You send there no more this way.")


@require_POST
@seated
def stop_zone(request: HttpRequest, seat: Seat, method: str, zone_id: int) -> HttpResponse:
    rate = _rate(seat, method)
    if rate is None:
        raise Http404
    known = get_object_or_404(rate.zones, pk=zone_id)
    try:
        drop_zone(rate=rate, zone_id=known.pk)
    except StallError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _stopped(rate))
    return redirect("panel:way", method=method)
