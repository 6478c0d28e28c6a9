"""What a stall says of itself, from the panel: one question a screen, kept as it is answered."""

import io
from datetime import date, time, timedelta

import pytest
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.jalali import tehran_date
from shop.notices.models import Notice
from shop.orders.models import SellerTerms
from shop.pictures import original_of
from tests.makers import a_category, a_member, a_paid_order, a_product, a_staff_member, a_user
from vendors.stalls.jobs import forget_gone_photos
from vendors.stalls.models import ActedFor, Stall, StallMember, Terms
from vendors.stalls.services.opening import pause_stall

pytestmark = pytest.mark.django_db
Role = StallMember.Role


def a_photo(colour: str = "teal") -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (1400, 900), colour).save(file, "JPEG")
    file.name = "photo.jpg"
    file.seek(0)
    return file


def test_the_list_shows_each_question_with_its_answer(client, stall):
    page = client.get("/panel/stall/").content.decode()
    assert "نام غرفه‌تان چیست؟" in page
    assert "پوشاک پرستو" in page
    assert "غرفه باز است" in page


@pytest.mark.parametrize(
    ("question", "typed", "field", "kept"),
    [
        ("name", {"name": "  <b>نخ</b> و سوزن "}, "name", "نخ و سوزن"),
        ("city", {"city": "اسلامشهر"}, "city", "اسلامشهر"),
        ("story", {"story": "از مادربزرگ آموختم.", "tagline": ""}, "story", "از مادربزرگ آموختم."),
        ("returns", {"returns_note": "تا سه روز"}, "returns_note", "تا سه روز"),
        ("seller_kind", {"seller_kind": "workshop"}, "seller_kind", "workshop"),
        (
            "hours",
            {"answers_from": "09:00:00", "answers_until": "17:00:00"},
            "answers_until",
            time(17),
        ),
        ("hours", {"answers_from": "", "answers_until": ""}, "answers_from", None),
    ],
)
def test_an_answer_is_kept_and_said_to_be_so(client, stall, question, typed, field, kept):
    answer = client.post(f"/panel/stall/{question}/", typed, follow=True)
    assert answer.redirect_chain == [("/panel/stall/", 302)]
    assert "ذخیره شد." in answer.content.decode()
    stall.refresh_from_db()
    assert getattr(stall, field) == kept


@pytest.mark.parametrize(
    ("question", "typed", "field"),
    [
        ("name", {"name": "<b></b>"}, "name"),
        ("name", {"name": "ن" * 81}, "name"),
        ("story", {"story": "کوتاه"}, "story"),
        ("goods_kind", {"main_category": "999"}, "main_category"),
        ("hours", {"answers_from": "17:00:00", "answers_until": "09:00:00"}, "answers_until"),
        ("hours", {"answers_from": "17:00:00", "answers_until": ""}, "answers_until"),
        ("days", {"preparation_days": "61"}, "preparation_days"),
        ("days", {"preparation_days": "یک"}, "preparation_days"),
        ("days", {"preparation_days": "1", "days_off": list("0123456")}, "days_off"),
        ("person", {"disclosure": "name", "keeper_name": ""}, "keeper_name"),
        ("picture", {}, "picture"),
    ],
)
def test_what_is_not_right_is_said_beside_its_field_and_nothing_is_kept(
    client, stall, question, typed, field
):
    before = Stall.objects.filter(pk=stall.pk).values().get()
    page = client.post(f"/panel/stall/{question}/", typed)
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert Stall.objects.filter(pk=stall.pk).values().get() == before


def test_days_are_kept_in_the_terms_that_ordering_reads(client, stall):
    client.post("/panel/stall/days/", {"preparation_days": "۳", "days_off": ["4", "3"]})
    terms = SellerTerms.objects.get(partner=stall.partner)
    assert (terms.preparation_days, terms.days_off) == (3, [3, 4])


@pytest.mark.parametrize(("question", "field"), [("picture", "cover"), ("logo", "logo")])
def test_a_photo_is_drawn_anew_and_shown(client, stall, settings, tmp_path, question, field):
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = str(tmp_path)
    client.post(f"/panel/stall/{question}/", {"picture": a_photo()})
    stall.refresh_from_db()
    key = getattr(stall, field)
    assert key
    assert key in client.get(f"/s/{stall.slug}/").content.decode()


