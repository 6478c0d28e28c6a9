"""Whoever looks after stalls: the queue, the decisions with their reasons, invitations, terms, and errands."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from shop.accounts.models import User
from shop.jalali import Month, tehran_date
from shop.notices.models import Notice
from tests.makers import a_member, a_product, a_staff_member, a_stall, a_user, log_in_at_office
from vendors.stalls.access import let_look_after
from vendors.stalls.models import ActedFor, Errand, Stall, StallMember, Terms
from vendors.stalls.services.appeals import appeal_against_pause
from vendors.stalls.services.opening import pause_stall

pytestmark = [
    pytest.mark.django_db(databases=["default", "livelihood"]),
    pytest.mark.urls("shop.urls.office"),
]


@pytest.fixture
def carer(client: Client) -> User:
    user = a_staff_member(name="نسرین آقایی")
    let_look_after(user)
    log_in_at_office(client, user)
    return user


def test_what_waits_for_staff_stands_in_one_list(client, carer):
    a_stall("منتظر", slug="w", state="review")
    a_stall("باز", slug="o")
    paused = a_stall("گلایه‌مند", keeper=a_user())
    pause_stall(stall=paused, by_user=carer, reason="دیر", now=timezone.now())
    keeper = paused.members.get().user
    appeal_against_pause(stall=paused, text="نه", by_user=keeper, now=timezone.now())
    page = client.get("/stalls/")
    assert {stall.name for stall in page.context["stalls"]} == {"منتظر", "گلایه‌مند"}
    assert page.context["lists"] == {
        "waiting": 2,
        "draft": 0,
        "open": 1,
        "on_holiday": 0,
        "paused": 1,
        "closed": 0,
    }
    assert [stall.name for stall in client.get("/stalls/open/").context["stalls"]] == ["باز"]
    assert client.get("/stalls/nothing/").status_code == 404


def test_a_ready_made_reason_and_own_words_reach_the_holder_in_persian(client, carer):
    stall = a_stall("نان‌خانه", slug="n", state="review")
    typed = {"ready": "photos", "words": "<b>به‌ویژه نان سنگک</b>"}
    client.post("/en/stall/n/send-back/", typed)
    decision = stall.decisions.get()
    assert (decision.to_state, decision.by_user) == ("draft", carer)
    assert decision.reason == (
        "عکس‌ها تاریک‌اند یا از دور گرفته شده‌اند. لطفاً دوباره در روشنایی روز عکس بگیرید."
        " به‌ویژه نان سنگک"
    )


@pytest.mark.parametrize(
    ("state", "step"), [("review", "send-back"), ("open", "pause"), ("on_holiday", "close")]
)
def test_without_a_reason_nothing_is_decided(client, carer, state, step):
    a_stall(slug="n", state=state)
    page = client.post(f"/stall/n/{step}/", {"words": " "})
    assert page.status_code == 200
    assert "یک دلیل انتخاب کنید یا بنویسید" in page.content.decode()
    assert Stall.objects.get().state == state


def test_opening_needs_no_reason_and_pressed_twice_says_so(client, carer):
    stall = a_stall(slug="n", state="review")
    assert client.post("/stall/n/open/").url == "/stall/n/"
    page = client.post("/stall/n/open/", follow=True).content.decode()
    assert "در این میان وضعیت غرفه تغییر کرده است." in page
    stall.refresh_from_db()
    assert (stall.state, stall.decisions.count()) == ("open", 1)


def test_the_page_of_a_stall_says_who_keeps_it_and_what_was_decided(client, carer):
    stall = a_stall("نان‌خانه", slug="n", keeper=a_user(name="زهرا کریمی"), commission_bp=750)
    a_product(stall, "سنگک")
    pause_stall(stall=stall, by_user=carer, reason="گلایهٔ خریداران", now=timezone.now())
    page = client.get("/stall/n/").content.decode()
    for said in ("زهرا کریمی", "سنگک", "گلایهٔ خریداران", "نسرین آقایی"):
        assert said in page


def test_who_paused_does_not_answer_the_appeal(client, carer):
    stall = a_stall(slug="n", keeper=a_user())
    pause_stall(stall=stall, by_user=carer, reason="دیر", now=timezone.now())
    keeper = stall.members.get().user
    appeal = appeal_against_pause(stall=stall, text="نه", by_user=keeper, now=timezone.now())
    typed = {"granted": "1", "answer": "حق با شماست"}
    assert 'name="granted"' not in client.get("/stall/n/").content.decode()
    client.post(f"/appeals/{appeal.pk}/", typed)
    assert Stall.objects.get().state == "paused"
    other = a_staff_member()
    let_look_after(other)
    log_in_at_office(client, other)
    assert 'name="granted"' in client.get("/stall/n/").content.decode()
    for refused in ("", "ا" * 501):
        page = client.post(f"/appeals/{appeal.pk}/", {"granted": "1", "answer": refused})
        assert page.context["answer"].errors["answer"]
        assert f">\n{refused}</textarea>" in page.content.decode()
        assert 'class="field__error"' in page.content.decode()
    assert Stall.objects.get().state == "paused"
    client.post(f"/appeals/{appeal.pk}/", typed)
    assert Stall.objects.get().state == "open"


def test_an_answer_that_came_second_stays_where_it_was_typed(client, carer):
    stall = a_stall(slug="n", keeper=a_user())
    pauser = a_staff_member()
    pause_stall(stall=stall, by_user=pauser, reason="دیر", now=timezone.now())
    keeper = stall.members.get().user
    appeal = appeal_against_pause(stall=stall, text="نه", by_user=keeper, now=timezone.now())
    first = {"granted": "0", "answer": "هنوز نه"}
    assert client.post(f"/appeals/{appeal.pk}/", first).url == "/stall/n/"
    page = client.post(f"/appeals/{appeal.pk}/", {"granted": "1", "answer": "حق با شماست"})
    assert page.status_code == 200
    shown = page.content.decode()
    assert "حق با شماست</textarea>" in shown
    assert "در این میان وضعیت غرفه تغییر کرده است." in shown


def test_an_invitation_makes_person_stall_and_messages_and_only_once(client, carer):
    typed = {
        "phone": "۰۹۱۲۰۰۰۰۰۸۱",
        "person": "گل‌نساء",
        "name": "گلیم تار و پود",
        "facilitator_phone": "09120000082",
    }
    answers = [client.post("/stalls/invite/", typed) for _twice in range(2)]
    stall = Stall.objects.get()
    assert [answer.url for answer in answers] == [f"/stall/{stall.slug}/"] * 2
    assert (stall.name, stall.state) == ("گلیم تار و پود", "draft")
    members = stall.members.order_by("pk").values_list("user__phone", "role")
    assert list(members) == [("+989120000081", "owner"), ("+989120000082", "facilitator")]
    assert list(Notice.objects.order_by("pk").values_list("phone", flat=True)) == [
        "+989120000081",
        "+989120000082",
    ]


def test_a_wrong_number_invites_nobody(client, carer):
    page = client.post("/stalls/invite/", {"phone": "12", "person": "آ", "name": "نام"})
    assert list(page.context["form"].errors) == ["phone"]
    assert Stall.objects.count() == 0


def test_new_terms_hold_and_a_version_is_used_once(client, carer, settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)
    text = "غرفه‌دار کالای خودش را می‌فروشد و به‌موقع می‌فرستد."
    voice = SimpleUploadedFile("my voice.mp3", b"ID3\x03" + b"\0" * 64)
    client.post("/stalls/terms/", {"version": "۱", "text": text, "audio": voice})
    terms = Terms.objects.get()
    assert (terms.text, terms.published_at is not None) == (text, True)
    assert "voice" not in terms.audio.name
    page = client.post("/stalls/terms/", {"version": "۱", "text": text})
    assert list(page.context["form"].errors) == ["version"]
    fake = SimpleUploadedFile("fake.mp3", b"<html>")
    page = client.post("/stalls/terms/", {"version": "2", "text": text, "audio": fake})
    assert list(page.context["form"].errors) == ["audio"]
    assert Terms.objects.count() == 1


def test_on_an_errand_staff_work_in_the_panel_under_a_banner_and_are_written_down(client, carer):
    stall = a_stall("نان‌خانه", slug="n", keeper=a_user())
    assert client.get("/panel/").url == "/stalls/"
    for refused in (" ", "الف" * 70):
        page = client.post("/stall/n/errand/", {"reason": refused})
        assert page.context["errand"].errors["reason"]
        assert f'value="{refused}"' in page.content.decode() or refused == " "
    assert Errand.objects.count() == 0
    assert client.post("/stall/n/errand/", {"reason": "تلفن زد و کمک خواست"}).url == "/panel/"
    for path in ("/panel/", "/panel/stall/", "/panel/orders/", "/panel/products/"):
        page = client.get(path).content.decode()
        assert "به جای <b><bdi>نان‌خانه</bdi></b> کار می‌کنید." in page
        assert "دلیل: تلفن زد و کمک خواست" in page
    client.post("/panel/stall/city/", {"city": "ری"})
    stall.refresh_from_db()
    act = ActedFor.objects.get()
    assert (stall.city, act.user, act.capacity, act.subject) == ("ری", carer, "staff", "city")
    assert client.post("/errand/end/").url == "/stalls/"
    assert client.get("/panel/").url == "/stalls/"


def test_on_an_errand_money_and_the_person_stay_closed(client, carer):
    a_stall(slug="n", keeper=a_user())
    client.post("/stall/n/errand/", {"reason": "کمک"})
    own = ("stall/person/", "stall/people/", "stall/close/", "stalls/", "begin/")
    month = Month.of(tehran_date(timezone.now()))
    paid = f"money/paid/{month.year}/{month.month}/"
    money = ("money/", f"money/{month.year}/{month.month}/", "money/account/", paid)
    for page in (*own, *money, f"{paid}statement.pdf"):
        assert client.get(f"/panel/{page}").status_code == 404, page
    assert "/panel/money/" not in client.get("/panel/").content.decode()
    posts = ("money/cash/", "stall/terms/agree/", "stall/appeal/")
    assert [client.post(f"/panel/{page}").status_code for page in posts] == [404] * 3


def test_an_errand_that_is_over_opens_nothing_nor_does_a_membership(client, carer):
    stall = a_stall(slug="n", keeper=a_user())
    a_member(stall, carer, role=StallMember.Role.FACILITATOR)
    client.post("/stall/n/errand/", {"reason": "کمک"})
    Errand.objects.update(until=timezone.now())
    assert client.get("/panel/").url == "/stalls/"
    assert client.post("/panel/stall/city/", {"city": "ری"}).url == "/stalls/"
    assert ActedFor.objects.count() == 0


def test_the_lists_cost_the_same_for_many_stalls(client, carer, django_assert_max_num_queries):
    for number in range(12):
        a_stall(f"غرفه {number}", state="review")
    with django_assert_max_num_queries(12):
        client.get("/stalls/")
