"""Anybody asks about goods; the stall answers, staff read both, and then the page shows them, without the number."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.test import Client

from shop.jobs import SUBSCRIBERS
from shop.notices.models import Notice
from tests.makers import (
    NOON,
    a_product,
    a_question,
    a_review,
    a_shown_question,
    a_staff_member,
    a_stall,
    a_user,
)
from vendors.stalls.errors import AnsweredAlready, DecidedMeanwhile, NoReasonGiven
from vendors.stalls.jobs import tell_asker, tell_asker_of_refusal, tell_stall_of_question
from vendors.stalls.models import Question, Report, Shown
from vendors.stalls.services.questions import (
    answer_question,
    refuse_to_show_question,
    show_question,
)

pytestmark = pytest.mark.django_db
PHONE = "+989127654321"


@pytest.fixture(autouse=True)
def _no_limits_of_others() -> None:
    cache.clear()


@pytest.fixture
def product() -> Any:
    return a_product(a_stall(keeper=a_user(phone="+989121110000")), "ترشی لیته", slug="p")


def typed(**fields: str) -> dict[str, str]:
    return {"form_id": str(uuid4()), "text": "چند روز می‌ماند؟", "phone": "۰۹۱۲۷۶۵۴۳۲۱", **fields}


def show(question: Question) -> None:
    staff = a_staff_member(is_enrolled=False)
    show_question(question=question, seen=question.version, by_user_id=staff.pk, now=NOON)


def test_a_question_is_shown_with_its_answer_once_both_were_read(
    client: Client, product: Any
) -> None:
    answer = client.post("/p/p/ask/", typed())
    assert answer.headers["Location"] == "/p/p/"
    question = Question.objects.get()
    assert (question.listing, question.phone, question.state) == (
        product.listing,
        PHONE,
        Shown.WAITING,
    )
    assert "چند روز می‌ماند؟" not in client.get("/p/p/").content.decode()
    answer_question(question=question, answer="یک سال", now=NOON)
    assert "یک سال" not in client.get("/p/p/").content.decode()
    question.refresh_from_db()
    show(question)
    page = client.get("/p/p/").content.decode()
    assert "چند روز می‌ماند؟" in page
    assert "یک سال" in page
    assert "7654321" not in page
    assert "۷۶۵۴۳۲۱" not in page


@pytest.mark.parametrize("phone", ["09127654321", "۰۹۱۲۷۶۵۴۳۲۱", "٠٩١٢٧٦٥٤٣٢١", "+98 912 765 4321"])
def test_the_number_may_be_typed_in_three_scripts(client: Client, product: Any, phone: str) -> None:
    client.post("/p/p/ask/", typed(phone=phone))
    assert Question.objects.get().phone == PHONE


def test_a_form_sent_twice_asks_once(client: Client, product: Any) -> None:
    form = typed()
    for _ in range(2):
        assert client.post("/p/p/ask/", form).status_code == 302
    assert Question.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"text": ""},
        {"text": "چی"},
        {"text": "<b></b>"},
        {"text": "ا" * 501},
        {"phone": ""},
        {"phone": "12"},
        {"phone": "NaN"},
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(
    client: Client, product: Any, wrong: dict[str, str]
) -> None:
    page = client.post("/p/p/ask/", typed(**wrong)).content.decode()
    assert "field__error" in page
    assert "چند روز می‌ماند؟" in page or "text" in wrong
    assert Question.objects.count() == 0


def test_markup_is_taken_out_of_what_is_asked(client: Client, product: Any) -> None:
    client.post("/p/p/ask/", typed(text="<img src=x onerror=alert(1)>چند روز <b>می‌ماند</b>؟"))
    assert Question.objects.get().text == "چند روز می‌ماند؟"


def test_one_number_asks_ten_times_a_day(client: Client, product: Any) -> None:
    answers = [
        client.post("/p/p/ask/", typed(), REMOTE_ADDR=f"10.0.0.{n}").status_code for n in range(12)
    ]
    assert answers == [302] * 10 + [429] * 2
    assert Question.objects.count() == 10


def test_who_asked_too_much_is_told_so_and_keeps_what_was_typed(
    client: Client, product: Any
) -> None:
    for _ in range(10):
        client.post("/p/p/ask/", typed())
    page = client.post("/p/p/ask/", typed(text="و در یخچال؟"))
    assert page.status_code == 429
    html = page.content.decode()
    assert "لطفاً این را فردا دوباره بفرستید" in html
    assert "و در یخچال؟" in html


def test_strangers_behind_one_address_use_up_no_share_of_each_other(
    client: Client, product: Any
) -> None:
    answers = [
        client.post("/p/p/ask/", typed(phone=f"091276543{n:02}")).status_code for n in range(30)
    ]
    assert answers == [302] * 30


def test_a_second_press_of_the_last_form_is_done_and_counts_nothing(
    client: Client, product: Any
) -> None:
    forms = [typed() for _ in range(10)]
    for form in forms:
        client.post("/p/p/ask/", form)
    assert client.post("/p/p/ask/", forms[-1]).headers["Location"] == "/p/p/"
    assert Question.objects.count() == 10


def test_goods_that_are_not_in_the_shop_are_404(client: Client, product: Any) -> None:
    product.is_public = False
    product.save(update_fields=["is_public"])
    for path in ("ask", "reviews", "questions", "report"):
        assert client.get(f"/p/p/{path}/").status_code == 404
    assert client.post("/p/p/ask/", typed()).status_code == 404
    assert client.get("/p/nothing/ask/").status_code == 404


def test_an_answer_may_be_written_anew_until_it_is_on_the_page(product: Any) -> None:
    question = a_question(product)
    answer_question(question=question, answer="یک سال", now=NOON)
    read = Question.objects.get()
    answer_question(question=question, answer="شش ماه", now=NOON)
    with pytest.raises(DecidedMeanwhile):
        show(read)  # the answer that was read is not the answer that is there
    show(Question.objects.get())
    with pytest.raises(AnsweredAlready):
        answer_question(question=question, answer="سه ماه", now=NOON)
    question.refresh_from_db()
    assert (question.answer, question.state) == ("شش ماه", Shown.SHOWN)


def test_a_question_without_an_answer_is_not_shown(product: Any) -> None:
    with pytest.raises(DecidedMeanwhile):
        show(a_question(product))


def test_a_refusal_says_why_and_another_answer_is_read_anew(product: Any) -> None:
    question = a_question(product, answer="زنگ بزنید", answered_at=NOON)
    by = {"seen": 1, "by_user_id": a_staff_member(is_enrolled=False).pk, "now": NOON}
    with pytest.raises(NoReasonGiven):
        refuse_to_show_question(question=question, reason="", **by)
    refuse_to_show_question(question=question, reason="شماره نگذارید", **by)
    answer_question(question=question, answer="یک سال", now=NOON)
    question.refresh_from_db()
    assert (question.state, question.reason, question.version) == (Shown.WAITING, "", 2)


def test_the_stall_is_told_of_a_question_and_the_asker_of_its_answer_each_once(
    product: Any,
) -> None:
    question = a_question(product, phone=PHONE)
    for _ in range(2):
        tell_stall_of_question(question_id=question.pk)
        tell_asker(question_id=question.pk)
    texts = dict(Notice.objects.values_list("phone", "text"))
    assert Notice.objects.count() == 2
    assert texts["+989121110000"].startswith("بازدیدکننده‌ای دربارهٔ «ترشی لیته» پرسیده است.")
    assert f"/panel/questions/{question.pk}/" in texts["+989121110000"]
    assert texts[PHONE].startswith("بازارچه: پرسش شما دربارهٔ «ترشی لیته» پاسخ گرفت.")
    assert texts[PHONE].endswith("/p/p/#questions")


def test_the_askers_number_is_forgotten_once_they_were_told(product: Any) -> None:
    question = a_question(product, phone=PHONE)
    tell_asker(question_id=question.pk)
    question.refresh_from_db()
    assert question.phone == ""


def test_a_refusal_is_told_to_the_asker_once_and_kindly_without_its_reason(product: Any) -> None:
    question = a_question(product, phone=PHONE)
    staff = a_staff_member(is_enrolled=False)
    by = {"seen": 1, "by_user_id": staff.pk, "now": NOON}
    refuse_to_show_question(question=question, reason="شماره نگذارید", **by)
    assert SUBSCRIBERS["QuestionRefused"] == ("vendors.stalls.jobs.tell_asker_of_refusal",)
    for _ in range(2):
        tell_asker_of_refusal(question_id=question.pk)
    notice = Notice.objects.get()
    assert notice.phone == PHONE
    assert notice.text.startswith("بازارچه: نشد پرسش شما دربارهٔ «ترشی لیته» را در صفحه‌اش بگذاریم")
    assert "شماره نگذارید" not in notice.text
    question.refresh_from_db()
    assert question.phone == ""
    tell_asker(question_id=question.pk)  # shown later after all: nobody is left to be told
    assert Notice.objects.count() == 1


def test_numbers_in_an_answer_are_hidden_and_the_same_answer_again_changes_nothing(
    product: Any,
) -> None:
    question = a_question(product)
    for _ in range(2):
        answer_question(question=question, answer="زنگ بزنید ۰۹۱۲۳۴۵۶۷۸۹", now=NOON)
    question.refresh_from_db()
    assert (question.answer, question.version) == ("زنگ بزنید •••", 2)


def test_the_newest_ten_stand_on_the_page_and_the_others_on_their_own(
    client: Client, product: Any
) -> None:
    for number in range(12):
        a_shown_question(product, text=f"پرسش شمارهٔ {number:02}")
    page = client.get("/p/p/").content.decode()
    assert [n for n in range(12) if f"پرسش شمارهٔ {n:02}" in page] == list(range(2, 12))
    assert "همهٔ ۱۲ پرسش" in page
    everything = client.get("/p/p/questions/").content.decode()
    assert all(f"پرسش شمارهٔ {n:02}" in everything for n in range(12))


def test_a_review_a_question_and_a_product_may_be_reported(client: Client, product: Any) -> None:
    review, question = a_review(product), a_shown_question(product)
    paths = {
        "review": f"/p/p/reviews/{review.pk}/report/",
        "question": f"/p/p/questions/{question.pk}/report/",
        "listing": "/p/p/report/",
    }
    page = client.get("/p/p/").content.decode()
    for kind, path in paths.items():
        assert path in page
        form = {"form_id": str(uuid4()), "reason": "درست نیست"}
        for _ in range(2):
            assert client.post(path, form).headers["Location"] == "/p/p/"
        assert Report.objects.filter(**{f"{kind}__isnull": False}).count() == 1


def test_what_is_not_on_the_page_is_not_reported(client: Client, product: Any) -> None:
    waiting = a_review(product, state=Shown.WAITING)
    elsewhere = a_review(a_product(a_stall("دیگر"), slug="q"))
    for review in (waiting, elsewhere):
        assert client.get(f"/p/p/reviews/{review.pk}/report/").status_code == 404
    assert client.get(f"/p/p/questions/{a_question(product).pk}/report/").status_code == 404


@pytest.mark.parametrize("reason", ["", "<b> </b>", "ا" * 301])
def test_a_report_says_what_is_wrong(client: Client, product: Any, reason: str) -> None:
    page = client.post("/p/p/report/", {"form_id": str(uuid4()), "reason": reason})
    assert "field__error" in page.content.decode()
    assert Report.objects.count() == 0


def test_reports_from_one_place_are_limited(client: Client, product: Any) -> None:
    forms = [{"form_id": str(uuid4()), "reason": f"نه، بار {n}"} for n in range(62)]
    answers = [client.post("/p/p/report/", form) for form in forms]
    assert [answer.status_code for answer in answers] == [302] * 60 + [429] * 2
    assert "نه، بار 61" in answers[-1].content.decode()
    assert client.post("/p/p/report/", forms[0]).status_code == 302  # known already


def test_a_report_may_name_the_answer(client: Client, product: Any) -> None:
    review = a_review(product, answer="برو بابا", answered_at=NOON)
    path = f"/p/p/reviews/{review.pk}/report/"
    page = client.get(path).content.decode()
    assert "برو بابا" in page
    assert "دربارهٔ پاسخ غرفه است" in page
    client.post(path, {"form_id": str(uuid4()), "reason": "زشت است", "is_of_answer": "on"})
    assert Report.objects.get().is_of_answer
    assert "دربارهٔ پاسخ غرفه است" not in client.get("/p/p/report/").content.decode()
