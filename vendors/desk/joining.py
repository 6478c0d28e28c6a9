"""Inviting somebody to open a stall, and the terms that every stall agrees to."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.accounts.models import User
from vendors.desk.care import for_stall_staff
from vendors.desk.joining_forms import InviteForm, TermsForm
from vendors.stalls.models import Terms
from vendors.stalls.queries.readiness import current_terms
from vendors.stalls.services.joining import invite_stall, publish_terms


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def invite(request: HttpRequest, user: User) -> HttpResponse:
    """A person, a stall in preparation and a message, in one; sent twice it makes one stall."""
    form = InviteForm(request.POST or None)
    if form.is_valid():
        stall = invite_stall(**form.cleaned_data, by_user=user, now=timezone.now())
        messages.success(request, _("Invited. They got an SMS and can begin at once."))
        return redirect("desk:stall", stall.slug)
    return render(request, "desk/invite.html", {"form": form})


@for_stall_staff
@require_http_methods(["GET", "HEAD", "POST"])
def terms(request: HttpRequest, user: User) -> HttpResponse:
    """The terms that hold, and a form for a new version, which every stall is then asked to agree to."""
    now_held = current_terms()
    initial = {"text": now_held.text} if now_held else {}
    form = TermsForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        publish_terms(**form.cleaned_data, now=timezone.now())
        messages.success(request, _("Published. Each stall is asked to agree to them."))
        return redirect("desk:terms")
    context = {"form": form, "now_held": now_held, "versions": Terms.objects.order_by("-pk")}
    return render(request, "desk/terms.html", context)
