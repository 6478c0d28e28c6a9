"""Kavenegar's wire, against a stand-in that listens on this machine: what is asked, and what each answer means."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from shop.notices.errors import NotSent
from shop.notices.kavenegar import KavenegarSender
from shop.notices.models import Notice
from shop.notices.services import deliver_notice, send_sms
from tests.makers import NOON

PHONE, KEY = "+989121234567", "4A6B6E69-secret-key"
TAKEN = {"return": {"status": 200, "message": "تایید شد"}, "entries": [{"messageid": 85463}]}


def refusal(status: int) -> dict:
    return {"return": {"status": status, "message": "نشد"}, "entries": None}


@dataclass
class Kavenegar:
    """Answers every request with `status` and `body`, after `wait` seconds, and keeps what was asked."""

    status: int = 200
    body: bytes = json.dumps(TAKEN).encode()
    wait: float = 0
    asked: list[tuple[str, dict[str, list[str]]]] = field(default_factory=list)

    def refuses(self, status: int) -> None:
        self.status, self.body = status, json.dumps(refusal(status)).encode()


@pytest.fixture
def kavenegar(settings) -> Iterator[Kavenegar]:
    stand_in = Kavenegar()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            typed = self.rfile.read(int(self.headers["Content-Length"])).decode()
            stand_in.asked.append((self.path, parse_qs(typed)))
            time.sleep(stand_in.wait)
            self.send_response(stand_in.status)
            self.send_header("Content-Length", str(len(stand_in.body)))
            self.end_headers()
            self.wfile.write(stand_in.body)

        def log_message(self, *_args: object) -> None:
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_SENDER = "shop.notices.kavenegar.KavenegarSender"
    settings.KAVENEGAR_URL = f"http://127.0.0.1:{server.server_port}"
    settings.KAVENEGAR_API_KEY = KEY
    settings.KAVENEGAR_SENDER = "10004346"
    settings.KAVENEGAR_TEMPLATE = ""
    yield stand_in
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_message_is_asked_for_as_kavenegar_wants_it(kavenegar):
    KavenegarSender().send(phone=PHONE, text="سلام")
    assert kavenegar.asked == [
        (
            f"/v1/{KEY}/sms/send.json",
            {"receptor": ["09121234567"], "message": ["سلام"], "sender": ["10004346"]},
        )
    ]


def test_without_a_line_of_ones_own_the_accounts_is_used(kavenegar, settings):
    settings.KAVENEGAR_SENDER = ""
    KavenegarSender().send(phone=PHONE, text="سلام")
    [(_path, fields)] = kavenegar.asked
    assert fields == {"receptor": ["09121234567"], "message": ["سلام"]}


def test_a_login_code_goes_by_its_template(kavenegar, settings):
    settings.KAVENEGAR_TEMPLATE = "login"
    KavenegarSender().send(phone=PHONE, text="کد شما ۱۲۳۴۵", code="12345")
    KavenegarSender().send(phone=PHONE, text="سفارش تازه")
    assert [path.rpartition(KEY)[2] for path, _fields in kavenegar.asked] == [
        "/verify/lookup.json",
        "/sms/send.json",
    ]
    assert kavenegar.asked[0][1] == {
        "receptor": ["09121234567"],
        "token": ["12345"],
        "template": ["login"],
    }


@pytest.mark.parametrize("status", [400, 403, 411, 412, 418, 500])
def test_a_refusal_is_not_sent_and_says_its_status_alone(kavenegar, caplog, status):
    """403: the key, 411: the number, 418: no credit."""
    kavenegar.refuses(status)
    with pytest.raises(NotSent) as refused:
        KavenegarSender().send(phone=PHONE, text="سلام")
    assert str(refused.value) == f"kavenegar: status {status}"
    assert KEY not in caplog.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"[]",
        b'{"return": null}',
        b'{"return": {"status": "ok"}, "entries": []}',
        json.dumps({"return": {"status": 200}, "entries": []}).encode(),
    ],
)
def test_an_answer_that_is_none_is_not_sent(kavenegar, body):
    kavenegar.body = body
    with pytest.raises(NotSent, match=r"^kavenegar: status 0$"):
        KavenegarSender().send(phone=PHONE, text="سلام")


def test_a_service_that_does_not_answer_in_time_is_not_sent(kavenegar, settings, caplog):
    settings.KAVENEGAR_TIMEOUT_SECONDS = 0.2
    kavenegar.wait = 1
    with pytest.raises(NotSent) as late:
        KavenegarSender().send(phone=PHONE, text="سلام")
    assert str(late.value) == "kavenegar: ReadTimeout"
    assert late.value.__cause__ is None
    assert KEY not in caplog.text


def test_a_service_that_is_not_there_is_not_sent(kavenegar, settings):
    settings.KAVENEGAR_URL = "http://127.0.0.1:9"
    with pytest.raises(NotSent, match=r"^kavenegar: ConnectError$"):
        KavenegarSender().send(phone=PHONE, text="سلام")


@pytest.mark.django_db
def test_a_message_waits_until_there_is_credit_again(kavenegar, caplog):
    send_sms(key="k", phone=PHONE, text="سلام", now=NOON)
    notice = Notice.objects.get()
    kavenegar.refuses(418)
    with pytest.raises(NotSent):
        deliver_notice(notice_id=notice.pk, now=NOON)
    notice.refresh_from_db()
    assert notice.state == Notice.State.FAILED
    assert "kavenegar.refuses status=418: no credit left" in caplog.text
    kavenegar.status, kavenegar.body = 200, json.dumps(TAKEN).encode()
    deliver_notice(notice_id=notice.pk, now=NOON)
    notice.refresh_from_db()
    assert (notice.state, len(kavenegar.asked)) == (Notice.State.SENT, 2)
    assert KEY not in caplog.text
