"""Whoever works in stall B walks through the panel, presses every button and puts stall A's keys into every form.

Nothing of A is shown, and no row that is A's is changed, whatever is asked.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from oscar.apps.order.models import Order, OrderNote

from shop.accounts.models import User
from shop.orders.models import StallOrder
from tests.makers import a_member, a_staff_member, a_user, log_in_at_office
from tests.walls.addresses import OFFICE, STOREFRONT, Rows, addresses_of, undone_if_changed
from tests.walls.full_stall import FullStall, a_full_stall, a_mixed_order
from tests.walls.matrix import told
from tests.walls.pages import Form, Page
from tests.walls.test_who_may_open_what import (
    AT_OFFICE,
    AT_STOREFRONT,
    MORE_OFFICE_PEOPLE,
    MORE_SHOPPERS,
    OFFICE_PEOPLE,
    SHOPPERS,
)
from tests.walls.unchanged import Tables, keys_of, new_trespasses, old_trespasses, watched
from vendors.panel import urls as panel
from vendors.panel.seat import Seat
from vendors.stalls.access import let_look_after
from vendors.stalls.models import Stall, StallMember
from vendors.stalls.services.errands import begin_errand

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"]), pytest.mark.wall]
WITH_STOCK = "tests.walls.stock_orders_urls"
STOCK = "/panel/stock/orders/"
MOST_PAGES = 200
# Names under which a body might carry a key, beside those that the forms themselves have.
GUESSED = (
    *("id", "pk", "stall", "stall_id", "partner", "product", "product_id", "listing", "record"),
    *("order", "order_id", "number", "line", "line_id", "selected_line", "photo", "replace"),
    *("message", "review", "question", "account", "member", "user", "sale", "slug", "note_id"),
)
# Pages of the panel that no link of B's leads to, each with the reason.
NOT_LINKED = {
    "panel:statement": "B was not paid yet",
    "panel:paper": "nor is there a paper of it",
}


@dataclass
class Walk:
    """What B met: the pages that were opened, and each visit that showed or changed something of A."""

    client: Client
    tables: Tables
    secrets: list[str]
    theirs: set[tuple[str, object]]
    own: set[tuple[str, object]]
    pages: dict[str, Page] = field(default_factory=dict)
    lit: list[str] = field(default_factory=list)
    # Address, method and kind of button of each visit that showed or changed something of A.
    cells: set[str] = field(default_factory=set)

    def walk(self, *starts: str, under: str = "/panel/") -> None:
        """Open every page that is linked and stands under this address."""
        waiting = deque(starts)
        known = set(starts)
        while waiting and len(self.pages) < MOST_PAGES:
            path = waiting.popleft()
            html = self.visit("get", path, {})
            self.pages[path] = page = Page(html, path=path)
            for link in page.links:
                place = urlsplit(link).path
                if place.startswith(under) and place not in known:
                    known.add(place)
                    waiting.append(link)

    def press_everything(self, other: FullStall, *, each_field: bool = True) -> None:
        done = set()
        for page in self.pages.values():
            for form in page.forms:
                if form.method.lower() != "post" or not form.action.startswith("/panel/"):
                    continue
                # One form of each kind: a list has the same one in each of its rows.
                inputs = tuple(dict.fromkeys((each.name, each.kind) for each in form.inputs))
                kind = (resolve(urlsplit(form.action).path).view_name, inputs)
                if kind in done:
                    continue
                done.add(kind)
                for body in bodies(form, other, each_field=each_field):
                    self.visit("post", form.action, body)

    def visit(self, method: str, path: str, body: dict[str, object]) -> str:
        with undone_if_changed(self.client), watched() as written:
            response = getattr(self.client, method)(path, body)
            content = b"".join(response) if response.streaming else response.content
            html = content.decode(errors="replace")
            follow = response.headers.get("Location", "")
            typed = f"{path} {body.values()}"  # is said back to whoever typed it
            shown = [
                secret for secret in self.secrets if secret in html + follow and secret not in typed
            ]
            changes = self.tables.changes(written)
            touched = new_trespasses(changes, against=self.theirs)
        touched += old_trespasses(changes, against=self.theirs, own=self.own)
        if shown or touched or response.status_code >= 500:
            name = resolve(urlsplit(path).path).view_name
            said = {each: body[each] for each in list(body)[:4]}
            self.lit.append(f"{method} {name} {said}: {response.status_code} {shown} {touched}")
        if shown or touched:
            self.cells.add(f"{method} {name} {body.get('order_action', '')}".strip())
        return html


def bodies(form: Form, other: FullStall, *, each_field: bool) -> Iterator[dict[str, object]]:
    """What a browser would send with each button, and the same with A's keys instead of B's.

    `each_field`: also with A's keys in one field after the other.
    """
    base: dict[str, object] = dict(form.filled())
    keys = other.ids()
    buttons: list[dict[str, object]] = [{each.name: each.value} for each in form.buttons()] or [{}]
    for pressed in buttons:
        yield base | pressed
        for name in dict.fromkeys(each.name for each in form.inputs) if each_field else ():
            each = next(each for each in form.inputs if each.name == name)
            if name and each.kind not in ("file", "submit") and name != "csrfmiddlewaretoken":
                yield from (base | pressed | {name: key} for key in fitting(each, keys))
    pressed = buttons[0]
    for kind in keys.values():
        yield dict.fromkeys(GUESSED, kind[0]) | base | pressed
        yield base | pressed | dict.fromkeys(GUESSED, kind)


def fitting(each: object, keys: dict[str, list[str]]) -> list[str]:
    """A's keys of the kind that this field holds; of each kind one where it holds none."""
    value = each.value or next(iter(each.choices), "")
    if value.isdigit() and each.kind not in ("text", "textarea"):
        return keys["key"]
    if len(value) == len(keys["uuid"][0]) and value.count("-") == 4:
        return keys["uuid"]
    return [key for kind in keys.values() for key in kind[:1]]


