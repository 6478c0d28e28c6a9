"""Text messages: once for each key, again after a failure, and never for nothing."""

import json
from datetime import timedelta

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob

from shop.notices.errors import NotSent
from shop.notices.models import Notice
from shop.notices.services import deliver_notice, forget_old_notices, send_sms
from tests.makers import NOON

pytestmark = pytest.mark.django_db
PHONE = "+989121234567"


@pytest.fixture
def spool(settings, tmp_path):
    settings.SMS_SENDER = "shop.notices.senders.FileSender"
    settings.SMS_FILE = str(tmp_path / "out" / "sms.log")
    return tmp_path / "out" / "sms.log"


def test_the_same_key_sends_once(spool):
    assert send_sms(key="k", phone=PHONE, text="سلام", now=NOON) is True
    assert send_sms(key="k", phone=PHONE, text="سلام", now=NOON) is False
    notice = Notice.objects.get()
    assert ProcrastinateJob.objects.get().args == {"notice_id": notice.pk}
    for _ in range(2):
        deliver_notice(notice_id=notice.pk, now=NOON)
    assert [json.loads(line) for line in spool.read_text().splitlines()] == [
        {"phone": PHONE, "text": "سلام"}
    ]
    notice.refresh_from_db()
    assert (notice.state, notice.sent_at) == (Notice.State.SENT, NOON)


def test_a_message_that_did_not_leave_is_tried_again(spool, tmp_path):
    (tmp_path / "out").write_text("a file where a folder should be")
    send_sms(key="k", phone=PHONE, text="سلام", now=NOON)
    notice = Notice.objects.get()
    with pytest.raises(NotSent):
        deliver_notice(notice_id=notice.pk, now=NOON)
    notice.refresh_from_db()
    assert notice.state == Notice.State.FAILED
    (tmp_path / "out").unlink()
    deliver_notice(notice_id=notice.pk, now=NOON)
    notice.refresh_from_db()
    assert notice.state == Notice.State.SENT
    assert len(spool.read_text().splitlines()) == 1


def test_the_console_shows_one_clear_line(caplog):
    send_sms(key="k", phone=PHONE, text="کد شما ۱۲۳۴۵ است", now=NOON)
    with caplog.at_level("INFO", logger="sms"):
        deliver_notice(notice_id=Notice.objects.get().pk, now=NOON)
    assert caplog.messages == [f"SMS to {PHONE}: کد شما ۱۲۳۴۵ است"]


def test_messages_are_forgotten_after_thirty_days(spool):
    for days in (31, 29):
        send_sms(key=f"{days}", phone=PHONE, text="سلام", now=NOON - timedelta(days=days))
    assert forget_old_notices(now=NOON) == 1
    assert Notice.objects.get().key == "29"
