"""Every address of both doors, by everybody who may knock. An address without a row in these tables fails the test."""

import pytest

from tests.walls.addresses import OFFICE, STOREFRONT, Rows, addresses_of, undone
from tests.walls.matrix import is_no_more, unexpected

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.wall,
]
Policy = dict[str, tuple[tuple[object, ...], ...]]
# Pages of one person's own, by the beginning of their names; at the office all of them are.
OWN = (
    "panel:",
    "order",
    "cancel_parcel",
    "received",
    "messages",
    "pay",
    "find_order",
    "checkout",
    "basket",
    "account_login",
)
LOGIN, CHOOSE, AGAIN, HOME = "→/login/", "→/panel/stalls/", "→/second-factor/again/", "→/"

# What an empty visit of each kind of page answers, GET then POST; a redirect by where it leads.
SHOPPERS = ("stranger", "keeper", "neighbour", "facilitator", "person", "staff")
# A row may go on for these; else whoever works for stall A alone is answered like its keeper, and all staff alike.
# The facilitator above works for both stalls and has picked neither.
MORE_SHOPPERS = ("helper", "facilitator of A", "carer", "finance", "admin")
PANEL = {
    # A stall holder's own page: a person without a stall finds nothing, one with several picks first.
    "page": ((LOGIN, 200, 200, CHOOSE, 404, 404), (405,) * 6),
    # A helper is told nothing of money.
    "page of money": ((LOGIN, 200, 200, CHOOSE, 404, 404, 404), (405,) * 7),
    "own page of money": ((LOGIN, 200, 404, CHOOSE, 404, 404, 404), (405,) * 7),
    # The same for a row of stall A: for the neighbour it is not there.
    "own page": ((LOGIN, 200, 404, CHOOSE, 404, 404), (405,) * 6),
    "own form": ((LOGIN, 200, 404, CHOOSE, 404, 404), (LOGIN, 200, 404, CHOOSE, 404, 404)),
    "own button": (
        (405,) * 6,
        (LOGIN, {200, "→/panel/orders/", "→/panel/sending/"}, 404, CHOOSE, 404, 404),
    ),
    "own sale back": ((405,) * 6, (LOGIN, "→/panel/in-person/", 404, CHOOSE, 404, 404)),
    "paper that is not there": ((LOGIN, 404, 404, CHOOSE, 404, 404), (405,) * 6),
    # What an order does not allow as it stands leads back to it.
    "not yet": (
        (LOGIN, "→/panel/orders/", 404, CHOOSE, 404, 404),
        (LOGIN, "→/panel/orders/", 404, CHOOSE, 404, 404),
    ),
    "not yet, and the owner's": (
        (LOGIN, "→/panel/orders/", 404, CHOOSE, 404, 404, 404, 404),
        (LOGIN, "→/panel/orders/", 404, CHOOSE, 404, 404, 404, 404),
    ),
    # A facilitator of the stall finds nothing either: it is the owner's alone.
    "owner's form": ((LOGIN, 200, 200, CHOOSE, 404, 404, 404, 404),) * 2,
    "owner's form of a row": ((LOGIN, 200, 404, CHOOSE, 404, 404, 404, 404),) * 2,
    # Changes something of the visitor's own stall, whichever that is.
    "owner's button": ((405,) * 6, (LOGIN, *["→/panel/"] * 2, CHOOSE, 404, 404, 404, 404)),
    "form": ((LOGIN, 200, 200, CHOOSE, 404, 404), (LOGIN, 200, 200, CHOOSE, 404, 404)),
    "own step": ((405,) * 6, (LOGIN, "→/panel/products/", 404, CHOOSE, 404, 404)),
    # Goods that were in the shop are not thrown away; the answer leads back to them.
    "own end": (
        (LOGIN, 200, 404, CHOOSE, 404, 404),
        (LOGIN, "→/panel/products/", 404, CHOOSE, 404, 404),
    ),
    # A stall has one way of sending at least: the answer leads back to the ways.
    "sending button": ((405,) * 6, (LOGIN, *["→/panel/sending/"] * 2, CHOOSE, 404, 404)),
    "owner's button of a row": (
        (405,) * 7,
        (LOGIN, "→/panel/stall/", 404, CHOOSE, 404, 404, 404, 404),
    ),
    "owner's step": ((LOGIN, "→/panel/products/", 404, CHOOSE, 404, 404, 404, 404),) * 2,
    # For who helps the stall alone.
    "facilitator's step": (
        (405,) * 6,
        (LOGIN, 404, 404, CHOOSE, 404, 404, 404, "→/panel/products/"),
    ),
    "button": ((405,) * 6, (LOGIN, *["→/panel/"] * 2, CHOOSE, 404, 404)),
    # Whoever is logged in may begin a stall.
    "beginning": ((LOGIN, *[200] * 5),) * 2,
    # Only while a stall is paused is there something to answer.
    "answer to a pause": ((LOGIN, 404, 404, CHOOSE, 404, 404),) * 2,
    "choice": ((LOGIN, 200, 200, 200, 404, 404), (LOGIN, 404, 404, 404, 404, 404)),
}
IN_PANEL = "→/panel/"
OPEN = {
    "page": ((200,) * 6, (405,) * 6),
    "page for machines": ((200,) * 6, (200,) * 6),
    "login": ((200, *[IN_PANEL] * 5), (200, *[IN_PANEL] * 5)),
    "code": ((LOGIN, *[IN_PANEL] * 5), (LOGIN, *[IN_PANEL] * 5)),
    "newcomers": ((200, *["→/panel/begin/"] * 5),) * 2,
    "logout": ((HOME, *[200] * 5), (HOME,) * 6),
    "form": ((200,) * 6, (200,) * 6),
    "button of our pages": ((405,) * 6, (403,) * 6),
    "basket button": ((405,) * 6, ("→/basket/",) * 6),
    "checkout": (("→/basket/",) * 6, ("→/basket/",) * 6),
    "pay": ((405,) * 6, ("→/checkout/",) * 6),
    "button of an order": ((405,) * 6, ("→/o/",) * 6),
    "return": (("→/o/",) * 6, (405,) * 6),
    "webhook": ((405,) * 6, (400,) * 6),
    "file that is not there": ((404,) * 6, (404,) * 6),
}
AT_STOREFRONT = {
    **dict.fromkeys(("robots", "home", "categories", "stall", "product", "help"), OPEN["page"]),
    **dict.fromkeys(("search", "suggest", "category", "basket", "order"), OPEN["page"]),
    "styleguide": OPEN["page"],
    "sitemap": OPEN["page for machines"],
    **dict.fromkeys(("account_login", "account_request_login_code"), OPEN["login"]),
    "account_confirm_login_code": OPEN["code"],
    "account_logout": OPEN["logout"],
    "open_stall": OPEN["newcomers"],
    "find_order": OPEN["form"],
    **dict.fromkeys(("reviews", "questions"), OPEN["page"]),
    **dict.fromkeys(("write_review", "ask", "report_product"), OPEN["form"]),
    **dict.fromkeys(("report_review", "report_question"), OPEN["form"]),
    **dict.fromkeys(("find_order", "cancel_parcel", "messages"), OPEN["form"]),
    "received": OPEN["button of an order"],
    "add_to_basket": OPEN["button of our pages"],
    **dict.fromkeys(("change_line", "pay_again"), OPEN["basket button"]),
    "checkout": OPEN["checkout"],
    "pay": OPEN["pay"],
    "pay_return": OPEN["return"],
    "stripe_webhook": OPEN["webhook"],
    "media": OPEN["file that is not there"],
    "panel:choose": PANEL["choice"],
    "panel:begin": PANEL["beginning"],
    **dict.fromkeys(("panel:stall", "panel:terms"), PANEL["page"]),
    **dict.fromkeys(("panel:ask", "panel:holiday"), PANEL["form"]),
    **dict.fromkeys(
        ("panel:send_in", "panel:take_back_draft", "panel:holiday_over"), PANEL["button"]
    ),
    "panel:acts": PANEL["page of money"],  # a helper is of the stall, and told of no guests
    **dict.fromkeys(("panel:people", "panel:close"), PANEL["owner's form"]),
    "panel:agree": PANEL["owner's button"],
    "panel:remove_member": PANEL["owner's button of a row"],
    "panel:appeal": PANEL["answer to a pause"],
    **{
        f"panel:{name}": PANEL["page"]
        for name in (
            *("home", "products"),
            *("orders", "orders_to_send", "orders_sent", "orders_done", "orders_cancelled"),
        )
    },
    **dict.fromkeys(("panel:money", "panel:money_of_month"), PANEL["page of money"]),
    "panel:take_cash": PANEL["owner's button"],
    **dict.fromkeys(("panel:questions", "panel:reviews"), PANEL["page"]),
    **dict.fromkeys(("panel:answer_question", "panel:answer_review"), PANEL["own form"]),
    "panel:sending": PANEL["page"],
    "panel:way": PANEL["form"],
    "panel:new_zone": PANEL["form"],
    "panel:zone": PANEL["own form"],
    "panel:stop_way": PANEL["sending button"],
    "panel:stop_zone": PANEL["own button"],
    "panel:order": PANEL["own page"],
    **dict.fromkeys(("panel:statement", "panel:paper"), PANEL["own page of money"]),
    "panel:account": PANEL["owner's form"],
    "panel:photos": PANEL["own form"],
    "panel:new_listing": PANEL["form"],
    **{f"panel:{name}": PANEL["own form"] for name in ("listing", "more", "variants")},
    "panel:prices": PANEL["own page"],
    **{
        f"panel:{name}": PANEL["own step"]
        for name in ("copy_listing", "hide_listing", "show_listing", "take_variant_away")
    },
    "panel:answer_listing": PANEL["owner's step"],
    "panel:ask_holder_again": PANEL["facilitator's step"],
    "panel:sheet": PANEL["form"],
    "panel:download_sheet": PANEL["page"],
    "panel:sheet_preview": PANEL["own end"],
    "panel:photo": (PANEL["own form"][0], PANEL["own step"][1]),
    "panel:delete_listing": PANEL["own end"],
    # Whoever holds the link of the message; without a login.
    "confirm_listing": ((200,) * 6, ("→/yes/",) * 6),
    "panel:give_back": PANEL["owner's form of a row"],
    **dict.fromkeys(("panel:decline", "panel:messages"), PANEL["own form"]),
    "panel:till": PANEL["form"],
    "panel:sale": PANEL["own page"],
    "panel:take_back_sale": PANEL["own sale back"],
    # Its stall has not accepted the order of the rows: there is no address to print yet.
    **dict.fromkeys(("panel:label", "panel:slip"), PANEL["paper that is not there"]),
    # The order of the rows is new: nothing of it can be sent or come back yet.
    "panel:send_part": PANEL["not yet"],
    "panel:came_back": PANEL["not yet, and the owner's"],
    **dict.fromkeys(
        (
            *("panel:accept", "panel:pack", "panel:send", "panel:deliver", "panel:take_back"),
            "panel:correct_code",
            "panel:change_goods",
        ),
        PANEL["own button"],
    ),
}

