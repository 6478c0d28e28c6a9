"""Two exchange rates, so that the desk's page has some. The demo's bank takes rial, so nobody is charged by them."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from demo.days import moment
from shop.accounts.models import User
from shop.money import RIALS_IN_TOMAN
from shop.payments.models import ExchangeRate


def write_rates(rows: Sequence[Mapping[str, Any]], *, entered_by: User, today: date) -> None:
    ExchangeRate.objects.bulk_create(
        ExchangeRate(
            currency=row["currency"],
            rial_per_unit=row["toman"] * RIALS_IN_TOMAN,
            as_of=moment(today - timedelta(days=row["days_ago"]), 0),
            source=row["source"],
            entered_by=entered_by,
        )
        for row in rows
    )
