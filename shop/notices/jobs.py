"""Sending in the background."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from shop.jobs import MARKET
from shop.notices import services


@app.task(queue=MARKET, retry=RetryStrategy(max_attempts=6, exponential_wait=3))
def send_notice(notice_id: int) -> None:
    services.deliver_notice(notice_id=notice_id, now=timezone.now())


@app.periodic(cron="20 3 * * *")
@app.task(queue=MARKET, queueing_lock="forget_old_notices")
def forget_old_notices(timestamp: int) -> None:
    services.forget_old_notices(now=timezone.now())


@app.task(queue=MARKET)
def send_text(key: str, phone: str, text: str, code: str = "") -> None:
    """For those who may not import this package; otherwise call `send_sms` in the transaction."""
    services.send_sms(key=key, phone=phone, text=text, code=code, now=timezone.now())
