"""All goods of a stall as one Excel table: taken home, changed there, looked through, and written back."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from shop.templatetags.bazarche import number
from vendors.panel.seat import Seat, seated
from vendors.stalls.errors import StallError
from vendors.stalls.services.sheets import (
    apply_sheet,
    columns,
    exported_rows,
    keep_sheet,
    plan_of,
)
from vendors.stalls.sheets import MOST_ROWS, read_sheet, write_sheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class SheetForm(forms.Form):
    sheet = forms.FileField(
        label=gettext_lazy("Your table"),
        widget=forms.FileInput(attrs={"accept": f".xlsx,{XLSX}"}),
        error_messages={
            "required": gettext_lazy("Choose a file first."),
            "empty": gettext_lazy("This file is empty."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def sheet(request: HttpRequest, seat: Seat) -> HttpResponse:
    form = SheetForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = read_sheet(upload=form.cleaned_data["sheet"], columns=columns())
            kept = keep_sheet(stall=seat.stall, rows=rows, by_user=seat.user, now=timezone.now())
        except StallError as error:
            form.add_error("sheet", str(error))
        else:
            return redirect("panel:sheet_preview", sheet_id=kept.pk)
    return render(request, "panel/sheet.html", {"seat": seat, "form": form, "most": MOST_ROWS})


@require_safe
@seated
def download(request: HttpRequest, seat: Seat) -> HttpResponse:
    content = write_sheet(columns(), exported_rows(seat.stall))
    answer = HttpResponse(content, content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="goods.xlsx"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@seated
def preview(request: HttpRequest, seat: Seat, sheet_id: int) -> HttpResponse:
    """What the table would change, row by row; nothing is written before it is agreed to."""
    kept = get_object_or_404(seat.sheets.select_related("stall"), pk=sheet_id)
    error = ""
    if request.method == "POST":
        try:
            n_rows = apply_sheet(sheet=kept, by_user=seat.user, now=timezone.now())
        except StallError as refused:
            error = str(refused)
        else:
            if n_rows:
                sentence = ngettext(
                    "%(count)s row was written.", "%(count)s rows were written.", n_rows
                )
                messages.success(request, sentence % {"count": number(n_rows)})
            else:
                messages.info(request, _("This table was written before."))
            return redirect("panel:products")
    plan = plan_of(kept)
    wrong = [row for row in plan if row.problems]
    context = {"seat": seat, "kept": kept, "plan": plan, "wrong": wrong, "error": error}
    return render(request, "panel/sheet_preview.html", context)
