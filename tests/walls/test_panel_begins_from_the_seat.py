"""The panel reaches a stall's rows through its seat, and a seat through `visible_to`: there is no other way in."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from shop.orders.models import BazaarSale, Message, StallOrder
from tests.makers import a_member, a_paid_order, a_product, a_staff_member, a_stall, a_user
from vendors.stalls.models import Errand, Listing, Question, Review, Stall, StallMember

pytestmark = pytest.mark.wall
PANEL = Path(__file__).resolve().parents[2] / "vendors" / "panel"
SCOPED = {"Stall", "Listing", "Review", "Question", "StallOrder", "Message", "BazaarSale"}
# Relations that lead from a stall, a partner or an order to rows of these models, of this stall or of others.
WIDE = {"listings", "stall_orders", "bazaar_sales", "stall_set"}
MANAGERS = {"objects", "_default_manager", "_base_manager"}
WHOLE_TABLE = {"get_object_or_404", "get_list_or_404"}


def ways_past_the_seat(source: str) -> list[str]:
    """The places of a module that reach a scoped model otherwise than through a seat."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            base = node.value
            if node.attr in MANAGERS and isinstance(base, ast.Name) and base.id in SCOPED:
                found.append(f"{node.lineno}: {base.id}.{node.attr}")
            if node.attr in WIDE and not (isinstance(base, ast.Name) and base.id == "seat"):
                found.append(f"{node.lineno}: .{node.attr}")
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            first = node.args[0]
            if node.func.id in WHOLE_TABLE and isinstance(first, ast.Name) and first.id in SCOPED:
                found.append(f"{node.lineno}: {node.func.id}({first.id})")
    return found


def test_no_module_of_the_panel_goes_past_the_seat() -> None:
    modules = [path for path in PANEL.rglob("*.py") if path.name != "seat.py"]
    found = {path.name: ways_past_the_seat(path.read_text()) for path in modules}
    assert {name: ways for name, ways in found.items() if ways} == {}


def test_the_seat_itself_asks_what_is_visible() -> None:
    """In seat.py each manager of a scoped model is followed by `visible_to`."""
    tree = ast.parse((PANEL / "seat.py").read_text())
    asked = [
        (node.value.value.id, node.attr)
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in MANAGERS
        and isinstance(node.value.value, ast.Name)
        and node.value.value.id in SCOPED
    ]
    assert {model for model, _then in asked} >= SCOPED - {"Stall"}
    assert {then for _model, then in asked} == {"visible_to"}


@pytest.mark.parametrize(
    "planted",
    [
        "StallOrder.objects.filter(number=number)",
        "get_object_or_404(Listing, pk=pk)",
        "seat.stall.listings.all()",
        "stall_order.order.stall_orders.all()",
        "Review._default_manager.get(pk=1)",
        "stall.partner.bazaar_sales.first()",
    ],
)
def test_a_way_past_the_seat_is_found(planted: str) -> None:
    """Negative control."""
    assert len(ways_past_the_seat(f"def view(request, seat):\n    return {planted}\n")) == 1


def test_the_seats_own_ways_are_let_through() -> None:
    allowed = "seat.orders.get(number=n); seat.listings.count(); messages.success(request, 'x')"
    assert ways_past_the_seat(allowed) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Stall, Listing, Review, Question, StallOrder, Message])
def test_strangers_and_passers_by_see_no_row(model) -> None:
    stall = a_stall()
    a_paid_order((a_product(stall), 1))
    for user in (AnonymousUser(), a_user(), a_staff_member()):
        assert list(model.objects.visible_to(user)) == []
        assert list(BazaarSale.objects.visible_to(user)) == []


@pytest.mark.django_db
def test_each_sees_the_rows_of_their_own_stalls_once() -> None:
    """However many people a stall has and however often a person stands in it: no row comes twice."""
    stalls = [a_stall(name, keeper=a_user()) for name in ("غرفهٔ الف", "غرفهٔ ب")]
    orders = [a_paid_order((a_product(stall), 1))[0] for stall in stalls]
    both = a_user()
    for stall in stalls:
        a_member(stall, both, role=StallMember.Role.FACILITATOR)
    a_member(stalls[0], a_user(), role=StallMember.Role.HELPER)
    keeper = stalls[0].members.first().user
    assert list(StallOrder.objects.visible_to(keeper)) == [orders[0]]
    assert list(Listing.objects.visible_to(keeper)) == list(stalls[0].listings.all())
    assert sorted(row.pk for row in StallOrder.objects.visible_to(both)) == [
        order.pk for order in orders
    ]
    assert list(Stall.objects.visible_to(both).order_by("pk")) == stalls


@pytest.mark.django_db
def test_staff_on_an_errand_see_that_stall_until_it_ends() -> None:
    now = timezone.now()
    stalls = [a_stall(name, keeper=a_user()) for name in ("غرفهٔ الف", "غرفهٔ ب")]
    for stall in stalls:
        a_paid_order((a_product(stall), 1))
    staff = a_staff_member()
    for _twice in range(2):
        Errand.objects.create(
            stall=stalls[0],
            user=staff,
            reason="کمک",
            began_at=now,
            until=now + timedelta(hours=1),
        )
    assert [row.partner_id for row in StallOrder.objects.visible_to(staff)] == [
        stalls[0].partner_id
    ]
    Errand.objects.update(until=now - timedelta(minutes=1))
    assert list(StallOrder.objects.visible_to(staff)) == []
    assert list(Stall.objects.visible_to(staff)) == []
