"""Odd typing in any field of any form is answered in words, stays where it was typed, and leaves nothing half done."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urlsplit

import pytest
from django.contrib import messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.test import Client
from django.urls import resolve

from tests.walls.addresses import OFFICE, STOREFRONT, Rows, addresses_of, undone_if_changed
from tests.walls.full_stall import a_full_stall
from tests.walls.pages import VOID, Form, Input, Page, pages_of
from tests.walls.unchanged import Change, Tables, watched

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"]), pytest.mark.wall]
SCRIPT = '<script>alert(1)</script><b onclick="x">سلام</b> a < b'
ODD = {
    "markup": SCRIPT,
    "short markup": '<b onclick="x">ن</b>',  # where the long one is refused by its length
    "NUL": "سل\x00ام",
    "a million letters": "ا" * 10**6,
    "turned round": "\u202eمتن\u202c",
    "NaN": "NaN",
    "infinity": "1e999",
    "minus one": "-1",
    "nothing": "0",
    "far too much": "1" + "0" * 30,
    "three scripts": "۱٬۲٣4",
    "not a number": "١٢x",
}
TYPED = ("text", "textarea", "number", "tel", "search", "email", "url", "date", "time")
CHOSEN = ("select", "radio", "checkbox", "hidden")
FOR_CHOICES = ("markup", "NUL", "far too much")
SEEN = {"shop_orders.Message"}  # to show a thread is to have read it
NOT_OURS = {"csrfmiddlewaretoken"}


def odd_bodies(form: Form) -> Iterator[tuple[str, Input, str, dict[str, object]]]:
    """Each field of the form with each odd value, everything else as a browser would send it."""
    base: dict[str, object] = dict(form.filled())
    for each in {one.name: one for one in form.inputs}.values():
        if not each.name or each.name in NOT_OURS or each.kind in (*VOID, "file"):
            continue
        for what, value in ODD.items():
            if each.kind in CHOSEN and what not in FOR_CHOICES:
                continue
            button = next(iter(form.buttons()), None)
            pressed = {button.name: button.value} if button else {}
            yield what, each, value, base | pressed | {each.name: value}


def forms_of(pages: list[Page]) -> list[tuple[str, Form]]:
    """One form of each kind on these pages, by where it is sent and which fields it has."""
    found: dict[tuple[str, object], Form] = {}
    for form in (form for page in pages for form in page.forms):
        if form.method.lower() == "post" and form.action:
            name = resolve(urlsplit(form.action).path).view_name
            fields = tuple(sorted({each.name for each in form.inputs}))
            found.setdefault((name, fields), form)
    return [(name, form) for (name, _fields), form in found.items()]


def pages_at(door: str, rows: Rows, client: Client, within: str) -> list[Page]:
    """The pages of a door whose addresses have names that begin so, as this person finds them."""
    paths = [a.path for a in addresses_of(door, rows) if a.name.startswith(within)]
    return [page for path in paths for page in pages_of(client, path, under="(nowhere)")]


def markup_in(change: Change) -> list[str]:
    """The columns of a row that keep markup."""
    texts = [
        (column.name, getattr(change.row, column.attname))
        for column in change.row._meta.concrete_fields
        if isinstance(column, models.CharField | models.TextField | models.JSONField)
    ]
    return [name for name, text in texts if "<b onclick" in str(text) or "<script" in str(text)]


def _says_an_error(response: HttpResponse) -> bool:
    request = response.wsgi_request  # type: ignore[attr-defined]  # given by the test client
    return any(message.level >= messages.ERROR for message in messages.get_messages(request))


@dataclass
class Sweep:
    """What odd typing met, and what of it went wrong."""

    client: Client
    n_forms: int = 0
    n_refused: int = 0
    n_kept: int = 0
    faults: list[str] = field(default_factory=list)

    def sweep(self, pages: list[Page]) -> None:
        tables = Tables()
        for name, form in forms_of(pages):
            self.n_forms += 1
            for what, each, value, body in odd_bodies(form):
                with undone_if_changed(self.client), watched() as written:
                    response = self.client.post(form.action, body)
                    changes = tables.changes(written)
                visit = f"{name}.{each.name} {what}"
                self.faults += [
                    f"{visit}: {fault}" for fault in self._judge(response, each, value, changes)
                ]

    def _judge(
        self, response: HttpResponse, each: Input, value: str, changes: list[Change]
    ) -> Iterator[str]:
        """An error of ours, markup that was kept, typed words that are lost, rows of a form that was refused."""
        if response.status_code >= 500:
            yield str(response.status_code)
        self.n_kept += bool(changes)
        for change in changes:
            for column in markup_in(change):
                yield f"markup kept in {change.row._meta.label}.{column}"
        if each.kind in TYPED and response.status_code == 302 and _says_an_error(response):
            yield "lost: refused, and sent to another page"
        is_refused = response.status_code == 200 and b"field__error" in response.content
        if is_refused and each.kind in TYPED:
            self.n_refused += 1
            if value.replace("\x00", "") not in unescape(response.content.decode()).replace(
                "\x00", ""
            ):
                yield "lost"
            changes = [change for change in changes if change.row._meta.label not in SEEN]
            if changes:
                yield f"refused, and wrote {[str(change) for change in changes]}"


@pytest.mark.urls(STOREFRONT)
def test_odd_typing_breaks_no_form_of_the_panel() -> None:
    full = a_full_stall("سپیدار", phone="912311")
    sweep = Sweep(Client(raise_request_exception=False))
    sweep.client.force_login(full.keeper)
    sweep.sweep(pages_of(sweep.client, "/panel/", under="/panel/"))
    assert sweep.faults == []
    assert (sweep.n_forms > 25, sweep.n_refused > 50, sweep.n_kept > 50) == (True, True, True)


@pytest.mark.urls(STOREFRONT)
def test_odd_typing_breaks_no_form_of_the_shop() -> None:
    rows = Rows()
    client = Client(raise_request_exception=False)
    client.post(
        "/basket/add/", {"product": rows.product.pk}, headers={"origin": "http://testserver"}
    )
    sweep = Sweep(client)
    pages = [
        page
        for name in (
            "product",
            "find_order",
            "order",
            "checkout",
            "write_review",
            "ask",
            "account_",
        )
        for page in pages_at(STOREFRONT, rows, client, name)
    ]
    sweep.sweep(pages)
    assert sweep.faults == []
    assert sweep.n_refused > 20


@pytest.mark.urls(OFFICE)
@pytest.mark.parametrize("who", ["finance", "carer"])
def test_odd_typing_breaks_no_form_of_the_desk(who: str) -> None:
    rows = Rows()
    sweep = Sweep(rows.office_people()[who])
    sweep.sweep(pages_at(OFFICE, rows, sweep.client, "desk:"))
    assert sweep.faults == []
    assert sweep.n_refused > 5


@pytest.mark.urls(OFFICE)
def test_words_that_are_lost_on_the_way_to_another_page_are_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Negative control: a refused reason leads back to the stall, and an error stands there beside nothing."""

    def back(request: HttpRequest, *_args: object, **_forms: object) -> HttpResponse:
        messages.error(request, "نه")
        return redirect("desk:stalls")

    monkeypatch.setattr("vendors.desk.errands.draw_stall", back)
    rows = Rows()
    sweep = Sweep(rows.office_people()["carer"])
    stall = pages_of(sweep.client, f"/stall/{rows.stall.slug}/", under="(nowhere)")
    for page in stall:
        page.forms = [form for form in page.forms if form.action.endswith("/errand/")]
    sweep.sweep(stall)
    assert sweep.faults == [
        "desk:begin_errand.reason a million letters: lost: refused, and sent to another page"
    ]


@pytest.mark.urls(STOREFRONT)
def test_markup_that_is_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: fields that clean nothing."""
    monkeypatch.setattr("shop.forms.clean_text", lambda text: text)
    full = a_full_stall("سپیدار", phone="912311")
    sweep = Sweep(Client(raise_request_exception=False))
    sweep.client.force_login(full.keeper)
    thread = f"/panel/orders/{full.orders[0].number}/messages/"
    sweep.sweep(pages_of(sweep.client, thread, under="(nowhere)"))
    assert sweep.faults == [
        f"panel:messages.text {what}: markup kept in shop_orders.Message.text"
        for what in ("markup", "short markup")
    ]
