"""Whoever presses a button twice has pressed it once: the second answer is no error and changes no row."""

import io
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from shop.accounts.models import User
from shop.jalali import TEHRAN, tehran_date
from shop.middleware import PressedTwiceMiddleware
from shop.money import Rial
from shop.orders.models import (
    CommissionRule,
    Dispute,
    SellerTerms,
    ShippingMethod,
    StallOrder,
    Voucher,
)
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.place import place_order
from shop.orders.services.send import send_stall_order
from tests.makers import (
    a_basket,
    a_category,
    a_checkout,
    a_member,
    a_rate,
    a_staff_member,
    a_stall,
    a_user,
)
from tests.vendors.settlements.makers import a_payee, an_earned_order
from tests.walls.addresses import OFFICE, STOREFRONT, Rows
from tests.walls.full_stall import FullStall, a_full_stall, a_sheba
from tests.walls.pages import pages_of
from tests.walls.pressed_twice import Presses, a_picture, same_form
from tests.walls.test_odd_typing_in_every_form import pages_at
from tests.walls.test_who_may_open_what import AT_OFFICE, AT_STOREFRONT
from vendors.settlements.models import Rail
from vendors.settlements.services.accounts import propose_account
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.models import Listing, Review, Shown, Stall, StallMember, Terms
from vendors.stalls.services.opening import pause_stall
from vendors.stalls.services.sending import Way, offer_way
from vendors.stalls.services.sheets import columns, exported_rows
from vendors.stalls.sheets import write_sheet

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"]), pytest.mark.wall]


def a_table(stall: Stall) -> io.BytesIO:
    """The table of a stall's goods, as the panel hands it out."""
    file = io.BytesIO(write_sheet(columns(), exported_rows(stall)))
    file.name = "goods.xlsx"
    return file


