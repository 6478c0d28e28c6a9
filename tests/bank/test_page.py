import pytest

from tests.bank.test_idempotency import a_session

NASTY = "<script>alert(1)</script>\"'&"


@pytest.fixture
def page(sandbox_bank):
    return a_session(sandbox_bank, "key-1").json()["url"]


def test_the_page_tells_what_is_paid_in_persian(sandbox_bank, page):
    answer = sandbox_bank.http.get(page)
    assert answer.status_code == 200
    assert '<html lang="fa" dir="rtl">' in answer.text
    for words in (
        "درگاه آزمایشی — پولی جابه‌جا نمی‌شود",
        "بازارچه",
        "۴٬۴۸۶٬۰۰۰",
        "تومان",
        "۴۴٬۸۶۰٬۰۰۰ ریال",
        "۱۴۰۵-۰۷۳۱",
        "پرداخت و بستن صفحه",
        "پرداخت با پاسخ دیرهنگام",
    ):
        assert words in answer.text


def test_the_page_speaks_english_when_asked(sandbox_bank, page):
    by_address = sandbox_bank.http.get(f"{page}?lang=en").text
    by_locale = sandbox_bank.http.get(a_session(sandbox_bank, "en", locale="en").json()["url"]).text
    for text in (by_address, by_locale):
        assert '<html lang="en" dir="ltr">' in text
        assert "4,486,000" in text
        assert "no money moves" in text


def test_an_amount_that_is_no_whole_toman_is_shown_in_rial(sandbox_bank):
    text = sandbox_bank.http.get(a_session(sandbox_bank, "odd", amount="10005").json()["url"]).text
    assert "<b>۱۰٬۰۰۵</b> <span>ریال</span>" in text


def test_every_text_of_the_shop_is_escaped(sandbox_bank):
    name = "line_items[0][price_data][product_data][name]"
    session = a_session(sandbox_bank, "html", client_reference_id=NASTY, **{name: NASTY}).json()
    text = sandbox_bank.http.get(session["url"]).text
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(") == 2


def test_the_page_runs_nothing_and_posts_only_home_or_to_the_shop(sandbox_bank, page):
    answer = sandbox_bank.http.get(page)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert policy.endswith("form-action 'self' http://127.0.0.1:9")
    assert " style=" not in answer.text
    assert " on" + "click" not in answer.text


@pytest.mark.parametrize(
    ("deed", "leads_to"),
    [
        ("pay", "http://127.0.0.1:9/back?session_id={id}"),
        ("pay_late", "http://127.0.0.1:9/back?session_id={id}"),
        ("decline", "http://127.0.0.1:9/cancel"),
        ("cancel", "http://127.0.0.1:9/cancel"),
    ],
)
def test_each_button_leads_back_to_the_shop(sandbox_bank, page, deed, leads_to):
    assert sandbox_bank.press(page, deed) == leads_to.format(id=page.rsplit("/", 1)[1])


def test_paying_and_closing_stays_and_says_so(sandbox_bank, page):
    assert sandbox_bank.press(page, "pay_and_close") == page
    text = sandbox_bank.http.get(page).text
    assert "پرداخت انجام شد" in text
    assert "<form" not in text


def test_a_paid_page_can_no_longer_be_cancelled(sandbox_bank, page):
    sandbox_bank.press(page, "pay")
    assert sandbox_bank.press(page, "cancel") == page
    assert "پرداخت انجام شد" in sandbox_bank.http.get(page).text


def test_an_expired_page_says_so_kindly(sandbox_bank, page):
    session = page.rsplit("/", 1)[1]
    answer = sandbox_bank.http.post(
        f"{sandbox_bank.url}/v1/checkout/sessions/{session}/expire",
        headers={"Authorization": "Bearer sk_test_x"},
    )
    assert answer.json()["status"] == "expired"
    text = sandbox_bank.http.get(page).text
    assert "مهلت این پرداخت تمام شده است" in text
    assert 'href="http://127.0.0.1:9/cancel"' in text


def test_a_page_of_nobody_is_not_found(sandbox_bank):
    for path in ("/c/pay/cs_test_nobody", "/pg/StartPay/nobody"):
        answer = sandbox_bank.http.get(sandbox_bank.url + path)
        assert answer.status_code == 404
        assert "چنین پرداختی نداریم" in answer.text


def test_a_button_that_does_not_exist_is_refused(sandbox_bank, page):
    assert sandbox_bank.http.post(page, data={"deed": "steal"}).status_code == 400


def test_the_bare_address_tells_what_this_is(sandbox_bank):
    assert "اینجا یک بانک آزمایشی است" in sandbox_bank.http.get(sandbox_bank.url).text
