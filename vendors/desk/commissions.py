"""Commission rules at the desk: what the shop keeps, of whom, of what, and from which day on."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.orders.errors import OrderError
from shop.orders.models import CommissionRule
from shop.orders.services.commission import end_rule, write_rule
from vendors.desk.finance import for_finance
from vendors.desk.shop_forms import CommissionForm

SHOWN = 200


@for_finance
@require_http_methods(["GET", "HEAD", "POST"])
def commissions(request: HttpRequest, user: User) -> HttpResponse:
    """The rules, the latest first, and a form for another one."""
    form = CommissionForm(request.POST or None)
    now = timezone.now()
    today = tehran_date(now)
    if form.is_valid():
        try:
            write_rule(**form.rule(today=today), by_user_id=user.pk, now=now, today=today)
        except OrderError as error:
            form.add_error("valid_from", str(error))
        else:
            messages.success(request, _("Written. It holds for orders from its first day on."))
            return redirect("desk:commissions")
    rules = CommissionRule.objects.select_related("partner", "category", "by_user")[:SHOWN]
    context = {"form": form, "rules": rules, "today": today}
    return render(request, "desk/commissions.html", context)


@for_finance
@require_POST
def end(request: HttpRequest, user: User, rule_id: int) -> HttpResponse:
    today = tehran_date(timezone.now())
    if end_rule(rule_id=rule_id, by_user_id=user.pk, today=today):
        said = _("Taken back: it holds no more. What was ordered keeps its rate.")
    else:
        said = _("Ended. A new one may begin today. What was ordered keeps its rate.")
    messages.success(request, said)
    return redirect("desk:commissions")