@pytest.mark.parametrize("question", ["picture", "logo"])
def test_a_replaced_photo_leaves_no_file_behind(client, stall, settings, tmp_path, question):
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = str(tmp_path)
    for colour in ("teal", "navy"):
        client.post(f"/panel/stall/{question}/", {"picture": a_photo(colour)})
    stall.refresh_from_db()
    shown = stall.cover or stall.logo
    [job] = ProcrastinateJob.objects.filter(task_name="vendors.stalls.jobs.forget_gone_photos")
    forget_gone_photos(**job.args)
    kept = [path for path in (tmp_path / "photos").iterdir() if any(path.iterdir())]
    assert [path.name for path in kept] == [shown]
    assert [path.name for path in (tmp_path / "originals").iterdir()] == [original_of(shown)]


def test_the_same_photo_again_takes_nothing_away(client, stall, settings, tmp_path):
    settings.MEDIA_ROOT = settings.PRIVATE_ROOT = str(tmp_path)
    for _time in range(2):
        client.post("/panel/stall/picture/", {"picture": a_photo()})
    assert not ProcrastinateJob.objects.filter(task_name__endswith="forget_gone_photos").exists()


def test_the_stalls_page_says_hours_returns_and_kind(client, stall):
    client.post("/panel/stall/hours/", {"answers_from": "09:00:00", "answers_until": "17:00:00"})
    client.post("/panel/stall/returns/", {"returns_note": "تا سه روز پس می‌گیریم"})
    client.post("/panel/stall/seller_kind/", {"seller_kind": "cooperative"})
    page = client.get(f"/s/{stall.slug}/").content.decode()
    for said in ("از ۰۹:۰۰ تا ۱۷:۰۰ پاسخ می‌دهد.", "تا سه روز پس می‌گیریم", "تعاونی"):
        assert said in page


def test_the_name_is_told_only_while_its_owner_lets_it_be(client, stall):
    product = a_product(stall, slug="dress")
    Stall.objects.update(keeper_name="سمیه احمدیان", story="می‌دوزم و می‌فروشم.")
    pages = (f"/s/{stall.slug}/", f"/p/{product.slug}/", "/")
    assert [("سمیه احمدیان" in client.get(page).content.decode()) for page in pages] == [False] * 3
    told = {"disclosure": "name", "keeper_name": "سمیه احمدیان"}
    client.post("/panel/stall/person/", told)
    assert [("سمیه احمدیان" in client.get(page).content.decode()) for page in pages] == [True] * 3
    client.post("/panel/stall/person/", {**told, "disclosure": "nothing"})
    assert [("سمیه احمدیان" in client.get(page).content.decode()) for page in pages] == [False] * 3


def test_a_draft_is_led_from_question_to_question_on_any_device(client, keeper):
    client.post("/panel/begin/", {"name": "نان‌خانه", "person": "زهرا"})
    client.post("/panel/begin/", {"name": "نان‌خانه", "person": "زهرا"})
    stall = Stall.objects.get()
    assert (stall.state, stall.members.get().user, stall.members.get().role) == (
        "draft",
        keeper,
        "owner",
    )
    keeper.refresh_from_db()
    assert keeper.name == "زهرا"
    kind = {"main_category": a_category("نان").pk}
    assert client.post("/panel/stall/goods_kind/", kind).url == "/panel/stall/city/"
    other_phone = type(client)()
    other_phone.force_login(keeper)
    assert other_phone.post("/panel/stall/city/", {"city": "اسلامشهر"}).url == "/panel/stall/story/"
    page = other_phone.get("/panel/stall/").content.decode()
    assert "۴ تا از ۸ تا انجام شده است." in page
    refused = other_phone.post("/panel/stall/send-in/", follow=True).content.decode()
    assert "هنوز چند چیز کم است" in refused
    stall.refresh_from_db()
    assert stall.state == "draft"


def test_a_stall_that_was_sent_back_shows_why_on_the_first_page(client, stall):
    Stall.objects.update(state="draft")
    stall.decisions.create(
        from_state="review", to_state="draft", reason="عکس‌ها تاریک‌اند.", at=timezone.now()
    )
    assert "عکس‌ها تاریک‌اند." in client.get("/panel/").content.decode()
    assert "عکس‌ها تاریک‌اند." in client.get("/panel/stall/").content.decode()