# What the panel answers a stall's own people alone; staff in the stall find nothing there either.
HOLDERS_ALONE = {
    *("panel:choose", "panel:begin", "panel:account", "panel:take_cash", "panel:give_back"),
    *("panel:people", "panel:remove_member", "panel:close", "panel:agree", "panel:came_back"),
    *("panel:money", "panel:money_of_month", "panel:statement", "panel:paper"),
    "panel:answer_listing",
}

OFFICE_PEOPLE = (
    *("stranger", "one factor", "keeper", "desk", "worker", "head", "finance"),
    # Who looks after stalls, the same on an errand in stall A, and who may do everything.
    *("carer", "errand", "admin"),
)
MORE_OFFICE_PEOPLE = ("person at office", "neighbour at office")  # found nothing either
ENTRANCE = (LOGIN, AGAIN, 404)  # a stranger, staff who have not shown both factors, a stall holder


def staff(*answers: object) -> tuple[object, ...]:
    """For staff with both factors; one answer for all, or one each.

    They are desk, case worker, head, finance, carer, errand, admin. The last three may be left out where they are
    answered like the desk.
    """
    if len(answers) == 4:
        answers = (*answers, *answers[:1] * 3)
    return (*ENTRANCE, *(answers * 7 if len(answers) == 1 else answers))


