"""Putting messages on their way, once each."""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from shop.jobs import defer
from shop.notices.errors import NotSent
from shop.notices.models import Notice
from shop.notices.senders import sender

logger = logging.getLogger(__name__)
# Long enough to answer "I got no message", and for a job that runs late not to send one twice.
KEPT_DAYS = 30


def send_sms(*, key: str, phone: str, text: str, now: datetime, code: str = "") -> bool:
    """Put one text message on its way; False when `key` was told before, and then nothing happens.

    Runs in the caller's transaction: the message leaves if that commits and never otherwise. `code`: the login code
    in the text, for senders that have a faster way for codes.
    """
    with transaction.atomic():
        notice, is_new = Notice.objects.get_or_create(
            key=key, defaults={"phone": phone, "text": text, "code": code, "created_at": now}
        )
        if is_new:
            defer("shop.notices.jobs.send_notice", notice_id=notice.pk)
    return is_new


def deliver_notice(*, notice_id: int, now: datetime) -> None:
    """Hand a waiting message to the sender; one that is sent is left alone.

    Raises NotSent when the sender refuses; the notice stands as failed until a later try succeeds. Should the process
    die between handing over and noting it, the next try sends a second time: better twice than never.
    """
    notice = Notice.objects.exclude(state=Notice.State.SENT).filter(pk=notice_id).first()
    if notice is None:
        return
    try:
        sender().send(phone=notice.phone, text=notice.text, code=notice.code)
    except NotSent:
        Notice.objects.filter(pk=notice_id).update(state=Notice.State.FAILED)
        logger.warning("notice.failed notice=%s", notice_id)
        raise
    Notice.objects.filter(pk=notice_id).update(state=Notice.State.SENT, sent_at=now)


def forget_old_notices(*, now: datetime) -> int:
    """Delete messages older than 30 days, with the numbers and texts in them; returns how many."""
    n_deleted, _ = Notice.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    return n_deleted
