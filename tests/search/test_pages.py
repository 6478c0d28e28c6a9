from datetime import timedelta

import pytest
from django.core.cache import caches
from django.urls import reverse

from search import index
from search.categories import CACHE_KEY
from search.rebuild import rebuild_index
from search.services import drain_outbox, product_changed, refresh_all
from tests.makers import NOON, a_category, a_product, a_stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(engine):
    """Two stalls and five goods, found by the server or by PostgreSQL alone."""
    caches["local"].delete(CACHE_KEY)
    food = a_category("خوراکی", slug="food")
    craft = a_category("چرم", slug="leather")
    pickles = a_stall("ترشی سبزینه", slug="sabzineh")
    leather = a_stall("چرم کهن‌نقش", slug="kohan")
    a_product(pickles, "ترشی لیته", price=1_650_000, category=food, slug="liteh")
    a_product(pickles, "ترشی انبه", price=2_350_000, category=food, slug="anbeh", stock=0)
    a_product(pickles, "شور خیار", price=1_400_000, category=food, slug="shoor")
    a_product(leather, "کیف پول", price=8_900_000, category=craft, slug="wallet")
    a_product(
        leather, "کیف دوشی", price=34_500_000, category=craft, slug="bag", stock=None, made_days=7
    )
    refresh_all()
    if engine == "elasticsearch":
        index.count(rebuild_index(now=NOON))
    yield engine
    caches["local"].delete(CACHE_KEY)


def page_of(client, path="/search/", **said):
    response = client.get(path, said)
    assert response.status_code == 200
    return response.context["page"]


def slugs(page):
    return [card.slug for card in page.cards]


def test_search_finds_and_says_who_answered(client, shop):
    page = page_of(client, q="ترشي ليته")
    assert (slugs(page), page.total, page.engine) == (["liteh"], 1, shop)


def test_what_is_ready_comes_before_what_is_sold_out(client, shop):
    assert slugs(page_of(client, q="ترشی"))[:2] == ["liteh", "anbeh"]


def test_prices_are_read_in_every_script(client, shop):
    for typed in ("150,000", "۱۵۰٬۰۰۰", "١٥٠٠٠٠", "150000"):
        assert slugs(page_of(client, price_max=typed)) == ["shoor"]
        assert slugs(page_of(client, price_min=typed, price_max="170000")) == ["liteh"]


def test_a_price_that_is_none_is_said_and_does_not_narrow(client, shop):
    response = client.get("/search/", {"price_max": "ارزان"})
    assert response.context["page"].total == 5
    assert response.context["form"].errors["price_max"]
    assert "field__error" in response.content.decode()


def test_a_price_in_words_narrows_the_list(client, shop):
    assert slugs(page_of(client, q="کیف زیر یک میلیون")) == ["wallet"]


def test_choices_keep_their_own_counts(client, shop):
    page = page_of(client, kind="food", stall="sabzineh")
    assert page.total == 3
    assert page.counts.kinds == {"food": 3}
    assert page.counts.stalls == {("sabzineh", "ترشی سبزینه"): 3}
    page = page_of(client, kind="food")
    assert page.counts.kinds == {"food": 3, "leather": 2}
    assert page.counts.ready == 2
    page = page_of(client, ready="1")
    assert sorted(slugs(page)) == ["liteh", "shoor", "wallet"]


def test_lists_are_put_in_order(client, shop):
    by_price = ["shoor", "liteh", "wallet", "bag"]
    assert slugs(page_of(client, sort="price")) == [*by_price, "anbeh"]
    assert slugs(page_of(client, sort="-price")) == [*by_price[::-1], "anbeh"]
    assert slugs(page_of(client, sort="newest"))[0] == "bag"
    for order in ("newest", "soonest"):
        assert slugs(page_of(client, sort=order))[-1] == "anbeh"  # it is sold out
    assert slugs(page_of(client, q="کیف", sort="soonest")) == ["wallet", "bag"]


def test_a_category_lists_its_goods_alone(client, shop):
    response = client.get(reverse("category", args=["food"]))
    assert sorted(slugs(response.context["page"])) == ["anbeh", "liteh", "shoor"]
    assert "<h1><bdi>خوراکی</bdi></h1>" in response.content.decode()
    assert client.get(reverse("category", args=["nowhere"])).status_code == 404


def test_a_word_that_nothing_has_is_dropped_and_marked(client, shop):
    response = client.get("/search/", {"q": "کیف قرمز"})
    page = response.context["page"]
    assert (page.total, sorted(card.slug for card in page.near)) == (0, ["bag", "wallet"])
    assert page.dropped_word == "قرمز"
    assert "نتیجه‌های نزدیک" in response.content.decode()


def test_a_price_too_low_shows_what_is_a_quarter_above(client, shop):
    page = page_of(client, q="شور زیر ۱۲۰ هزار تومان")
    assert (page.total, [card.slug for card in page.near]) == (0, ["shoor"])


