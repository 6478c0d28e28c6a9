"""Reviews, questions and reports at the desk: whoever looks after stalls reads them, and nobody else finds them."""

from typing import Any

import pytest
from django.test import Client

from shop.jobs import SUBSCRIBERS
from tests.makers import (
    NOON,
    a_product,
    a_question,
    a_review,
    a_shown_question,
    a_staff_member,
    a_stall,
    log_in_at_office,
)
from vendors.settlements.access import let_settle
from vendors.stalls.access import let_look_after, stop_looking_after
from vendors.stalls.models import Report, Review, Shown

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"])]
pytestmark += [pytest.mark.urls("shop.urls.office")]


@pytest.fixture(autouse=True)
def staff(client: Client) -> Any:
    user = a_staff_member()
    let_look_after(user)
    log_in_at_office(client, user)
    return user


@pytest.fixture
def product() -> Any:
    return a_product(a_stall("ترشی سبزینه"), "ترشی لیته", stock=50)


def test_the_oldest_review_is_read_first_and_shown(
    client: Client, staff: Any, product: Any
) -> None:
    review = a_review(product, text="نخست", state=Shown.WAITING)
    a_review(product, text="دوم", state=Shown.WAITING)
    a_review(product, text="پیش‌تر", state=Shown.SHOWN)
    page = client.get("/reviews/").content.decode()
    assert page.index("نخست") < page.index("دوم")
    assert "پیش‌تر" not in page
    answer = client.post(f"/reviews/{review.pk}/", {"seen": "1", "decision": "show"})
    assert answer.headers["Location"] == "/reviews/"
    review.refresh_from_db()
    assert (review.state, review.decided_by) == (Shown.SHOWN, staff)
    assert "نخست" not in client.get("/reviews/").content.decode()


def test_a_refusal_needs_its_reason(client: Client, product: Any) -> None:
    review = a_review(product, state=Shown.WAITING)
    form = {"seen": "1", "decision": "refuse", "reason": " "}
    page = client.post(f"/reviews/{review.pk}/", form).content.decode()
    assert "در چند کلمه بگویید چرا نه" in page
    assert Review.objects.get().state == Shown.WAITING
    client.post(f"/reviews/{review.pk}/", {**form, "reason": "شماره دارد"})
    review.refresh_from_db()
    assert (review.state, review.reason) == (Shown.REFUSED, "شماره دارد")


def test_words_that_changed_meanwhile_are_not_shown_unread(client: Client, product: Any) -> None:
    review = a_review(product, state=Shown.WAITING, version=2)
    answer = client.post(f"/reviews/{review.pk}/", {"seen": "1", "decision": "show"}, follow=True)
    assert "در این میان تغییر کرده" in answer.content.decode()
    assert Review.objects.get().state == Shown.WAITING


def test_two_people_at_once_decide_once(client: Client, product: Any) -> None:
    review = a_review(product, state=Shown.WAITING)
    form = {"seen": "1", "decision": "show"}
    first = client.post(f"/reviews/{review.pk}/", form)
    second = client.post(f"/reviews/{review.pk}/", form)
    assert (first.headers["Location"], second.headers["Location"]) == (
        "/reviews/",
        f"/reviews/{review.pk}/",
    )


@pytest.mark.parametrize(
    "form",
    [{}, {"seen": "x", "decision": "show"}, {"seen": "1", "decision": "burn"}, {"seen": "1"}],
)
def test_a_form_that_is_none_changes_nothing(
    client: Client, product: Any, form: dict[str, str]
) -> None:
    review = a_review(product, state=Shown.WAITING)
    assert client.post(f"/reviews/{review.pk}/", form).status_code == 200
    assert Review.objects.get().state == Shown.WAITING


def test_a_shown_review_may_be_taken_off_again(client: Client, product: Any) -> None:
    review = a_review(product)
    page = client.get(f"/reviews/{review.pk}/").content.decode()
    assert "از صفحه برداشته شود" in page
    client.post(
        f"/reviews/{review.pk}/", {"seen": "1", "decision": "refuse", "reason": "توهین دارد"}
    )
    assert Review.objects.get().state == Shown.REFUSED


