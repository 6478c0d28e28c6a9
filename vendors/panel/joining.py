"""Opening a stall of one's own: logged in by SMS code, a name, and the stall is there to be prepared."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from shop.accounts.doors import at_office
from shop.accounts.models import User
from shop.accounts.services import say_name
from vendors.panel.seat import CHOSEN, to_login
from vendors.panel.stall_forms import BeginForm
from vendors.stalls.services.joining import begin_stall


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """The first question; whoever has a stall in preparation goes on with it."""
    if at_office():
        raise Http404
    if not isinstance(request.user, User):
        return to_login(request)
    user = request.user
    form = BeginForm(request.POST or None, initial={"person": user.name})
    if not form.is_valid():
        return render(request, "panel/begin.html", {"form": form})
    now = timezone.now()
    say_name(user=user, name=form.cleaned_data["person"])
    stall = begin_stall(name=form.cleaned_data["name"], owner=user, by_user=user, now=now)
    request.session[CHOSEN] = str(stall.public_id)
    return redirect("panel:ask", "goods_kind")
