"""Who has bought it says how it is: once a line, after the parcel arrived, and shown when it was read."""

import io
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django import DjangoAssertNumQueries

from shop.notices.models import Notice
from shop.orders.links import order_token
from shop.orders.models import StallOrder
from tests.makers import (
    BUYER,
    NOON,
    a_paid_order,
    a_product,
    a_product_with_variants,
    a_review,
    a_staff_member,
    a_stall,
    a_user,
    an_arrived_order,
)
from vendors.stalls.errors import AnsweredAlready, DecidedMeanwhile, NoReasonGiven
from vendors.stalls.jobs import tell_stall_of_its_answer, tell_stall_of_review
from vendors.stalls.models import Review, ReviewPhoto, Shown
from vendors.stalls.queries.reviews import Score, said_of, score_of_stall
from vendors.stalls.services.reviews import (
    answer_review,
    refuse_to_show_review,
    show_review,
    take_answer_off,
)

pytestmark = pytest.mark.django_db
TYPED = {"stars": "4", "text": "تازه بود", "name": "مهسا"}


@pytest.fixture(autouse=True)
def _own_media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


def address_of(stall_order: StallOrder) -> str:
    [line] = stall_order.lines
    return f"/o/{order_token(stall_order.order.number)}/review/{line.pk}/"


def a_photo(colour: str = "red") -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (400, 400), colour).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def decide(review: Review, *, reason: str = "") -> None:
    by = {"seen": review.version, "by_user_id": a_staff_member(is_enrolled=False).pk, "now": NOON}
    if reason:
        refuse_to_show_review(review=review, reason=reason, **by)
    else:
        show_review(review=review, **by)


def test_a_buyer_writes_and_it_is_shown_after_it_was_read(client: Client) -> None:
    product = a_product(a_stall(), slug="p")
    [order] = an_arrived_order((product, 1))
    answer = client.post(address_of(order), TYPED)
    assert answer.headers["Location"] == f"/o/{order_token(order.order.number)}/"
    review = Review.objects.get()
    assert (review.stars, review.text, review.name) == (4, "تازه بود", "مهسا")
    assert (review.state, review.listing) == (Shown.WAITING, product.listing)
    assert "تازه بود" not in client.get("/p/p/").content.decode()
    decide(review)
    page = client.get("/p/p/").content.decode()
    assert "تازه بود" in page
    assert "مهسا" in page
    assert "۴ از ۵ ستاره" in page


def test_the_order_page_leads_to_the_review_of_each_line_that_arrived(client: Client) -> None:
    stall = a_stall()
    first, second = a_product(stall, "الف"), a_product(stall, "ب")
    [order] = an_arrived_order((first, 1), (second, 1))
    link = f"/o/{order_token(order.order.number)}/"
    page = client.get(link).content.decode()
    assert page.count("بگویید چطور است") == 2
    assert all(f"{link}review/{line.pk}/" in page for line in order.lines)
    assert client.get(f"/en{link}").content.decode().count("Say how it is") == 2


def test_nothing_can_be_said_before_the_parcel_arrived(client: Client) -> None:
    [order] = a_paid_order((a_product(a_stall()), 1))
    page = client.post(address_of(order), TYPED).content.decode()
    assert "این بسته هنوز نرسیده است" in page
    link = f"/o/{order_token(order.order.number)}/"
    assert "بگویید چطور است" not in client.get(link).content.decode()
    assert Review.objects.count() == 0


@pytest.mark.parametrize("token", ["nonsense", "100001.forged", ""])
def test_a_forged_link_is_404(client: Client, token: str) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    [line] = order.lines
    assert client.post(f"/o/{token}/review/{line.pk}/", TYPED).status_code == 404


def test_a_line_of_another_order_is_404(client: Client) -> None:
    product = a_product(a_stall())
    [mine], [other] = an_arrived_order((product, 1)), an_arrived_order((product, 1))
    [line] = other.lines
    link = f"/o/{order_token(mine.order.number)}/review/{line.pk}/"
    assert client.get(link).status_code == 404
    assert client.post(link, TYPED).status_code == 404
    assert Review.objects.count() == 0