READ = (staff(200), staff(405))
DESK_PAGE = (staff(200), staff(200))
ONLY_OFFICERS = (staff(404, 200, 200, 404), staff(404, 200, 200, 404))
# The worker is not this plan's, and sees no single sale of any.
ONLY_HEAD = (staff(404, 404, 200, 404), staff(404, 404, 200, 404))


def finance(get: object, post: object) -> tuple[tuple[object, ...], ...]:
    """Pages of money: for the other staff they are not there."""
    return staff(404, 404, 404, get, 404, 404, get), staff(404, 404, 404, post, 404, 404, post)


def carers(get: object, post: object) -> tuple[tuple[object, ...], ...]:
    """Pages of whoever looks after the stalls: for the other staff they are not there."""
    return staff(404, 404, 404, 404, *[get] * 3), staff(404, 404, 404, 404, *[post] * 3)


def order_readers(get: object, post: object) -> tuple[tuple[object, ...], ...]:
    """Pages with buyers and single sales: of whoever settles or looks after stalls, and not of the livelihood half."""
    return staff(404, 404, 404, *[get] * 4), staff(404, 404, 404, *[post] * 4)


def at_work(name: str) -> tuple[tuple[object, ...], ...]:
    """The panel behind the office door: on an errand one finds what its holder finds, else one picks a stall first."""
    get, post = (row[1] for row in AT_STOREFRONT[name])
    if name in HOLDERS_ALONE:
        get, post = (405 if answer == 405 else 404 for answer in (get, post))
    pick = 404 if name in ("panel:choose", "panel:begin") else "→/stalls/"
    return tuple(
        staff(405) if each == 405 else staff(404, 404, 404, 404, pick, each, pick)
        for each in (get, post)
    )