def test_terms_are_read_or_heard_and_agreed_to_by_their_version(client, keeper, stall):
    terms = Terms.objects.create(
        version="2", text="غرفه‌دار راست می‌گوید.", audio="terms/2.mp3", published_at=timezone.now()
    )
    page = client.get("/panel/stall/terms/").content.decode()
    assert "<audio controls" in page
    assert "غرفه‌دار راست می‌گوید." in page
    assert client.post("/panel/stall/terms/agree/", {"terms": "0"}).url == "/panel/stall/terms/"
    assert stall.acceptances.count() == 0
    for _twice in range(2):
        client.post("/panel/stall/terms/agree/", {"terms": terms.pk})
    accepted = stall.acceptances.get()
    assert (accepted.terms, accepted.user) == (terms, keeper)
    assert "شما در" in client.get("/panel/stall/terms/").content.decode()
    Terms.objects.create(version="3", text="تازه", published_at=timezone.now())
    assert "شرایط فروش عوض شده است" in client.get("/panel/").content.decode()


def test_a_holiday_from_the_panel_and_back_again(client, stall):
    a_product(stall, "پیراهن", slug="dress")
    page = client.get("/panel/stall/holiday/")
    [day, *_more] = [value for value, _label in page.context["form"].fields["until"].choices]
    client.post("/panel/stall/holiday/", {"until": day, "note": "عید"})
    stall.refresh_from_db()
    assert (stall.state, stall.holiday_until.isoformat(), stall.holiday_note) == (
        "on_holiday",
        day,
        "عید",
    )
    assert client.get("/p/dress/").url == f"/s/{stall.slug}/"
    assert "پیراهن" not in client.get("/").content.decode()
    assert "/p/dress/" not in client.get("/sitemap.xml").content.decode()
    client.post("/panel/stall/holiday/over/")
    assert client.get("/p/dress/").status_code == 200
    again = client.post("/panel/stall/holiday/over/", follow=True).content.decode()
    assert "در این میان وضعیت غرفه تغییر کرده است" in again


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"until": "other", "other": "فردا"},
        {"until": "other", "other": "1400/01/01"},
        {"until": "other", "other": "1500/01/01"},
        {"until": "2020-01-01"},
    ],
)
def test_a_day_that_cannot_be_is_said_beside_the_field(client, stall, typed):
    page = client.post("/panel/stall/holiday/", typed)
    assert page.status_code == 200
    assert set(page.context["form"].errors) <= {"until", "other"}
    stall.refresh_from_db()
    assert stall.state == "open"


def on_holiday(stall, until: date) -> None:
    Stall.objects.filter(pk=stall.pk).update(
        state=Stall.State.ON_HOLIDAY, holiday_until=until, holiday_note="به سلامت"
    )


def test_the_day_of_a_holiday_is_written_as_people_write_it(client, stall):
    on_holiday(stall, date(2027, 3, 21))
    assert 'value="۱۴۰۶/۰۱/۰۱"' in client.get("/panel/stall/holiday/").content.decode()
    assert 'value="2027-03-21"' in client.get("/en/panel/stall/holiday/").content.decode()


def test_a_holiday_that_is_saved_as_it_stands_keeps_its_day(client, stall):
    until = tehran_date(timezone.now()) + timedelta(days=20)
    on_holiday(stall, until)
    page = client.get("/panel/stall/holiday/")
    assert client.post("/panel/stall/holiday/", page.context["form"].initial).status_code == 302
    stall.refresh_from_db()
    assert (stall.holiday_until, stall.holiday_note) == (until, "به سلامت")


def test_closing_asks_whether_one_is_sure(client, stall):
    assert client.post("/panel/stall/close/", {}).status_code == 200
    client.post("/panel/stall/close/", {"is_sure": "on"})
    stall.refresh_from_db()
    assert stall.state == "closed"


def test_a_paused_stall_may_say_a_word(client, stall):
    pause_stall(stall=stall, by_user=a_staff_member(), reason="گلایه‌ها", now=timezone.now())
    assert "گلایه‌ها" in client.get("/panel/").content.decode()
    for _twice in range(2):
        client.post("/panel/stall/appeal/", {"text": "<i>این درست نیست</i>"})
    assert stall.decisions.get().appeal.text == "این درست نیست"
    assert "حرف شما را کس دیگری دارد بررسی می‌کند." in client.get("/panel/stall/").content.decode()


