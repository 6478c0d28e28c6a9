"""What buyers say and visitors ask, as the stall sees and answers it; another stall's is not there."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from shop.accounts.models import User
from tests.makers import NOON, a_product, a_question, a_review, a_shown_question
from vendors.stalls.models import Shown, Stall

pytestmark = pytest.mark.django_db


@pytest.fixture
def product(stall: Stall) -> Any:
    return a_product(stall, "پیراهن", stock=50)


def test_questions_without_an_answer_stand_first(client: Client, product: Any) -> None:
    a_shown_question(product, text="پرسش کهنه")
    a_question(product, text="پرسش تازه")
    page = client.get("/panel/questions/").content.decode()
    assert page.index("پرسش تازه") < page.index("پرسش کهنه")
    assert "+98" not in page
    assert '<span class="count">۱<span class="unseen"> بی‌پاسخ</span></span>' in page


def test_a_question_is_answered_on_a_screen_of_its_own(client: Client, product: Any) -> None:
    question = a_question(product)
    path = f"/panel/questions/{question.pk}/"
    assert "چند روز می‌ماند؟" in client.get(path).content.decode()
    assert client.post(path, {"answer": "یک <b>سال</b>"}).headers["Location"] == "/panel/questions/"
    question.refresh_from_db()
    assert (question.answer, question.state) == ("یک سال", Shown.WAITING)
    assert "داریم می‌خوانیم" in client.get("/panel/questions/").content.decode()


def test_an_answer_that_is_on_the_page_stays(client: Client, product: Any) -> None:
    question = a_shown_question(product, answer="یک سال")
    answer = client.post(f"/panel/questions/{question.pk}/", {"answer": "چیز دیگر"}, follow=True)
    assert "به این پاسخ داده شده است" in answer.content.decode()
    question.refresh_from_db()
    assert question.answer == "یک سال"


def test_a_review_is_answered_once(client: Client, product: Any) -> None:
    review = a_review(product, text="خوش‌دوخت بود")
    path = f"/panel/reviews/{review.pk}/"
    assert "خوش‌دوخت بود" in client.get("/panel/reviews/").content.decode()
    client.post(path, {"answer": "ممنون"})
    client.post(path, {"answer": "چیز دیگر"})
    review.refresh_from_db()
    assert review.answer == "ممنون"
    page = client.get(f"/p/{product.slug}/").content.decode()
    assert "پاسخ <bdi>پوشاک پرستو</bdi>" in page
    assert "ممنون" in page


@pytest.mark.parametrize("answer", ["", " ", "<i></i>", "ا" * 1001])
def test_what_is_wrong_is_said_and_nothing_is_answered(
    client: Client, product: Any, answer: str
) -> None:
    question = a_question(product)
    page = client.post(f"/panel/questions/{question.pk}/", {"answer": answer}).content.decode()
    assert "field__error" in page
    question.refresh_from_db()
    assert question.answered_at is None


@pytest.mark.parametrize("state", [Shown.WAITING, Shown.REFUSED])
def test_a_review_that_is_not_shown_is_not_there(
    client: Client, product: Any, state: Shown
) -> None:
    review = a_review(product, text="پنهان", state=state)
    assert "پنهان" not in client.get("/panel/reviews/").content.decode()
    assert client.get(f"/panel/reviews/{review.pk}/").status_code == 404


def test_a_refused_answer_says_why(client: Client, product: Any) -> None:
    a_question(
        product, answer="زنگ بزنید", answered_at=NOON, state=Shown.REFUSED, reason="شماره نگذارید"
    )
    page = client.get("/panel/questions/").content.decode()
    assert "شماره نگذارید" in page
    assert "پاسخ را از نو بنویسم" in page


def test_an_answer_that_was_taken_off_says_why_and_may_be_written_anew(
    client: Client, product: Any
) -> None:
    review = a_review(product, answer_reason="تند است")
    for path in ("/panel/reviews/", f"/panel/reviews/{review.pk}/"):
        assert "تند است" in client.get(path).content.decode()
    client.post(f"/panel/reviews/{review.pk}/", {"answer": "ممنون"})
    assert "تند است" not in client.get("/panel/reviews/").content.decode()


def test_the_neighbours_are_not_there(client: Client, stall: Stall, neighbour: Stall) -> None:
    other = a_product(neighbour)
    review, question = a_review(other, text="راز"), a_question(other, text="راز همسایه")
    for path in (f"/panel/reviews/{review.pk}/", f"/panel/questions/{question.pk}/"):
        assert client.get(path).status_code == 404
        assert client.post(path, {"answer": "من"}).status_code == 404
    for path in ("/panel/reviews/", "/panel/questions/"):
        assert "راز" not in client.get(path).content.decode()
    review.refresh_from_db()
    question.refresh_from_db()
    assert (review.answer, question.answer) == ("", "")


@pytest.mark.parametrize("n", [1, 15])
def test_the_lists_cost_the_same_however_much_was_said(
    client: Client, keeper: User, product: Any, n: int
) -> None:
    for _ in range(n):
        a_review(product)
        a_question(product)
    for path in ("/panel/reviews/", "/panel/questions/"):
        client.get(path)
        with CaptureQueriesContext(connection) as statements:
            client.get(path)
        assert len(statements) <= 8, path
