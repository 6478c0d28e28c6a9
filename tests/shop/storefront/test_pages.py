"""Pages of words, errors, and what strangers and machines get."""

import pytest
from django.test import Client, RequestFactory, override_settings
from django.utils.translation import override
from django.views.defaults import bad_request, page_not_found, permission_denied, server_error
from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/help/", "راهنمای خرید"),
        ("/en/help/", "Help with buying"),
        ("/me/", "سفارش من کجاست؟"),
        ("/en/me/", "Where is my order?"),
        ("/basket/", "هنوز چیزی در سبد نیست"),
        ("/en/basket/", "Nothing is in your basket yet"),
        ("/styleguide/", "راهنمای سبک"),
        ("/en/styleguide/?theme=dark", 'dir="ltr" data-theme="dark"'),
    ],
)
def test_a_page_reads_in_both_languages(client: Client, address: str, words: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    page = answer.content.decode()
    assert words in page
    assert "style=" not in page
    assert "<script>" not in page


@pytest.mark.parametrize("address", ["/help/", "/en/help/"])
def test_a_page_of_words_asks_the_database_nothing(
    client: Client, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        answer = client.get(address)
    assert answer.cookies == {}
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_the_style_guide_is_for_demo_and_tests(client: Client) -> None:
    with override_settings(DEMO=False):
        assert client.get("/styleguide/").status_code == 404


def test_a_page_names_its_languages_and_its_address(client: Client) -> None:
    with override_settings(STOREFRONT_URL="https://shop.example"):
        page = client.get("/en/help/?from=elsewhere").content.decode()
    assert '<link rel="canonical" href="https://shop.example/en/help/">' in page
    assert '<link rel="alternate" hreflang="fa" href="https://shop.example/help/">' in page


def test_robots_are_told_what_is_not_theirs(client: Client) -> None:
    text = client.get("/robots.txt").content.decode()
    assert "Disallow: /basket/" in text
    assert "Disallow: /en/checkout/" in text
    assert "/sitemap.xml" in text


def test_errors_are_told_in_words_with_a_way_on(client: Client) -> None:
    assert "در این نشانی چیزی نیست" in client.get("/no/such/").content.decode()
    assert "There is nothing at this address" in client.get("/en/no/such/").content.decode()
    request = RequestFactory().get("/")
    for view, words in (
        (lambda: page_not_found(request, Exception()), "در این نشانی چیزی نیست"),
        (lambda: permission_denied(request, Exception()), "این صفحه برای شما باز نیست"),
        (lambda: bad_request(request, Exception()), "آنچه فرستاده شد خوانا نبود"),
        (lambda: server_error(request), "از سوی ما خطایی رخ داد"),
    ):
        with override("fa"):
            page = view().content.decode()
        assert words in page
        assert 'href="/"' in page


def test_a_form_without_its_token_is_told_so() -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/me/", {"number": "1"})
    assert answer.status_code == 403
    assert "این فرم زیاد منتظر مانده است" in answer.content.decode()


@pytest.mark.parametrize(
    "address", ["/p/%00/", "/s/a%00/", "/c/%00/", "/search/?q=%00", "/help/?x=a%00b", "/en/p/%00/"]
)
def test_a_nul_in_an_address_is_a_bad_request(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 400
    words = "We could not read what was sent" if "/en/" in address else "آنچه فرستاده شد خوانا نبود"
    assert words in answer.content.decode()


@pytest.mark.parametrize("address", ["/p/none/", "/s/none/", "/o/none/", "/p/" + "a" * 3000 + "/"])
def test_what_is_not_there_is_404(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404


def test_a_page_that_is_gone_lets_its_name_be_looked_for(client: Client) -> None:
    page = client.get("/p/gone/").content.decode()
    assert "شاید صفحه جابه‌جا شده یا کالایش تمام شده باشد." in page
    assert 'action="/search/"' in page