@pytest.fixture
def stalls() -> tuple[FullStall, FullStall, Order]:
    first = a_full_stall("سپیدار", phone="912311")
    second = a_full_stall("بلوط", phone="935422")
    return first, second, a_mixed_order(first, second)


def a_walk(first: FullStall, second: FullStall, mixed: Order, client: Client | None = None) -> Walk:
    """By the holder of B, unless somebody else is logged in already."""
    if client is None:
        client = a_client(second.keeper)
    theirs_of_mixed = StallOrder.objects.get(order=mixed, partner=first.stall.partner)
    return Walk(
        client,
        Tables(),
        secrets=[*first.public, *first.private, theirs_of_mixed.number],
        theirs=keys_of(*first.roots()),
        own=keys_of(*second.roots()),
    )


def a_client(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def a_facilitator(stall: Stall) -> User:
    user = a_user(name="تسهیلگر یک غرفه")
    a_member(stall, user, role=StallMember.Role.FACILITATOR)
    return user


def somebody_on_an_errand(stall: Stall) -> Client:
    """At work in a stall's panel, behind the office door."""
    user = a_staff_member()
    let_look_after(user)
    begin_errand(stall=stall, user=user, reason="کمک", now=timezone.now())
    client = Client(raise_request_exception=False)
    log_in_at_office(client, user)
    return client


def walk_through(walk: Walk, first: FullStall, second: FullStall, *, each_field: bool) -> set[str]:
    """Everything that is linked, and every button; the names of the pages that opened."""
    plain = [
        path for path in map(str, (each.pattern for each in panel.urlpatterns)) if "<" not in path
    ]
    # A helper is shown no list of what was sold, and may open a sale.
    known = (f"products/table/{second.sheet.pk}/", f"in-person/{second.sale.pk}/")
    walk.walk(*(f"/panel/{path}" for path in (*plain, *known)))
    walk.press_everything(first, each_field=each_field)
    assert walk.lit == []
    assert walk.tables.changes() == []  # each visit was undone
    return {resolve(urlsplit(path).path).view_name for path in walk.pages}


def pages_for(policy: Mapping[str, Any], people: Sequence[str], who: str) -> set[str]:
    """The pages of the panel that the table of addresses opens to somebody of the stall."""
    everybody = dict.fromkeys(people)
    return {
        name
        for name, (get, _post) in policy.items()
        if name.startswith("panel:") and told(get, everybody)[who] == 200
    }


@pytest.mark.urls(STOREFRONT)
@pytest.mark.parametrize("who", ["keeper", "helper", "facilitator of A"])
def test_no_page_and_no_button_of_the_panel_reaches_another_stall(stalls, who: str) -> None:
    """Here they work for B. Its holder tries each field of each form, the others each form."""
    first, second, mixed = stalls
    client = {
        "keeper": lambda: a_client(second.keeper),
        "helper": lambda: a_client(second.helper),
        "facilitator of A": lambda: a_client(a_facilitator(second.stall)),
    }[who]()
    walk = a_walk(first, second, mixed, client)
    opened = walk_through(walk, first, second, each_field=who == "keeper")
    pages = pages_for(AT_STOREFRONT, (*SHOPPERS, *MORE_SHOPPERS), who)
    assert pages - opened == set(NOT_LINKED) & pages


@pytest.mark.urls(OFFICE)
def test_no_page_and_no_button_on_an_errand_reaches_another_stall(stalls) -> None:
    first, second, mixed = stalls
    walk = a_walk(first, second, mixed, somebody_on_an_errand(second.stall))
    opened = walk_through(walk, first, second, each_field=False)
    pages = pages_for(AT_OFFICE, (*OFFICE_PEOPLE, *MORE_OFFICE_PEOPLE), "errand")
    assert pages - opened == set(NOT_LINKED) & pages


@pytest.mark.urls(STOREFRONT)
@pytest.mark.parametrize("who", ["stranger", "shopper", "neighbour", "helper", "facilitator"])
def test_no_address_of_a_stall_tells_or_changes_what_is_its_own(stalls, who: str) -> None:
    """Every address of the storefront with A's keys in it.

    What the shop shows of A is public; a link with a token is the way in of whoever got it.
    """
    first, second, _mixed = stalls
    rows = rows_with_keys_of(first)
    people = {
        "shopper": rows.shopper,
        "neighbour": second.keeper,
        "helper": second.helper,
        "facilitator": a_facilitator(second.stall),
    }
    client = a_client(people[who]) if who in people else Client(raise_request_exception=False)
    walk = a_walk(first, second, _mixed, client)
    walk.own |= keys_of(rows.shopper)
    visit_each_address(walk, STOREFRONT, rows, first)


@pytest.mark.urls(OFFICE)
def test_no_address_of_the_panel_tells_or_changes_anything_on_an_errand_elsewhere(stalls) -> None:
    first, second, mixed = stalls
    rows = rows_with_keys_of(first)
    walk = a_walk(first, second, mixed, somebody_on_an_errand(second.stall))
    visit_each_address(walk, OFFICE, rows, first, within="panel:")


def rows_with_keys_of(first: FullStall) -> Rows:
    rows = Rows()
    rows.stall, rows.product, rows.stall_order = first.stall, first.product, first.orders[0]
    rows.record = first.product.stockrecords.get()
    rows.photo, rows.review, rows.question = first.photo, first.review, first.question
    rows.facilitator = first.helper
    return rows


def visit_each_address(
    walk: Walk, door: str, rows: Rows, first: FullStall, *, within: str = ""
) -> None:
    for address in addresses_of(door, rows):
        if "token" in resolve(address.path).kwargs or not address.name.startswith(within):
            continue
        is_panel = address.name.startswith("panel:")
        walk.secrets = [*first.private, *(first.public if is_panel else ())]
        for method in ("get", "post", "put", "patch", "delete"):
            walk.visit(method, address.path, {})
    assert walk.lit == []


@pytest.mark.urls(WITH_STOCK)
def test_stock_oscars_order_pages_light_up(stalls) -> None:
    """Negative control: the pages that Oscar gives a partner, who has one line in a mixed order."""
    first, second, mixed = stalls
    second.keeper.user_permissions.add(Permission.objects.get(codename="dashboard_access"))
    second.stall.partner.users.add(second.keeper)
    note = OrderNote.objects.create(order=mixed, note_type=OrderNote.INFO, message="با بانک")
    line = mixed.lines.get(partner=first.stall.partner)
    walk = a_walk(first, second, mixed)
    walk.walk(f"{STOCK}{mixed.number}/", under=f"{STOCK}{mixed.number}/")
    walk.press_everything(first)
    walk.visit("get", f"{STOCK}{mixed.number}/lines/{line.pk}/", {})
    delete = {"order_action": "delete_note", "note_id": note.pk}
    walk.visit("post", f"{STOCK}{mixed.number}/", delete)
    assert walk.cells >= {
        "get dashboard:order-detail",
        "get dashboard:order-detail-note",
        "get dashboard:order-line-detail",
        "post dashboard:order-detail delete_note",
        "post dashboard:order-detail save_note",
        "post dashboard:order-detail-note save_note",
        "post dashboard:order-shipping-address",
    }


@pytest.mark.urls(STOREFRONT)
def test_a_seat_that_sees_all_orders_lights_up(stalls, monkeypatch) -> None:
    """Negative control: the panel's own pages, beginning from everybody's orders."""
    first, second, mixed = stalls
    everything = property(lambda seat: StallOrder.objects.all())
    monkeypatch.setattr(Seat, "orders", everything)
    walk = a_walk(first, second, mixed)
    walk.walk("/panel/orders/", under="/panel/orders/")
    walk.press_everything(first, each_field=False)
    assert walk.cells >= {
        "get panel:orders",
        "get panel:order",
        "get panel:give_back",
        "post panel:accept",
        "post panel:send",
    }
