"""Nonsense in an address, a query, a header, a cookie or a body is answered; it is never an error of ours."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client

from tests.walls.addresses import OFFICE, STOREFRONT, Address, Rows, addresses_of, undone

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"]), pytest.mark.wall]
NAMES = (
    "q",
    "page",
    "after",
    "before",
    "sort",
    "show",
    "kind",
    "stall",
    "price_min",
    "title",
    "Status",
)
ODD_VALUES = ("%00", "%ED%A0%80", "1e999", "-1", "9" * 400, "x" * 10_000, "%D9%A3", "NaN")
FORM_BODY = "application/x-www-form-urlencoded"
SMUGGLED = b'--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n\\ud800\r\n--x--\r\n'  # a lone surrogate
ODD_BODIES = (
    (FORM_BODY, b"\xff\xfe=\xff&number=%00&phone=%00&stall=%00&slug=a/b&product=x&to=%00"),
    ("multipart/form-data", b"no boundary"),
    ("multipart/form-data; boundary=x", b"--x\r\n\xff\xff"),
    ("multipart/form-data; boundary=x; charset=unicode_escape", SMUGGLED % b"number"),
    ("application/json", b"{"),
)
ODD_HEADERS: tuple[dict[str, str], ...] = (
    {"HTTP_ORIGIN": "http://[", "HTTP_REFERER": "http://[::"},
    {"HTTP_STRIPE_SIGNATURE": "t=1,v1=é", "HTTP_X_FORWARDED_FOR": "\x00,nonsense"},
    {
        "HTTP_HX_REQUEST": "true",
        "HTTP_HX_CURRENT_URL": "http://[",
        "HTTP_ACCEPT_LANGUAGE": "x" * 999,
    },
    {"HTTP_COOKIE": "; ".join(f'{name}="aaaaaaaaaa\\000"' for name in ("bazarche", "office"))},
    {
        "HTTP_COOKIE": 'oscar_open_basket="1:x"; messages=x; basket_count=\xd9\xa3; bazarche_csrf=\xe9'
    },
    {
        "CONTENT_TYPE": "text/html; charset=unicode_escape",
        "QUERY_STRING": "q=\\ud800&before=\\ud800",
    },
)
ODD_PIECES = ("%00", "%ED%A0%80", "9" * 30, "x" * 5000, "a%0Ab")


def odd_visits(address: Address) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and what comes with it."""
    for value in ODD_VALUES:
        query = "&".join(f"{name}={value}" for name in NAMES)
        yield "get", address.path, {"QUERY_STRING": query}
    for content_type, body in ODD_BODIES:
        yield "post", address.path, {"data": body, "content_type": content_type}
    for headers in ODD_HEADERS:
        yield "get", address.path, headers
        yield "post", address.path, headers
    for method in ("put", "patch", "delete", "options", "head"):
        yield method, address.path, {}
    pieces = address.path.split("/")
    for place in range(1, len(pieces)):
        for odd in ODD_PIECES if pieces[place] else ():
            yield "get", "/".join([*pieces[:place], odd, *pieces[place + 1 :]]), {}


def broken(door: str, rows: Rows, client: Client) -> list[str]:
    """Visits that ended in an error of ours. The client is let in wherever its person may go."""
    found = []
    for address in addresses_of(door, rows):
        for method, path, sent in odd_visits(address):
            with undone(client):
                origin = {"HTTP_ORIGIN": "http://testserver"}
                response = getattr(client, method)(path, **{**origin, **sent})
            if response.status_code >= 500:
                found.append(f"{method} {address.name} {path[:80]} {str(sent)[:80]}")
    return found


@pytest.mark.urls(STOREFRONT)
def test_no_nonsense_breaks_a_page_of_the_storefront() -> None:
    rows = Rows()
    assert broken(STOREFRONT, rows, rows.storefront_people()["keeper"]) == []


@pytest.mark.urls(OFFICE)
def test_no_nonsense_breaks_a_page_of_the_office() -> None:
    rows = Rows()
    assert broken(OFFICE, rows, rows.head_with_every_right()) == []


@pytest.mark.urls(STOREFRONT)
def test_without_the_guard_such_requests_do_break_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control: the same visits with BrokenRequestMiddleware letting everything through."""

    def let_through(guard: Any, request: HttpRequest) -> HttpResponse:
        answer: HttpResponse = guard.get_response(request)
        return answer

    monkeypatch.setattr("shop.middleware.BrokenRequestMiddleware.__call__", let_through)
    rows = Rows()
    client = rows.storefront_people()["keeper"]
    with undone(client):
        assert client.get("/p/%00/").status_code == 500
    with undone(client):
        assert client.get("/basket/", HTTP_COOKIE='bazarche="aaaaaaaaaa\\000"').status_code == 500


@pytest.mark.urls(STOREFRONT)
@pytest.mark.parametrize(
    "path", ["/login/", "/checkout/", "/checkout/pay/", "/me/", "/panel/stalls/"]
)
def test_a_post_without_its_token_is_told_so_and_changes_nothing(path: str) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post(path, {"phone": "09120000001", "number": "1"})
    assert answer.status_code == 403
    assert "فرم" in answer.content.decode() or "صفحه" in answer.content.decode()
