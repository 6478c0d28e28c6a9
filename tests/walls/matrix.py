"""Each address of a door × everybody who may knock × five methods, held against a table of policies.

A row of the table is what GET and what POST answer, one answer for each of the door's people in their order: a status,
the beginning of an address after →, or a set of these. A row may leave out the people at the end who are answered
like somebody before them (LIKE). PUT, PATCH and DELETE have no row: they are refused as GET refuses, or with 405, or
they do no more than POST does.
"""

from collections.abc import Collection, Iterator, Mapping

from django.http import HttpResponse
from django.test import Client

from tests.walls.addresses import OFFICE, Address, Rows, addresses_of, undone_if_changed

Policy = Mapping[str, tuple[tuple[object, ...], ...]]
# Who is answered as whom when a row says nothing else of them.
LIKE = {
    **dict.fromkeys(("carer", "finance", "admin"), "staff"),
    **dict.fromkeys(("helper", "facilitator of A"), "keeper"),
    **dict.fromkeys(("person at office", "neighbour at office"), "keeper"),
}
# Pages of one person's own, by the beginning of their names; at the office all of them are.
OWN = (
    *(
        "panel:",
        "confirm_listing",
        "order",
        "write_review",
        "pay",
        "find_order",
        "checkout",
        "basket",
    ),
    "account_login",
)
WITHOUT_A_ROW = ("put", "patch", "delete")
REFUSED = 400


def fits(answer: object, wanted: object) -> bool:
    """`wanted` is a status, the beginning of an address after →, or a set of these."""
    if isinstance(wanted, set):
        return any(fits(answer, each) for each in wanted)
    if isinstance(wanted, str):
        return isinstance(answer, str) and answer.startswith(wanted)
    return answer == wanted


def answer_of(response: HttpResponse) -> object:
    if response.status_code == 302:
        return f"→{response.headers['Location']}"
    return response.status_code


def unexpected(
    door: str,
    rows: Rows,
    people: dict[str, Client],
    policy: Policy,
    *,
    only: Collection[str] | None = None,
) -> list[str]:
    """Each visit that is answered otherwise than its row says, or with headers that it must not have.

    `only`: the names of the addresses to visit; all of the door when not given.
    """
    found = []
    for address in addresses_of(door, rows):
        if only is not None and address.name not in only:
            continue
        if address.name not in policy:
            found.append(f"{address.name} has no row")
            continue
        get_row, post_row = (told(row, people) for row in policy[address.name])
        for who, client in people.items():
            found += _visits(door, address, who, client, get_row[who], post_row[who])
    return found


def told(row: tuple[object, ...], people: Mapping[str, object]) -> dict[str, object]:
    """The answers of a row by person, those it leaves out filled in."""
    answers = dict(zip(people, row, strict=False))
    for who in list(people)[len(row) :]:
        answers[who] = answers[LIKE[who]]
    return answers


def _visits(
    door: str, address: Address, who: str, client: Client, get: object, post: object
) -> Iterator[str]:
    for method in ("get", "post", *WITHOUT_A_ROW):
        with undone_if_changed(client):
            response = getattr(client, method)(address.path)
        answer, visit = answer_of(response), f"{method} {address.name} as {who}"
        if method in WITHOUT_A_ROW:
            if not is_no_more(answer, get=get, post=post):
                yield f"{visit}: {answer}, where GET is {get} and POST {post}"
            continue
        wanted = get if method == "get" else post
        if not fits(answer, wanted):
            yield f"{visit}: {answer}, not {wanted}"
        is_own = door == OFFICE or address.name.startswith(OWN)
        if problem := careless(response, is_own=is_own and response.status_code == 200):
            yield f"{visit}: {problem}"


def is_no_more(answer: object, *, get: object, post: object) -> bool:
    """Whether a method without a row is refused as GET is, or does at most what POST does."""
    return answer == 405 or (fits(answer, get) and _is_denial(answer)) or fits(answer, post)


def _is_denial(answer: object) -> bool:
    return isinstance(answer, str) or (isinstance(answer, int) and answer >= REFUSED)


def careless(response: HttpResponse, *, is_own: bool) -> str:
    """What is wrong with the headers of an answer; empty when nothing is. No browser keeps a page of one's own."""
    policy = response.headers.get("Content-Security-Policy", "")
    if "default-src 'self'" not in policy or "unsafe" in policy:
        return f"policy {policy!r}"
    if "frame-ancestors 'none'" not in policy or response.headers["X-Frame-Options"] != "DENY":
        return "may be framed"
    if response.headers["Referrer-Policy"] != "same-origin":
        return "tells other sites where the visitor was"
    if is_own and "no-store" not in response.headers.get("Cache-Control", ""):
        return "may be kept by a browser"
    return ""
