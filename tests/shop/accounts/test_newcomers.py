"""Opening a stall with a number that nobody is known by: proven first, a person only then."""

import re

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.accounts.models import User
from tests.makers import a_stall, a_user
from vendors.stalls.models import Stall

pytestmark = pytest.mark.django_db
NEW, KNOWN = "09121234567", "+989129999999"


def texts() -> list[dict]:
    jobs = ProcrastinateJob.objects.filter(task_name="shop.notices.jobs.send_text").order_by("pk")
    return [job.args for job in jobs]


def bare(page: str) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", page)
    return re.sub(r"<bdi>.*?</bdi>", "", page)


def test_from_the_public_page_to_a_stall_in_preparation(client):
    assert "می‌خواهید غرفه‌ای باز کنید؟" in client.get("/open-a-stall/").content.decode()
    answer = client.post("/open-a-stall/", {"phone": NEW})
    assert answer.url == "/login/code/?next=/panel/begin/"
    assert User.objects.count() == 0
    [sent] = texts()
    assert sent["phone"] == "+989121234567"
    assert len(sent["code"]) == 5
    answer = client.post("/login/code/", {"code": sent["code"], "next": "/panel/begin/"})
    assert answer.url == "/panel/begin/"
    user = User.objects.get()
    assert (user.phone, user.phone_verified, user.is_staff) == ("+989121234567", True, False)
    client.post("/panel/begin/", {"name": "نان‌خانه", "person": "زهرا"})
    assert Stall.objects.get().members.get().user == user


def test_a_wrong_code_makes_nobody(client):
    client.post("/open-a-stall/", {"phone": NEW})
    wrong = "11111" if texts()[0]["code"] != "11111" else "22222"
    for _each in range(5):
        client.post("/login/code/", {"code": wrong})
    assert client.post("/login/code/", {"code": texts()[0]["code"]}).url == "/login/"
    assert User.objects.count() == 0


def test_an_empty_code_lets_nobody_in(client):
    client.post("/open-a-stall/", {"phone": NEW})
    assert client.post("/login/code/", {"code": ""}).status_code == 200
    assert User.objects.count() == 0


def test_a_known_number_sees_the_same_and_stays_who_it_is():
    user = a_user(phone=KNOWN, name="مریم")
    a_stall(keeper=user)
    new, known = Client(), Client()
    answers = [
        new.post("/open-a-stall/", {"phone": NEW}),
        known.post("/open-a-stall/", {"phone": KNOWN}),
    ]
    assert [(answer.status_code, answer.url) for answer in answers] == [
        (302, "/login/code/?next=/panel/begin/")
    ] * 2
    pages = [each.get("/login/code/").content.decode() for each in (new, known)]
    assert bare(pages[0]) == bare(pages[1])
    assert [sent["phone"] for sent in texts()] == ["+989121234567", KNOWN]
    known.post("/login/code/", {"code": texts()[1]["code"]})
    assert known.session["_auth_user_id"] == str(user.pk)
    user.refresh_from_db()
    assert user.name == "مریم"


def test_at_the_login_an_unknown_number_still_gets_no_code(client):
    client.post("/login/", {"phone": NEW})
    assert texts() == []


def test_whoever_was_sent_away_is_not_let_in_as_a_newcomer(client):
    a_user(phone=KNOWN, is_active=False)
    client.post("/open-a-stall/", {"phone": KNOWN})
    client.post("/login/code/", {"code": texts()[0]["code"]})
    assert "_auth_user_id" not in client.session


def test_one_number_may_ask_three_times_a_minute(client):
    answers = [Client().post("/open-a-stall/", {"phone": NEW}).status_code for _each in range(4)]
    assert answers == [302, 302, 302, 429]
    assert len(texts()) == 3


def test_who_is_logged_in_goes_on_at_once(client):
    client.force_login(a_user())
    assert client.get("/open-a-stall/").url == "/panel/begin/"


@pytest.mark.urls("shop.urls.office")
def test_nobody_is_a_newcomer_at_the_office(client):
    assert client.get("/open-a-stall/").status_code == 404