WORDS = "چند کلمه که همه می‌فهمند و کسی را نمی‌رنجاند."
FILLS: dict[str, dict[str, Any]] = {
    "panel:new_listing": {
        "photos": a_picture,
        "title": "شال",
        "price": "۹۰۰۰۰",
        "kind": "stock",
        "count": "۳",
        "weight_g": "۴۰۰",
    },
    "panel:listing": {"photos": a_picture, "title": "شال", "weight_g": "۴۰۰"},
    "panel:photos": {"photo": a_picture},
    **{route: {"answer": WORDS} for route in ("panel:answer_question", "panel:answer_review")},
    "panel:account": {"sheba": a_sheba("935999"), "holder": "گلی"},
    "panel:ask": {
        "story": WORDS,
        "picture": a_picture,
        "name": "غرفهٔ تازه",
        "city": "ری",
        "returns_note": WORDS,
        "tagline": "شعار",
    },
    "panel:people": {"phone": "۰۹۱۲۳۴۵۶۷۸۹", "name": "گلی", "role": "helper"},
    "panel:close": {"is_sure": "on"},
    "panel:messages": {"text": WORDS},
    "panel:correct_code": {"tracking_code": "۱۲۳۴۵۶۷۸۹۰۱۲۳۴۵۶۷۸۹۰۱۲۳۴"},
    "panel:decline": {"reason": "other", "words": WORDS},
    "panel:came_back": {"reason": "other", "words": WORDS},
    "panel:send_part": {"line_.*": "1"},
    "panel:variants": {"size": "بزرگ", "price": "۹۰۰۰۰", "count": "۳"},
    **{
        route: {"name": "نزدیک", "price_0": "۷۸۰۰۰", "provinces": ["قم"], "travel_days": "۳"}
        for route in ("panel:zone", "panel:new_zone")
    },
    "panel:way": {"price_0": "۷۸۰۰۰"},
    "panel:till": {"count_.*": "1"},
    "panel:appeal": {"text": WORDS},
    "panel:begin": {"name": "غرفهٔ نو", "person": "گلی"},
    "ask": {"text": WORDS, "phone": "۰۹۱۲۳۴۵۶۷۸۹"},
    **{
        route: {"reason": WORDS} for route in ("report_product", "report_review", "report_question")
    },
    "write_review": {"stars": "4", "text": WORDS, "photos": a_picture},
    "desk:invite": {"phone": "۰۹۱۲۳۴۵۶۷۸۹", "person": "گلی", "name": "غرفهٔ گلی"},
    "desk:terms": {"version": "۹", "text": WORDS * 3},
    "desk:new_category": {"name": "گلیم"},
    "desk:category": {"picture": a_picture},
    "desk:pickup_points": {"name": "خانهٔ ما", "city": "ری", "address": "بازار", "hours": "۹ تا ۱۷"},
    **{route: {"words": WORDS} for route in ("desk:goods_item", "desk:goods_change")},
    **{route: {"reason": WORDS} for route in ("desk:review", "desk:question")},
    "desk:stall_step": {"words": WORDS},
    "desk:appeal": {"answer": WORDS},
    "desk:begin_errand": {"reason": WORDS},
    "desk:rates": {"rial_per_unit": "900000", "source": "بازار", "is_confirmed": "on"},
    "desk:vouchers": {
        "code": "NOROUZ",
        "name": "نوروز",
        "percent": "10",
        "starts_at": "1405/01/01",
        "ends_at": "1409/01/01",
    },
    "desk:commissions": {"commission_bp": "7"},
    "desk:dispute": {"gateway_id": "17", "amount": "100"},
    "desk:end_dispute": {"sure": "1"},
    "desk:by_hand": {"reference": "17"},
    **{route: {"reference": "17"} for route in ("desk:confirm", "desk:confirm_all")},
    "desk:came_back": {"reason": WORDS},
    "desk:account": {"sheba": a_sheba("935998"), "holder": "گلی"},
}
STEPS_FROM = {"review": ("open", "send-back"), "paused": ("open", "close"), "open": ("pause",)}
PANEL_PAGES = tuple(
    f"/panel/{part}/"
    for part in ("products", "orders", "stall", "sending", "in-person", "questions", "reviews")
)
# What is not pressed here, and why.
ASKS_ONCE_MORE = (
    "the first press asks once more; its test is tests/vendors/panel/test_giving_back.py"
)
A_LIST = "a page without a form of its own"
NOT_PRESSED_IN_PANEL = {"panel:give_back": ASKS_ONCE_MORE}
NOT_PRESSED_AT_DESK = {
    "desk:give_back": ASKS_ONCE_MORE,
    "desk:release": "one file a day, and the rows' has left; its test is test_at_once",
    **dict.fromkeys(("desk:home", "desk:orders", "desk:accounts"), A_LIST),
}


def to_press(table: Mapping[str, Any], *begins: str) -> set[str]:
    """The addresses that a form may be sent to, by the beginning of their names."""
    return {
        name for name, (_get, post) in table.items() if name.startswith(begins) and 405 not in post
    }