def test_a_helper_is_added_by_number_told_and_removed(client, stall):
    typed = {"phone": "۰۹۱۲۰۰۰۰۰۷۱", "name": "نرگس", "role": "helper"}
    for _twice in range(2):
        answer = client.post("/panel/stall/people/", typed)
        assert answer.headers["Location"] == "/panel/stall/people/"
    page = client.post("/panel/stall/people/", {**typed, "role": "facilitator"})
    assert page.context["form"].errors == {"phone": ["این شماره از پیش برای غرفه کار می‌کند."]}
    helper = stall.members.get(role=Role.HELPER)
    assert (helper.user.phone, helper.user.name) == ("+989120000071", "نرگس")
    phone = type(client)()
    phone.force_login(helper.user)
    pages = ("", "money/", "money/account/", "stall/people/", "stall/done-for-you/")
    answers = [phone.get(f"/panel/{page}").status_code for page in pages]
    assert answers == [200, 404, 404, 404, 404]
    assert "حساب من" not in phone.get("/panel/").content.decode()
    [order] = a_paid_order((a_product(stall), 1))
    assert "پول این سفارش" not in phone.get(f"/panel/orders/{order.number}/").content.decode()
    assert "پول این سفارش" in client.get(f"/panel/orders/{order.number}/").content.decode()
    client.post(f"/panel/stall/people/{helper.pk}/remove/")
    assert phone.get("/panel/").status_code == 404
    texts = list(Notice.objects.order_by("pk").values_list("text", flat=True))
    assert [text.split("با همین")[0].strip() for text in texts] == [
        "بازارچه: از حالا می‌توانید برای پوشاک پرستو کار کنید.",
        "بازارچه: شما دیگر برای پوشاک پرستو کار نمی‌کنید.",
    ]


def test_the_holder_cannot_be_taken_out_nor_another_stalls_person(client, stall, neighbour):
    own, other = stall.members.get(), neighbour.members.get()
    client.post(f"/panel/stall/people/{own.pk}/remove/")
    assert client.post(f"/panel/stall/people/{other.pk}/remove/").status_code == 404
    assert StallMember.objects.count() == 2


def test_what_a_facilitator_changes_is_written_down_and_shown_to_the_holder(client, stall):
    facilitator = a_user(name="لیلا حیدری")
    a_member(stall, facilitator, role=Role.FACILITATOR)
    phone = type(client)()
    phone.force_login(facilitator)
    phone.get("/panel/stall/city/")
    assert ActedFor.objects.count() == 0
    phone.post("/panel/stall/city/", {"city": "ری"})
    act = ActedFor.objects.get()
    assert (act.stall, act.user, act.capacity, act.deed, act.subject) == (
        stall,
        facilitator,
        "facilitator",
        "panel:ask",
        "city",
    )
    page = client.get("/panel/stall/done-for-you/").content.decode()
    assert "لیلا حیدری" in page
    assert "نوشته‌های غرفه را تغییر داد" in page
    assert "در کدام شهر کار می‌کنید؟" in page
    client.post("/panel/stall/city/", {"city": "اسلامشهر"})
    assert ActedFor.objects.count() == 1


def test_nobody_decides_about_money_or_the_person_for_the_holder(client, stall):
    facilitator = a_user()
    a_member(stall, facilitator, role=Role.FACILITATOR)
    client.force_login(facilitator)
    own = ("money/cash/", "money/account/", "stall/person/", "stall/people/", "stall/close/")
    assert [client.post(f"/panel/{page}").status_code for page in own] == [404] * 5


def test_whoever_keeps_no_stall_is_shown_how_to_open_one(client):
    client.force_login(a_user())
    page = client.get("/panel/")
    assert page.status_code == 404
    assert "/panel/begin/" in page.content.decode()


def test_my_stall_costs_the_same_however_many_goods(client, stall, django_assert_max_num_queries):
    for number in range(30):
        a_product(stall, f"کالا {number}")
    for path in ("", "stall/", "stall/name/", "stall/holiday/", "stall/people/", "stall/terms/"):
        with django_assert_max_num_queries(12):
            assert client.get(f"/panel/{path}").status_code == 200