def test_an_answer_is_taken_off_and_the_review_stays(client: Client, product: Any) -> None:
    review = a_review(product, answer="برو بابا", answered_at=NOON)
    path = f"/reviews/{review.pk}/"
    assert "فقط پاسخ را بردار، نظر بماند" in client.get(path).content.decode()
    form = {"seen": "1", "decision": "answer-off", "reason": ""}
    assert "در چند کلمه بگویید چرا نه" in client.post(path, form).content.decode()
    client.post(path, {**form, "reason": "تند است"})
    review.refresh_from_db()
    assert (review.state, review.answer, review.answer_reason) == (Shown.SHOWN, "", "تند است")
    assert "فقط پاسخ را بردار" not in client.get(path).content.decode()


def test_it_is_said_truly_who_reads_why(client: Client, product: Any) -> None:
    review = a_review(product, state=Shown.WAITING)
    question = a_question(product)
    pages = (f"/reviews/{review.pk}/", f"/questions/{question.pk}/")
    said = [client.get(path).content.decode() for path in pages]
    assert "نویسنده‌اش این را می‌خواند" in said[0]
    assert "نویسنده‌اش این را می‌خواند" not in said[1]
    assert "به پرسنده فقط می‌گوییم که نشان داده نشد" in said[1]


def test_a_question_is_shown_when_it_was_answered(client: Client, product: Any) -> None:
    asked = a_question(product, text="بی‌پاسخ مانده")
    answered = a_question(product, answer="یک سال", answered_at=NOON)
    page = client.get("/questions/").content.decode()
    assert "در انتظار غرفه" in page
    assert asked.phone not in page
    show = {"seen": "1", "decision": "show"}
    client.post(f"/questions/{answered.pk}/", show)
    client.post(f"/questions/{asked.pk}/", show)
    asked.refresh_from_db()
    answered.refresh_from_db()
    assert (asked.state, answered.state) == (Shown.WAITING, Shown.SHOWN)


def test_a_report_leaves_the_list_when_it_was_looked_at(
    client: Client, staff: Any, product: Any
) -> None:
    about = {
        "review": a_review(product, text="بد زبان"),
        "question": a_shown_question(product),
        "listing": product.listing,
    }
    for kind, what in about.items():
        Report.objects.create(**{kind: what}, reason=f"گزارش {kind}", created_at=NOON)
    page = client.get("/reports/").content.decode()
    assert all(f"گزارش {kind}" in page for kind in about)
    assert "بد زبان" in page
    review = about["review"]
    assert "گزارش review" in client.get(f"/reviews/{review.pk}/").content.decode()
    report = Report.objects.get(review=review)
    for _ in range(2):
        client.post(f"/reports/{report.pk}/settle/")
    report.refresh_from_db()
    assert report.settled_by == staff
    assert "گزارش review" not in client.get("/reports/").content.decode()


def test_other_staff_find_none_of_it(client: Client, staff: Any, product: Any) -> None:
    review = a_review(product, state=Shown.WAITING)
    stop_looking_after(staff)
    let_settle(staff)
    for path in ("/reviews/", "/questions/", "/reports/", f"/reviews/{review.pk}/"):
        assert client.get(path).status_code == 404
    client.post(f"/reviews/{review.pk}/", {"seen": "1", "decision": "show"})
    assert Review.objects.get().state == Shown.WAITING


def test_each_piece_of_news_has_its_reader() -> None:
    news = ("QuestionAsked", "QuestionShown", "ReviewShown")
    assert {SUBSCRIBERS[each] for each in news} == {
        ("vendors.stalls.jobs.tell_stall_of_question",),
        ("vendors.stalls.jobs.tell_asker",),
        ("vendors.stalls.jobs.tell_stall_of_review",),
    }
