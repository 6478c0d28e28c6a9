"""Steps of the money machine on the way of an order: in parts, ended whole, and what is sold without one."""

import uuid
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db import transaction
from django.test import override_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from shop.money import Rial
from shop.orders.errors import OrderError
from shop.orders.models import BazaarSale, StallOrder
from shop.orders.services.bazaar import SoldGoods, sell_in_person, take_back_sale
from shop.orders.services.fulfil import accept_stall_order
from shop.orders.services.say_no import (
    cancel_stall_order,
    decline_stall_order,
    return_stall_order,
)
from shop.orders.services.send import Part, send_stall_order

State = StallOrder.State
Parcels = st.integers(0, 99)


class WholeWay(RuleBasedStateMachine):
    """`held` is what the shop and its helpers must hold, counted by hand."""

    now: datetime
    held: int
    products: list[Any]
    people: list[Any]

    def a_parcel(self, place: int, *states: str) -> StallOrder | None:
        found = list(StallOrder.objects.with_lines().filter(state__in=states).order_by("pk"))
        return found[place % len(found)] if found else None

    @rule(place=Parcels, pieces=st.integers(1, 3))
    def send_a_part(self, place: int, pieces: int) -> None:
        parcel = self.a_parcel(place, State.NEW, State.ACCEPTED)
        if parcel is None:
            return
        if parcel.state == State.NEW:
            accept_stall_order(stall_order=parcel, now=self.now)
        line = min(line.pk for line in parcel.lines)
        part = Part({line: pieces}, parcel.shipments.count() + 1)
        with suppress(OrderError), transaction.atomic():
            send_stall_order(
                stall_order=parcel, carrier="", tracking_code="", now=self.now, part=part
            )

    @rule(place=Parcels)
    def send_the_rest(self, place: int) -> None:
        if parcel := self.a_parcel(place, State.ACCEPTED):
            send_stall_order(stall_order=parcel, carrier="", tracking_code="", now=self.now)

    @rule(place=Parcels, ending=st.sampled_from(["decline", "cancel", "return"]))
    def end_whole(self, place: int, ending: str) -> None:
        states = StallOrder.ARRIVED if ending == "return" else (State.NEW, State.ACCEPTED)
        if parcel := self.a_parcel(place, *states):
            with suppress(OrderError), transaction.atomic():
                if ending == "cancel":
                    cancel_stall_order(stall_order=parcel, reason="", now=self.now)
                else:
                    end = decline_stall_order if ending == "decline" else return_stall_order
                    end(stall_order=parcel, reason="", by_user_id=None, now=self.now)

    @rule(kind=st.integers(0, 2), pieces=st.integers(1, 3), rate=st.sampled_from([0, 0, 333]))
    def sell_at_a_fair(self, kind: int, pieces: int, rate: int) -> None:
        record = self.products[kind].stockrecords.get()
        with override_settings(BAZAAR_COMMISSION_BP=rate):
            sale = sell_in_person(
                sale_id=uuid.uuid4(),
                partner_id=record.partner_id,
                goods=[SoldGoods(record, "", pieces, Rial(777_779))],
                note="",
                by_user_id=self.people[0].pk,
                now=self.now,
            )
        self.held += sale.total

    @rule(place=Parcels)
    def take_a_sale_back(self, place: int) -> None:
        sales = list(BazaarSale.objects.order_by("pk"))
        if sales:
            sale = sales[place % len(sales)]
            with suppress(OrderError):
                self.held -= sale.total if take_back_sale(sale=sale, now=self.now) else 0
