"""Periodic work of the confidential half; the office's worker alone knows it."""

from django.utils import timezone
from procrastinate.contrib.django import app

from shop.jobs import LIVELIHOOD
from vendors.livelihood.income import services


@app.periodic(cron="* * * * *")
@app.task(queue=LIVELIHOOD, queueing_lock="pull_income", lock="pull_income")
def pull_income(timestamp: int) -> None:
    """Each minute: what was delivered since then becomes income."""
    services.pull_income(now=timezone.now())