def test_a_keyboard_in_the_wrong_language_is_noticed(client, shop):
    page = page_of(client, q="jvad")
    assert slugs(page)[:1] == ["liteh"]
    assert "read_as" in page.notices
    assert "read_as" not in page_of(client, q="torshi").notices


def test_nothing_is_found_for_what_nobody_sells(client, shop):
    page = page_of(client, q="گوشی سامسونگ")
    assert (page.total, list(page.near)) == (0, [])
    assert 'id="facets"' not in client.get("/search/", {"q": "گوشی سامسونگ"}).content.decode()
    narrowed = client.get("/search/", {"q": "گوشی سامسونگ", "ready": "1"}).content.decode()
    assert 'id="facets"' in narrowed  # what was chosen can be taken back


def test_suggestions_begin_as_typed_and_are_in_stock(client, shop):
    content = client.get("/search/suggest/", {"q": "تر"}).content.decode()
    assert 'value="ترشی لیته"' in content
    assert "انبه" not in content
    assert "<option" not in client.get("/search/suggest/", {"q": "ت"}).content.decode()


HOSTILE = [
    "*:*",
    "[1 TO 5}",
    'a" OR 1=1 --',
    "\u200c",
    "\u200f\u202e",
    "😀😀",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "%",
    "_",
    "\\",
    "()(((",
    "~2^8",
    "AND OR NOT",
    "/.*/",
    "'",
    "زیر زیر زیر",
    "بین تا",
    "۹" * 60,
    "تا " + "9" * 40 + " میلیون",
    "١٢٣٫٥٫٦ هزار",
    "¹²³ هزار",
    "کیف " * 200,
    "ا" * 10_000,
    "a b " * 100,
    "\ud83d",
    "ﷺ",
    "ـــــ",
    "\n\t",
]


def test_no_query_breaks_the_page(client, shop):
    for hostile in HOSTILE:
        query = hostile.encode("utf-8", "surrogatepass").decode("utf-8", "replace")
        response = client.get("/search/", {"q": query})
        assert response.status_code == 200, query
        assert response.context["page"].engine == shop, query
        assert "<script>alert" not in response.content.decode()
        assert client.get("/search/suggest/", {"q": query}).status_code == 200, query


STRANGE_ADDRESSES = [
    "page=0",
    "page=-1",
    "page=99999999999999999999",
    "page=x",
    "page=41",
    "sort=nonsense",
    "kind=x&kind=a/b",
    "ready=maybe",
    "price_min=-5",
    "price_min=999999999999999999999",
    "price_min=5000000&price_max=1",
    "&".join(f"stall={number}" for number in range(500)),
]


def test_no_address_breaks_the_page(client, shop):
    for address in STRANGE_ADDRESSES:
        assert client.get(f"/search/?{address}").status_code == 200, address
        assert client.get(f"/c/food/?{address}").status_code == 200, address


def test_vendors_html_is_escaped(client, shop):
    product = a_product(a_stall("<i>غرفه</i>"), "<b>شور</b> <script>x</script>", slug="html")
    product_changed(product_ids=[product.pk])
    if shop == "elasticsearch":
        drain_outbox()
        index.count(index.in_use()[0])
    content = client.get("/search/", {"q": "شور"}).content.decode()
    assert "&lt;b&gt;شور&lt;/b&gt;" in content
    assert "<b>شور" not in content
    assert "<i>غرفه" not in content


def test_a_stranger_gets_no_cookie_and_on_the_server_reads_no_row(
    client, shop, django_assert_num_queries
):
    client.get("/search/")  # the tree of categories is now known
    for path, count in (("/search/?q=ترشی", 3), ("/c/food/", 3), ("/search/?price_max=200000", 2)):
        with django_assert_num_queries(0 if shop == "elasticsearch" else 5):
            response = client.get(path)
        assert len(response.context["page"].cards) == count
        assert not response.cookies


def test_a_part_is_drawn_alone_when_a_choice_changes(client, shop):
    response = client.get("/search/", {"q": "ترشی"}, headers={"HX-Target": "found"})
    content = response.content.decode()
    assert "<html" not in content
    assert 'id="found"' in content
    assert "HX-Target" in response["Vary"]


def test_pages_turn_and_keep_what_was_said(client, shop):
    stall = a_stall("پرکار", slug="busy")
    for number in range(60):
        a_product(stall, f"کاسه {number}", slug=f"bowl-{number}")
    refresh_all()
    if shop == "elasticsearch":
        index.count(rebuild_index(now=NOON + timedelta(hours=1)))
    seen = []
    address = "/search/?q=کاسه&sort=price"
    for _ in range(3):
        response = client.get(address)
        seen += slugs(response.context["page"])
        address = response.context["choices"].next.replace("?", "/search/?") or address
    assert len(seen) == len(set(seen)) == 60
    assert response.context["page"].pages == 3
    assert "sort=price" in address


def test_both_languages_draw_the_pages(client, shop):
    for path in ("/search/", "/c/food/", "/search/?q=کیف+قرمز"):
        assert client.get(path).status_code == 200
        assert client.get(f"/en{path}").status_code == 200
