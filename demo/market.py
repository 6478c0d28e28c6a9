"""The public half of the demo, written in one transaction: all of it stands, or nothing."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from demo import files
from demo.catalogue import (
    write_categories,
    write_category_classes,
    write_product_classes,
)
from demo.days import Calendar, moment
from demo.orders import write_orders
from demo.payouts import write_payouts
from demo.people import carer, settlers, write_people, write_terms
from demo.pictures import store_pictures
from demo.rates import write_rates
from demo.sales import decide_sales
from demo.stalls import Ground, opening_days, write_stall
from demo.voices import write_voices
from shop.jobs import publish
from shop.orders.events import ProductsChanged
from shop.orders.models import CommissionRule, PickupPoint
from vendors.stalls.models import Listing, Stall, StallMember


def load_market(*, today: date) -> bool:
    """Write the shop's demo; False, and nothing is touched, when its stalls stand already."""
    rows = files.read("stalls")["stalls"]
    # First: a demo of an earlier version has pictures of fewer sizes.
    pictures = store_pictures()
    if Stall.objects.filter(slug__in=[row["key"] for row in rows]).exists():
        return False
    catalogue, calendar = files.read("catalogue"), Calendar(today)
    with transaction.atomic():
        ground = Ground(
            catalogue=catalogue,
            categories=write_categories(catalogue["categories"]),
            classes=write_product_classes(catalogue["product_classes"]),
            pictures=pictures,
            pickup_point=PickupPoint.objects.create(**catalogue["pickup_point"]),
            calendar=calendar,
        )
        write_category_classes(rows, ground.categories, ground.classes)
        days = opening_days(len(rows), calendar)
        stalls = {
            row["key"]: write_stall(row, opened_on=day, ground=ground)
            for row, day in zip(rows, days, strict=True)
        }
        people = files.read("people")
        write_people(people, stalls)
        write_terms(people["terms"], at=moment(calendar.this_year[0], 9))
        CommissionRule.objects.create(
            commission_bp=catalogue["commission_bp"],
            valid_from=calendar.this_year[0],
            by_user=settlers(people)[0],
            created_at=moment(calendar.this_year[0], 9),
        )
        _write_sales(rows, stalls, today)
        write_rates(files.read("rates")["rates"], entered_by=settlers(people)[0], today=today)
        write_payouts(
            list(stalls.values()),
            settlers=settlers(people),
            why_one_came_back=people["why_one_payout_came_back"],
            today=today,
        )
        # Nothing of the demo happens on the day it is loaded.
        write_voices(now=moment(today - timedelta(days=1), 21), reader=carer(people))
        publish(ProductsChanged(sorted(Listing.objects.values_list("product_id", flat=True))))
    return True


def _write_sales(
    rows: Sequence[Mapping[str, Any]], stalls: Mapping[str, Stall], today: date
) -> None:
    buyers = files.read("buyers")
    owners = StallMember.objects.filter(role=StallMember.Role.OWNER)
    kept = set(owners.values_list("stall_id", flat=True))
    sales = [
        sale
        for row in rows
        for sale in decide_sales(
            row,
            stall=stalls[row["key"]],
            buyers=buyers,
            has_keeper=stalls[row["key"]].pk in kept,
            today=today,
        )
    ]
    write_orders(sales, buyers=buyers)
