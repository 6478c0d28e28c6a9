"""Going to work in a stall's panel, from the desk, and coming back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from shop.accounts.models import User
from vendors.desk.care import for_stall_staff
from vendors.desk.reasons import ErrandForm
from vendors.desk.stalls import draw_stall, stall_of
from vendors.stalls.services.errands import begin_errand, end_errand


@for_stall_staff
@require_POST
def begin(request: HttpRequest, user: User, slug: str) -> HttpResponse:
    stall = stall_of(slug)
    form = ErrandForm(request.POST, auto_id="id_errand_%s")
    if not form.is_valid():
        return draw_stall(request, user, stall, errand=form)
    reason = form.cleaned_data["reason"]
    begin_errand(stall=stall, user=user, reason=reason, now=timezone.now())
    return redirect("panel:home")


@for_stall_staff
@require_POST
def end(request: HttpRequest, user: User) -> HttpResponse:
    end_errand(user=user, now=timezone.now())
    messages.success(request, _("You are back at the desk."))
    return redirect("desk:stalls")
