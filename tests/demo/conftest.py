"""The demo is loaded once for a file (and day), and taken back when the file is done.

Its pictures go to the usual media folder: keys come from the content, so they are drawn once.
"""

from collections.abc import Iterator
from datetime import date

import pytest
from django.core.management import call_command
from django.db import transaction

MID_YEAR, FIFTH_DAY, FIRST_DAY = date(2026, 11, 25), date(2027, 3, 25), date(2027, 3, 21)


def load(today: date) -> None:
    call_command("load_demo", "--today", today.isoformat(), verbosity=0)


@pytest.fixture(scope="module")
def demo_on(request, django_db_setup, django_db_blocker) -> Iterator[date]:
    """The demo as loaded on a day; mid-year when the test names none."""
    today = getattr(request, "param", MID_YEAR)
    with django_db_blocker.unblock(), transaction.atomic(), transaction.atomic(using="livelihood"):
        load(today)
        yield today
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="livelihood")