CATALOGUE, TYPES = "dashboard:catalogue-", "→/dashboard/catalogue/product-types/"
AT_OFFICE = {
    **dict.fromkeys(
        ("account_login", "account_request_login_code"), ((200, *[HOME] * 9), (200, *[HOME] * 9))
    ),
    **dict.fromkeys(
        ("account_confirm_login_code", "mfa_authenticate"),
        ((LOGIN, *[HOME] * 9), (LOGIN, *[HOME] * 9)),
    ),
    "account_logout": ((LOGIN, *[200] * 9), (LOGIN,) * 10),
    "mfa_index": READ,
    "mfa_reauthenticate": ((LOGIN, 200, 404, *[200] * 7),) * 2,
    "mfa_activate_totp": (staff("→/second-factor/"), staff("→/second-factor/")),
    "mfa_view_recovery_codes": (staff(404), staff(405)),
    "mfa_generate_recovery_codes": (staff(AGAIN), staff(AGAIN)),
    "desk:home": DESK_PAGE,
    "desk:orders": order_readers(200, 200),
    "desk:parcel": order_readers(200, 405),
    **{f"desk:{name}": carers(200, 405) for name in ("reviews", "questions", "reports")},
    **dict.fromkeys(("desk:review", "desk:question"), carers(200, 200)),
    "desk:settle_report": carers(405, "→/reports/"),
    "desk:refunds": finance(200, 405),
    **dict.fromkeys(("desk:give_back", "desk:dispute", "desk:by_hand"), finance(200, 200)),
    "desk:vouchers": finance(200, 200),
    "desk:end_voucher": finance(405, "→/vouchers/"),
    "desk:end_dispute": finance(405, "→/refunds/"),
    **{
        f"desk:{name}": finance(200, 405)
        for name in (
            *("settlements", "settlements_of_month", "statement"),
            *("payouts", "batch", "bank_file", "payout"),
        )
    },
    **dict.fromkeys(("desk:prepare", "desk:approve"), finance(405, "→/settlements/")),
    "desk:release": finance(405, "→/payouts/"),
    **dict.fromkeys(("desk:confirm_all", "desk:confirm"), finance(405, "→/payouts/")),
    "desk:came_back": finance(405, 200),  # a reason is asked for
    **dict.fromkeys(("desk:accounts", "desk:rates"), finance(200, 200)),
    "desk:account": finance(200, 200),
    "desk:decide": finance(405, "→/accounts/"),
    "desk:commissions": finance(200, 200),
    "desk:end_commission": finance(405, "→/commissions/"),
    **dict.fromkeys(("desk:goods", "desk:categories"), carers(200, 405)),
    **{
        f"desk:{name}": carers(200, 200)
        for name in ("goods_item", "goods_change", "new_category", "category")
    },
    "desk:trust_stall": carers(405, "→/goods/"),
    **dict.fromkeys(("desk:pickup_points", "desk:pickup_point"), carers(200, 200)),
    **dict.fromkeys(("desk:stalls", "desk:stall"), carers(200, 405)),
    **dict.fromkeys(("desk:invite", "desk:terms"), carers(200, 200)),
    "desk:stall_step": carers(405, 200),  # a reason is asked for
    **dict.fromkeys(("desk:appeal", "desk:begin_errand"), carers(405, 200)),  # words are asked for
    "desk:end_errand": carers(405, "→/stalls/"),
    **{name: at_work(name) for name in AT_STOREFRONT if name.startswith("panel:")},
    **dict.fromkeys(("livelihood:home", "livelihood:incomes"), ONLY_OFFICERS),
    **dict.fromkeys(("livelihood:plan", "livelihood:entries"), ONLY_HEAD),
    "catalogue:detail": carers("→http", "→http"),
    "media": (staff(404), staff(404)),
    "dashboard:index": carers(TYPES, TYPES),
    **dict.fromkeys(("dashboard:order-list", "dashboard:order-detail"), order_readers(200, 405)),
    # Goods, prices and stock are in no page of Oscar's: who may change them does so in the stall's panel.
    **{f"{CATALOGUE}{kind}-list": carers(200, 405) for kind in ("class", "attribute-option-group")},
    **{
        f"{CATALOGUE}{kind}-{deed}": carers(200, 200)
        for kind in ("class", "attribute-option-group")
        for deed in ("create", "update")
    },
    f"{CATALOGUE}class-delete": carers(
        200, 200
    ),  # one that has products is kept, and the page says so
    f"{CATALOGUE}attribute-option-group-delete": carers(200, "→/dashboard/catalogue/"),
}