def test_a_variant_is_reviewed_at_its_parents_page(client: Client) -> None:
    dress = a_product_with_variants(a_stall(), variants={"۲ سال": 5}, slug="dress")
    [order] = an_arrived_order((dress.children.get(), 1))
    client.post(address_of(order), TYPED)
    assert Review.objects.get().listing == dress.listing


@pytest.mark.parametrize("role", ["phone", "account"])
def test_the_stalls_own_people_are_refused_kindly(client: Client, role: str) -> None:
    keeper = a_user(phone="+989121234567")
    product = a_product(a_stall(keeper=keeper))
    buyer = replace(BUYER, phone=keeper.phone) if role == "phone" else BUYER
    [order] = an_arrived_order((product, 1), buyer=buyer)
    if role == "account":
        order.order.user = keeper
        order.order.save(update_fields=["user"])
    page = client.post(address_of(order), TYPED).content.decode()
    assert "این شماره از خود غرفه است" in page
    assert Review.objects.count() == 0


def test_a_second_press_changes_nothing_more(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    for _ in range(2):
        assert client.post(address_of(order), TYPED).status_code == 302
    assert Review.objects.count() == 1


def test_what_is_not_shown_yet_may_be_changed_and_is_read_as_it_is_then(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    client.post(address_of(order), TYPED)
    read = Review.objects.get()
    assert 'value="4"' in client.get(address_of(order)).content.decode()
    client.post(address_of(order), {**TYPED, "stars": "1", "text": "نظرم عوض شد"})
    with pytest.raises(DecidedMeanwhile):
        decide(read)  # the words that were read are not the words that are there
    review = Review.objects.get()
    assert (review.stars, review.text, review.state) == (1, "نظرم عوض شد", Shown.WAITING)


def test_what_is_shown_stays(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    client.post(address_of(order), TYPED)
    decide(Review.objects.get())
    page = client.post(address_of(order), {**TYPED, "text": "چیز دیگر"}).content.decode()
    assert "نظر شما در صفحه آمده و همان‌طور می‌ماند" in page
    assert Review.objects.get().text == "تازه بود"


def test_a_refused_review_says_why_and_may_be_written_anew(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    client.post(address_of(order), TYPED)
    decide(Review.objects.get(), reason="شمارهٔ کسی در آن بود")
    assert "شمارهٔ کسی در آن بود" in client.get(address_of(order)).content.decode()
    client.post(address_of(order), {**TYPED, "text": "بی شماره"})
    review = Review.objects.get()
    assert (review.state, review.reason, review.text) == (Shown.WAITING, "", "بی شماره")


def test_photos_come_with_it_and_may_be_taken_out(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    client.post(address_of(order), {**TYPED, "photos": [a_photo("red"), a_photo("blue")]})
    review = Review.objects.get()
    first, second = review.photos.all()
    assert [first.position, second.position] == [0, 1]
    client.post(address_of(order), {**TYPED, "without": [first.pk], "photos": [a_photo("green")]})
    kept, new = review.photos.all()
    assert kept == second
    assert new.key not in {first.key, second.key}
    decide(Review.objects.get())
    page = client.get(f"/p/{review.listing.product.slug}/").content.decode()
    assert page.count('class="said__photos"') == 1
    assert f"{kept.key}/320.webp" in page


def test_five_photos_are_refused_and_nothing_is_half_written(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    colours = ["red", "blue", "green", "black", "white"]
    typed = {**TYPED, "photos": [a_photo(colour) for colour in colours]}
    page = client.post(address_of(order), typed).content.decode()
    assert "حداکثر چهار عکس" in page
    assert "تازه بود" in page  # what was typed stays
    assert Review.objects.count() == 0
    client.post(address_of(order), {**TYPED, "photos": [a_photo(each) for each in colours[:3]]})
    more = {**TYPED, "text": "دیگر", "photos": [a_photo("black"), a_photo("white")]}
    assert "field__error" in client.post(address_of(order), more).content.decode()
    review = Review.objects.get()
    assert (review.text, review.photos.count()) == ("تازه بود", 3)


def test_nobody_takes_out_the_photo_of_another(client: Client) -> None:
    product = a_product(a_stall(), stock=50)
    other = ReviewPhoto.objects.create(review=a_review(product), key="other")
    [order] = an_arrived_order((product, 1))
    client.post(address_of(order), {**TYPED, "without": [other.pk], "photos": [a_photo()]})
    page = client.post(address_of(order), {**TYPED, "without": [other.pk]}).content.decode()
    assert "field__error" in page
    assert ReviewPhoto.objects.filter(key="other").exists()


@pytest.mark.parametrize(
    "wrong",
    [
        {"stars": ""},
        {"stars": "0"},
        {"stars": "6"},
        {"stars": "NaN"},
        {"stars": "-1"},
        {"text": "ا" * 2001},
        {"name": "ا" * 41},
        {"photos": SimpleUploadedFile("x.jpg", b"no photo at all", "image/jpeg")},
        {"photos": SimpleUploadedFile("x.jpg", b"", "image/jpeg")},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, wrong: dict[str, Any]
) -> None:
    [order] = an_arrived_order((a_product(a_stall()), 1))
    page = client.post(address_of(order), {**TYPED, **wrong}).content.decode()
    assert "notice--bad" in page
    assert "field__error" in page
    assert "تازه بود" in page or "text" in wrong
    assert Review.objects.count() == 0


def test_markup_is_taken_out_of_what_is_written(client: Client) -> None:
    [order] = an_arrived_order((a_product(a_stall(), slug="p"), 1))
    typed = {
        "stars": "5",
        "text": "<script>alert(1)</script>خوب <b>بود</b>",
        "name": "<i>مهسا</i>",
    }
    client.post(address_of(order), typed)
    review = Review.objects.get()
    assert (review.text, review.name) == ("خوب بود", "مهسا")


def test_the_average_is_shown_from_three_reviews_on(client: Client) -> None:
    product = a_product(a_stall(), slug="p", stock=50)
    a_review(product, stars=5)
    a_review(product, stars=4)
    a_review(product, stars=1, state=Shown.WAITING)
    a_review(product, stars=1, state=Shown.REFUSED)
    assert said_of(product.listing).score is None
    assert "از ۲ نظر" not in client.get("/p/p/").content.decode()
    a_review(product, stars=4)
    assert said_of(product.listing).score == Score(n=3, stars=13)
    page = client.get("/p/p/").content.decode()
    assert "۴٫۳ از ۵، از ۳ نظر" in page
    assert "4.3 of 5, from 3 reviews" in client.get("/en/p/p/").content.decode()


@pytest.mark.parametrize(
    ("n", "stars", "tenths"), [(3, 13, 43), (4, 17, 43), (20, 87, 44), (1, 5, 50)]
)
def test_the_average_is_rounded_half_up(n: int, stars: int, tenths: int) -> None:
    assert Score(n=n, stars=stars).tenths == tenths


def test_a_stall_has_a_score_from_five_reviews_on(client: Client) -> None:
    stall = a_stall(slug="s")
    first, second = a_product(stall, stock=50), a_product(stall, stock=50)
    for product, stars in ((first, 5), (first, 4), (second, 3), (second, 5)):
        a_review(product, stars=stars)
    assert score_of_stall(stall) is None
    assert "از ۴ نظر" not in client.get("/s/s/").content.decode()
    a_review(second, stars=5)
    assert score_of_stall(stall) == Score(n=5, stars=22)
    assert "۴٫۴ از ۵، از ۵ نظر" in client.get("/s/s/").content.decode()


def test_the_newest_stand_first_and_the_others_on_a_page_of_their_own(client: Client) -> None:
    product = a_product(a_stall(), slug="p", stock=50)
    for number in range(12):
        a_review(product, text=f"نظر شمارهٔ {number:02}")
    page = client.get("/p/p/").content.decode()
    shown = [number for number in range(12) if f"نظر شمارهٔ {number:02}" in page]
    assert shown == list(range(2, 12))
    assert page.index("نظر شمارهٔ 11") < page.index("نظر شمارهٔ 02")
    assert "همهٔ ۱۲ نظر" in page
    everything = client.get("/p/p/reviews/").content.decode()
    assert all(f"نظر شمارهٔ {number:02}" in everything for number in range(12))


@pytest.mark.parametrize("n_reviews", [1, 9])
def test_a_product_page_costs_no_more_with_more_reviews(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries, n_reviews: int
) -> None:
    product = a_product(a_stall(), slug="p", stock=50)
    for _ in range(n_reviews):
        a_review(product)
    with django_assert_num_queries(13):
        client.get("/p/p/")
    with django_assert_num_queries(1):
        client.get("/p/p/")


def test_the_stall_hears_of_a_review_once_it_is_shown_and_once() -> None:
    keeper = a_user()
    review = a_review(a_product(a_stall(keeper=keeper), "ترشی لیته"))
    for _ in range(2):
        tell_stall_of_review(review_id=review.pk)
    notice = Notice.objects.get(phone=keeper.phone)
    assert notice.text.startswith("خریداری دربارهٔ «ترشی لیته» نظر نوشته است.")
    assert f"/panel/reviews/{review.pk}/" in notice.text


def test_a_stall_answers_once() -> None:
    review = a_review(a_product(a_stall()))
    answer_review(review=review, answer="ممنون", now=NOON)
    with pytest.raises(AnsweredAlready):
        answer_review(review=review, answer="چیز دیگر", now=NOON)
    review.refresh_from_db()
    assert (review.answer, review.answered_at) == ("ممنون", NOON)


def test_what_is_not_on_the_page_is_not_answered() -> None:
    review = a_review(a_product(a_stall()), state=Shown.WAITING)
    with pytest.raises(AnsweredAlready):
        answer_review(review=review, answer="ممنون", now=NOON)


def test_numbers_in_an_answer_are_hidden_and_the_same_words_again_are_one_answer() -> None:
    review = a_review(a_product(a_stall()))
    for _ in range(2):
        answer_review(review=review, answer="زنگ بزنید ۰۹۱۲۳۴۵۶۷۸۹", now=NOON)
    review.refresh_from_db()
    assert review.answer == "زنگ بزنید •••"


def test_a_rewritten_review_does_not_keep_the_answer_to_its_old_words(client: Client) -> None:
    [stall_order] = an_arrived_order((a_product(a_stall()), 1))
    path = address_of(stall_order)
    client.post(path, TYPED)
    review = Review.objects.get()
    decide(review)
    answer_review(review=review, answer="دروغ می‌گویید", now=NOON)
    review.refresh_from_db()
    decide(review, reason="نام کسی در آن است")
    client.post(path, {**TYPED, "text": "کمی شور بود"})
    review.refresh_from_db()
    assert (review.state, review.answer, review.answered_at) == (Shown.WAITING, "", None)
    decide(review)
    answer_review(review=review, answer="ممنون، کم‌نمک‌تر می‌کنیم", now=NOON)
    review.refresh_from_db()
    assert review.answer == "ممنون، کم‌نمک‌تر می‌کنیم"


def test_an_answer_is_taken_off_alone_and_the_stall_may_write_another() -> None:
    stall = a_stall(keeper=a_user(phone="+989121110000"))
    review = a_review(a_product(stall, "ترشی لیته"))
    answer_review(review=review, answer="دروغ می‌گویید", now=NOON)
    review.refresh_from_db()
    staff = a_staff_member(is_enrolled=False)
    by = {"review": review, "by_user_id": staff.pk, "now": NOON}
    with pytest.raises(NoReasonGiven):
        take_answer_off(**by, seen=review.version, reason="")
    with pytest.raises(DecidedMeanwhile):
        take_answer_off(**by, seen=review.version - 1, reason="تند است")
    seen = review.version
    take_answer_off(**by, seen=seen, reason="تند است")
    with pytest.raises(DecidedMeanwhile):
        take_answer_off(**by, seen=seen, reason="تند است")
    review.refresh_from_db()
    assert (review.state, review.answer, review.answer_reason) == (Shown.SHOWN, "", "تند است")
    for _ in range(2):
        tell_stall_of_its_answer(review_id=review.pk, version=seen)
    notice = Notice.objects.get()
    assert notice.phone == "+989121110000"
    assert notice.text.startswith("پاسخ شما دربارهٔ «ترشی لیته» را از صفحه‌اش برداشتیم: تند است")
    answer_review(review=review, answer="ممنون", now=NOON)
    review.refresh_from_db()
    assert (review.answer, review.answer_reason) == ("ممنون", "")
