"""Pick-up points at the desk: where buyers fetch parcels themselves."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.accounts.models import User
from shop.orders.models import PickupPoint
from vendors.desk.care import for_stall_staff
from vendors.desk.shop_forms import PickupPointForm
from vendors.stalls.services.sending import keep_pickup_point


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def pickup_points(request: HttpRequest, user: User, point_id: int | None = None) -> HttpResponse:
    """All points, and a form for a new one or for the one that is named."""
    point = get_object_or_404(PickupPoint, pk=point_id) if point_id is not None else None
    form = PickupPointForm(request.POST or None, instance=point)
    if form.is_valid():
        keep_pickup_point(form.save(commit=False))
        messages.success(request, _("Saved. Buyers read it from now on."))
        return redirect("desk:pickup_points")
    context = {"form": form, "point": point, "points": PickupPoint.objects.order_by("name", "pk")}
    return render(request, "desk/pickup_points.html", context)