@pytest.mark.urls(STOREFRONT)
def test_every_address_of_the_storefront_opens_to_whom_its_row_says() -> None:
    rows = Rows()
    people = rows.storefront_people()
    assert tuple(people) == (*SHOPPERS, *MORE_SHOPPERS)
    assert unexpected(STOREFRONT, rows, people, AT_STOREFRONT) == []


@pytest.mark.urls(OFFICE)
def test_every_address_of_the_office_opens_to_whom_its_row_says() -> None:
    rows = Rows()
    people = rows.office_people()
    assert tuple(people) == (*OFFICE_PEOPLE, *MORE_OFFICE_PEOPLE)
    assert unexpected(OFFICE, rows, people, AT_OFFICE) == []


@pytest.mark.urls(STOREFRONT)
def test_a_wrong_row_and_a_missing_one_are_found() -> None:
    """Negative control: the neighbour may open stall A's order, says this table, and knows no basket."""
    rows = Rows()
    open_to_all = ((LOGIN, 200, 200, CHOOSE, 404, 404), (405,) * 6)
    policy = {**AT_STOREFRONT, "panel:order": open_to_all}
    del policy["basket"]
    people, only = rows.storefront_people(), ("panel:order", "basket", "find_order")
    assert unexpected(STOREFRONT, rows, people, policy, only=only) == [
        "get panel:order as neighbour: 404, not 200",
        "basket has no row",
    ]


@pytest.mark.parametrize(
    ("answer", "get", "post", "is_fine"),
    [
        (405, 200, 405, True),
        (404, 404, 404, True),
        ("→/login/?next=/x/", LOGIN, 405, True),
        (200, 200, 200, True),
        (200, 200, 405, False),
        (200, 200, 404, False),
        (204, 200, 200, False),
        (500, 200, 200, False),
    ],
)
def test_a_method_without_a_row_does_no_more_than_post(
    answer: object, get: object, post: object, is_fine: bool
) -> None:
    """What the matrix lets through of PUT, PATCH and DELETE, and what it does not."""
    assert is_no_more(answer, get=get, post=post) is is_fine


@pytest.mark.urls(STOREFRONT)
def test_the_neighbour_is_shown_nothing_of_stall_a_in_the_panel() -> None:
    rows = Rows()
    neighbour = rows.storefront_people()["neighbour"]
    secrets = (rows.stall.name, rows.product.title, rows.stall_order.number, str(rows.keeper))
    for address in addresses_of(STOREFRONT, rows):
        if address.name.startswith("panel:"):
            for method in ("get", "post"):
                with undone(neighbour):
                    page = getattr(neighbour, method)(address.path).content.decode(errors="replace")
                assert [secret for secret in secrets if secret in page] == [], address