@pytest.mark.urls(STOREFRONT)
def test_every_form_of_the_panel_and_of_visitors_pressed_twice_is_pressed_once(
    settings: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = str(tmp_path)
    monkeypatch.setattr("vendors.stalls.services.opening.missing_of", lambda stall: [])
    full = a_stall_to_press()
    sheet = {"panel:sheet": {"sheet": partial(a_table, full.stall)}}
    keeper = Presses(a_client(full.keeper), FILLS | sheet)
    money = ("/panel/money/", "/panel/money/account/")
    pages = pages_of(keeper.client, "/panel/", *money, *PANEL_PAGES, under=PANEL_PAGES)
    keeper.press_forms_of(pages, within="panel:")
    press_other_states(keeper, full)
    others = press_who_begins_and_who_chooses(keeper.pressed)
    rows = Rows()
    visitor = Presses(a_client(), FILLS, keeper.pressed)
    for name in ("ask", "report_", "write_review"):
        if name == "write_review":  # what is shown stays as it is
            Review.objects.filter(pk=rows.review.pk).update(state=Shown.WAITING)
        visitor.press_forms_of(pages_at(STOREFRONT, rows, visitor.client, name), within=name)
    missing = to_press(AT_STOREFRONT, "panel:", "ask", "report_", "write_review") - keeper.pressed
    assert [*keeper.faults, *others.faults, *visitor.faults] == []
    refused = [*keeper.refused, *others.refused, *visitor.refused]
    assert missing == set(NOT_PRESSED_IN_PANEL), refused


def a_client(user: User | None = None) -> Client:
    client = Client(raise_request_exception=False)
    if user is not None:
        client.force_login(user)
    return client


def a_stall_to_press() -> FullStall:
    """A stall with something of everything, and terms that it has not agreed to."""
    Terms.objects.create(version="۲", text=WORDS, published_at=timezone.now())
    full = a_full_stall("سپیدار", phone="912311")
    full.product.categories.add(a_category("پوشاک"))
    by_post = Way(prices={0: Rial(780_000)}, free_over=None, travel_days=3)
    offer_way(stall=full.stall, method=ShippingMethod.POST, way=by_post)
    return full


@override_settings(GATEWAYS={"cash": {}})
def a_parcel_to_pay_at_the_door(full: FullStall) -> StallOrder:
    """On its way, and nobody took it."""
    now = timezone.now()
    SellerTerms.objects.filter(partner=full.stall.partner).update(takes_cash=True)
    attempt = place_order(
        basket_id=a_basket((full.product, 1)).pk,
        checkout=a_checkout(full.stall, total=1_650_000 + 650_000, gateway="cash"),
        user_id=None,
        now=now,
    )
    parcel = StallOrder.objects.get(order=attempt.order_id)
    accept_stall_order(stall_order=parcel, now=now)
    send_stall_order(stall_order=parcel, carrier="پیک", tracking_code="", now=now)
    return parcel


def press_other_states(presses: Presses, full: FullStall) -> None:
    """The buttons that a stall, its goods and a parcel have in other states than those of the rows."""
    client, stall = presses.client, full.stall
    Listing.objects.filter(product=full.product).update(state=Listing.State.HIDDEN)
    presses.press(f"/panel/products/{full.product.pk}/show/", same_form())
    helps = a_user()
    a_member(stall, helps, role=StallMember.Role.FACILITATOR)
    Listing.objects.filter(product=full.product).update(
        state=Listing.State.CONFIRM, entered_by=helps
    )
    goods = f"/panel/products/{full.product.pk}/"
    presses.press_forms_of(
        pages_of(client, f"{goods}answer/", under="(nowhere)"), within="panel:answer_listing"
    )
    presses.client = a_client(helps)
    presses.press(f"{goods}ask-again/", same_form())
    presses.client = client
    Listing.objects.filter(product=full.product).update(state=Listing.State.LIVE)
    presses.press_forms_of(
        pages_of(client, f"/panel/products/table/{full.sheet.pk}/", under="(nowhere)"),
        within="panel:sheet_preview",
    )
    parcel = a_parcel_to_pay_at_the_door(full)
    presses.press(f"/panel/orders/{parcel.number}/not-taken/", same_form())
    for state, path in (
        (Stall.State.DRAFT, "/panel/stall/send-in/"),
        (Stall.State.REVIEW, "/panel/stall/take-back/"),
        (Stall.State.ON_HOLIDAY, "/panel/stall/holiday/over/"),
    ):
        Stall.objects.filter(pk=stall.pk).update(state=state)
        presses.press(path, same_form())
    Stall.objects.filter(pk=stall.pk).update(state=Stall.State.OPEN)
    stall.refresh_from_db()
    pause_stall(stall=stall, by_user=a_staff_member(), reason=WORDS, now=timezone.now())
    presses.press_forms_of(
        pages_of(client, "/panel/stall/appeal/", under="(nowhere)"), within="panel:appeal"
    )


def press_who_begins_and_who_chooses(pressed: set[str]) -> Presses:
    newcomer, of_two = a_user(), a_user()
    presses = Presses(a_client(newcomer), FILLS, pressed)
    presses.press_forms_of(
        pages_of(presses.client, "/panel/begin/", under="(nowhere)"), within="panel:begin"
    )
    for name in ("یک", "دو"):
        a_stall(name, keeper=of_two)
    presses.client = a_client(of_two)
    presses.press_forms_of(
        pages_of(presses.client, "/panel/stalls/", under="(nowhere)"), within="panel:choose"
    )
    return presses


@pytest.mark.urls(OFFICE)
def test_every_form_of_the_desk_pressed_twice_is_pressed_once(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = str(tmp_path)
    rows = Rows()
    people = rows.office_people()
    rows_of_the_desk(rows)
    finance, carer = Presses(people["finance"], FILLS), Presses(people["carer"], FILLS)
    for presses in (finance, carer):
        pages = pages_at(OFFICE, rows, presses.client, "desk:")
        presses.press_forms_of(pages, within="desk:")
    pages = pages_of(finance.client, "/accounts/proposed/", under="(nowhere)")
    finance.press_forms_of(pages, within="desk:decide")
    press_statements(finance, rows)
    Dispute.objects.update(state=Dispute.State.OPEN)
    pages = pages_of(finance.client, "/refunds/", under="(nowhere)")
    finance.press_forms_of(pages, within="desk:end_dispute")
    carer.press("/errand/end/", same_form())
    for state, steps in STEPS_FROM.items():
        Stall.objects.filter(pk=rows.stall.pk).update(state=state)
        for step in steps:
            carer.press(f"/stall/{rows.stall.slug}/{step}/", same_form(words=WORDS))
    pressed = finance.pressed | carer.pressed
    missing = to_press(AT_OFFICE, "desk:") - pressed
    assert [*finance.faults, *carer.faults] == []
    assert missing == set(NOT_PRESSED_AT_DESK), [*finance.refused, *carer.refused]


def rows_of_the_desk(rows: Rows) -> None:
    """Something to decide of each kind."""
    now = timezone.now()
    Listing.objects.filter(product=rows.product).update(state=Listing.State.REVIEW)
    Voucher.objects.create(
        code="SPRING", name="بهار", percent=5, starts_at=now, ends_at=now + timedelta(days=9)
    )
    a_rate("900000", as_of=now - timedelta(days=1))
    today = tehran_date(now)
    CommissionRule.objects.create(
        partner=rows.stall.partner,
        commission_bp=500,
        valid_from=today,
        by_user=a_staff_member(),
        created_at=now,
    )
    propose_account(
        stall=a_stall("غرفهٔ ت", slug="proposed"),
        rail=Rail.IBAN,
        number=a_sheba("935997"),
        holder="گلی",
        by_user_id=a_staff_member().pk,
        now=now,
    )


def press_statements(finance: Presses, rows: Rows) -> None:
    """A second stall's statement, to be approved."""
    early = datetime.combine(rows.month.start + timedelta(days=1), time(12), TEHRAN)
    other, now = a_payee("غرفهٔ پ", now=early), timezone.now()
    an_earned_order(other, on=early)
    prepare_settlements(month=rows.month, by_user_id=None, now=now)
    page = f"/settlements/{rows.month.year}/{rows.month.month}/{other.slug}/"
    finance.press_forms_of(pages_of(finance.client, page, under="(nowhere)"), within="desk:approve")


@pytest.mark.urls(STOREFRONT)
def test_a_form_without_its_guard_lights_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: two presses that are not known to be of one page."""
    monkeypatch.setattr(PressedTwiceMiddleware, "AREAS", ())
    full = a_stall_to_press()
    presses = Presses(a_client(full.keeper), FILLS)
    pages = pages_of(presses.client, "/panel/stall/holiday/", under="(nowhere)")
    presses.press_forms_of(pages, within="panel:holiday")
    presses.press(f"/panel/products/{full.draft.pk}/delete/", same_form())
    assert presses.faults == [
        "panel:holiday ['note', 'other', 'until']: wrote vendors_stalls.StallDecision",
        "panel:holiday ['note', 'other', 'until']: vendors.stalls.jobs.tell_stall_of_step again",
        "panel:delete_listing []: 404",
    ]
