"""Every address of a door, filled in with rows of one stall, and the people who knock."""

import copy
import re
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.db import connections, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from oscar.apps.catalogue.models import AttributeOptionGroup, Option

from shop.accounts.models import User
from shop.jalali import TEHRAN, Month, tehran_date
from shop.money import Rial
from shop.orders.links import order_token, payment_token
from shop.orders.models import Dispute, PickupPoint, Refund, ShippingZone
from shop.orders.services.bazaar import SoldGoods, sell_in_person
from shop.payments.models import PaymentAttempt
from tests.makers import (
    a_category,
    a_member,
    a_paid_order,
    a_product,
    a_review,
    a_shown_question,
    a_staff_member,
    a_stall,
    a_user,
    log_in_at_office,
)
from tests.vendors.livelihood.makers import a_district, a_person, plan_types
from tests.vendors.settlements.makers import an_account, an_earned_order
from vendors.livelihood.bridge import link_stall
from vendors.livelihood.plans.services import start_plan
from vendors.livelihood.staff.models import Officer
from vendors.settlements.access import let_settle
from vendors.settlements.models import PayoutBatch, Rail
from vendors.settlements.services.approve import approve_settlement
from vendors.settlements.services.payout import release_batch
from vendors.settlements.services.prepare import prepare_settlements
from vendors.stalls.access import let_look_after
from vendors.stalls.links import listing_token
from vendors.stalls.models import (
    Appeal,
    ListingChange,
    Photo,
    Report,
    Sheet,
    StallDecision,
    StallMember,
)
from vendors.stalls.services.errands import begin_errand

# A statement that changes nothing; what calls a function may.
READING = re.compile(
    r"\s*SELECT (?!.*\b(?:procrastinate_|nextval|setval))", re.IGNORECASE | re.DOTALL
)
STOREFRONT, OFFICE = "shop.urls.storefront", "shop.urls.office"


@dataclass(frozen=True)
class Address:
    """One route by its full name, with a path that leads to a row of stall A."""

    name: str
    path: str


@contextmanager
def undone(client: Client) -> Iterator[None]:
    """What is asked in here leaves neither a row nor a cookie."""
    cookies = copy.deepcopy(client.cookies)
    with transaction.atomic(), transaction.atomic(using="livelihood"):
        yield
        transaction.set_rollback(True)
        transaction.set_rollback(True, using="livelihood")
    client.cookies = cookies


class _FirstChange:
    """Sets a point to go back to before the first statement of a visit that is more than reading."""

    def __init__(self, alias: str) -> None:
        self.connection = connections[alias]
        self.point: str | None = None

    def __call__(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if self.point is None and not (isinstance(sql, str) and READING.match(sql)):
            self.point = ""  # its own statement passes here too
            self.point = self.connection.savepoint()
        return execute(sql, params, many, context)


@contextmanager
def undone_if_changed(client: Client) -> Iterator[None]:
    """As `undone`, and free where nothing was changed; a statement that the database refuses spoils what follows."""
    cookies = copy.deepcopy(client.cookies)
    changes = [_FirstChange(alias) for alias in ("default", "livelihood")]
    with ExitStack() as watched:
        for change in changes:
            watched.enter_context(change.connection.execute_wrapper(change))
        yield
    for change in changes:
        if change.point:
            change.connection.savepoint_rollback(change.point)
    client.cookies = cookies


def addresses_of(door: str, rows: "Rows") -> list[Address]:
    return [
        Address(name, "/" + rows.fill(name, route))
        for name, route in _routes(get_resolver(door), "", "")
    ]


def _routes(resolver: URLResolver, route: str, space: str) -> Iterator[tuple[str, str]]:
    for pattern in resolver.url_patterns:
        whole = route + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            inner = f"{space}{pattern.namespace}:" if pattern.namespace else space
            yield from _routes(pattern, whole, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{space}{pattern.name or 'media'}", whole


class Rows:
    """Stall A with a paid order, its neighbour B, a plan: what the addresses lead to."""

    def __init__(self) -> None:
        self.keeper, self.neighbour = a_user(name="نگه‌دار"), a_user(name="همسایه")
        self.stall = a_stall("غرفهٔ الف", keeper=self.keeper)
        other = a_stall("غرفهٔ ب", keeper=self.neighbour)
        self.category = a_category("خوراکی")
        self.product = a_product(self.stall, "کالای الف", category=self.category, stock=50)
        self.record = self.product.stockrecords.get()
        self.photo = Photo.objects.create(listing=self.product.listing, key="photo")
        self.sheet = Sheet.objects.create(
            stall=self.stall,
            rows=[[2, {"title": "کالای تازه"}]],
            by_user=self.keeper,
            created_at=timezone.now(),
        )
        self.change = ListingChange.objects.create(
            listing=self.product.listing,
            changes={"title": "نام تازه"},
            by_user=self.keeper,
            created_at=timezone.now(),
        )
        [self.stall_order] = a_paid_order((self.product, 1))
        a_paid_order((a_product(other, "کالای ب"), 1))
        self.facilitator, self.helper = a_user(name="تسهیلگر"), a_user(name="همکار")
        self.shopper = a_user(name="خریدار")
        a_member(self.stall, self.helper, role=StallMember.Role.HELPER)
        for stall in (self.stall, other):
            a_member(stall, self.facilitator, role=StallMember.Role.FACILITATOR)
        self.own_facilitator = a_user(name="تسهیلگر الف")
        a_member(self.stall, self.own_facilitator, role=StallMember.Role.FACILITATOR)
        self.zone = ShippingZone.objects.create(
            rate=self.stall.partner.shipping_rates.get(), name="نزدیک", provinces=["البرز"]
        )
        self.point = PickupPoint.objects.create(
            name="دفتر", city="شهر", address="خیابان", hours="۹ تا ۱۷"
        )
        self.group = AttributeOptionGroup.objects.create(name="اندازه")
        self.option = Option.objects.create(name="نوشته")
        self.review = a_review(self.product)
        self.question = a_shown_question(self.product)
        self.report = Report.objects.create(
            review=self.review, reason="نه", created_at=timezone.now()
        )
        self.plan = start_plan(
            person=a_person(name="گل‌نساء"),
            plan_type=plan_types()["hedayat"],
            title="طرح نمونه",
            started_on=date(2025, 1, 1),
        )
        link_stall(stall_id=self.stall.public_id, plan=self.plan, valid_from=date(2025, 1, 1))
        self.month = Month.of(tehran_date(timezone.now())).previous()
        self.sale = sell_in_person(
            sale_id=uuid.uuid4(),
            partner_id=self.stall.partner_id,
            goods=[SoldGoods(self.record, "کالای الف", 1, Rial(1_000))],
            note="",
            by_user_id=self.keeper.pk,
            now=timezone.now(),
        )
        self.batch = self._paid_out()
        attempt = PaymentAttempt.objects.get(order=self.stall_order.order)
        amounts = {"amount": Rial(1_000), "charge_amount": 1_000}
        self.refund = Refund.objects.create(
            attempt=attempt, state=Refund.State.BY_HAND, created_at=timezone.now(), **amounts
        )
        self.dispute = Dispute.objects.create(
            attempt=attempt,
            gateway_id="dp_1",
            state=Dispute.State.WON,
            opened_at=timezone.now(),
            **amounts,
        )

        # Stall A was paused once, and its holder has said something to that.
        pause = StallDecision.objects.create(
            stall=self.stall, to_state="paused", by_user=a_staff_member(), at=timezone.now()
        )
        self.appeal = Appeal.objects.create(
            decision=pause, text="اشتباه است", by_user=self.keeper, at=timezone.now()
        )

    def _paid_out(self) -> PayoutBatch:
        """Stall A's statement of last month, approved and sent to the bank."""
        early = datetime.combine(self.month.start + timedelta(days=1), time(12), TEHRAN)
        an_account(self.stall, now=early)
        an_earned_order(self.stall, on=early)
        now = timezone.now()
        [draft] = prepare_settlements(month=self.month, by_user_id=None, now=now)
        approver, releaser = a_staff_member(), a_staff_member()
        approve_settlement(settlement=draft, by_user_id=approver.pk, now=now)
        return release_batch(rail=Rail.IBAN, by_user_id=releaser.pk, now=now)

    def fill(self, name: str, route: str) -> str:
        order = self.stall_order.order
        values: dict[str, Any] = {
            "year": self.month.year,
            "month": self.month.month,
            "record_id": self.record.pk,
            "product_id": self.product.pk,
            "line_id": self.review.order_line_id if name == "write_review" else 1,
            "review_id": self.review.pk,
            "question_id": self.question.pk,
            "report_id": self.report.pk,
            "number": order.number if name.startswith("dashboard:") else self.stall_order.number,
            "token": self._token_of(name),
            "variant_id": self.product.pk,
            "slug": self._slug_of(name),
            "photo_id": self.photo.pk,
            "sheet_id": self.sheet.pk,
            "listing_id": self.product.listing.pk,
            "change_id": self.change.pk,
            "category_id": self.category.pk,
            "rail": Rail.IBAN,
            "kind": "csv",
            "decision": "approve",
            "batch_id": self.batch.pk,
            "payout_id": self.batch.payouts.get().pk,
            "account_id": self.stall.payout_accounts.get().pk,
            "refund_id": self.refund.pk,
            "dispute_id": self.dispute.pk,
            "ending": "won",
            "voucher_id": 1,
            "sale_id": self.sale.pk,
            "rule_id": 1,
            "point_id": self.point.pk,
            "method": self.zone.rate.method,
            "zone_id": self.zone.pk,
            "question": "name",
            "member_id": self.stall.members.get(user=self.facilitator).pk,
            "which": "open",
            "step": "pause",
            "appeal_id": self.appeal.pk,
            "plan_id": self.plan.pk,
            "product_slug": self.product.slug,
            "category_slug": self.category.slug,
            "product_class_slug": self.product.product_class.slug,
            "parent_pk": self.product.pk,
            "parent": self.category.pk,
            "path": "nothing.webp",
            "pk": self._key_of(name),
        }
        plain = re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).replace("^", "").replace("$", "")
        return re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values[found[1]]), plain)

    def _slug_of(self, name: str) -> str:
        if name in {"product", "ask", "reviews", "questions"} or name.startswith("report_"):
            return str(self.product.slug)
        return str(self.category.slug) if name == "category" else self.stall.slug

    def _token_of(self, name: str) -> str:
        order = self.stall_order.order
        if name == "pay_return":
            return payment_token(PaymentAttempt.objects.get(order=order).pk)
        if name == "confirm_listing":
            return listing_token(listing_id=self.product.listing.pk, user_id=self.keeper.pk)
        is_review = name == "write_review"
        return order_token(self.review.order_line.order.number if is_review else order.number)

    def _key_of(self, name: str) -> Any:
        for word, row in (
            ("attribute-option-group", self.group),
            ("option", self.option),
            ("category", self.category),
            ("class", self.product.product_class),
        ):
            if word in name:
                return row.pk
        return self.product.pk

    def storefront_people(self) -> dict[str, Client]:
        people = {
            "keeper": self.keeper,
            "neighbour": self.neighbour,
            "facilitator": self.facilitator,
            "person": self.shopper,
            "staff": a_staff_member(),
            "helper": self.helper,
            "facilitator of A": self.own_facilitator,
            "carer": a_staff_member(),
            "finance": a_staff_member(),
            "admin": a_staff_member(is_superuser=True),
        }
        let_look_after(people["carer"])
        let_settle(people["finance"])
        clients = {"stranger": _client()}
        for name, user in people.items():
            clients[name] = _client()
            clients[name].force_login(user)
        return clients

    def office_people(self) -> dict[str, Client]:
        district = a_district()
        worker, head = a_staff_member(), a_staff_member()
        Officer.objects.create(user_id=head.pk, district=district, role=Officer.Role.DISTRICT_HEAD)
        Officer.objects.create(user_id=worker.pk, district=district, role=Officer.Role.CASE_WORKER)
        one_factor = a_staff_member()
        people = {"keeper": self.keeper, "desk": a_staff_member(), "worker": worker, "head": head}
        for name in ("finance", "carer", "errand"):
            people[name] = a_staff_member()
        people["admin"] = a_staff_member(is_superuser=True)
        let_settle(people["finance"])
        for name in ("carer", "errand"):
            let_look_after(people[name])
        # At work in stall A, whose panel is found behind this door.
        begin_errand(stall=self.stall, user=people["errand"], reason="کمک", now=timezone.now())
        people |= {"person at office": self.shopper, "neighbour at office": self.neighbour}
        clients = {"stranger": _client(), "one factor": _client()}
        clients["one factor"].force_login(one_factor)
        for name, user in people.items():
            clients[name] = _client()
            log_in_at_office(clients[name], user)
        return clients

    def head_with_every_right(self) -> Client:
        """The head of the district, who may do everything at the desk too: for walks over all pages of the office."""
        head = self.office_people()["head"]
        User.objects.filter(pk=head.session[SESSION_KEY]).update(is_superuser=True)
        return head


def _client() -> Client:
    return Client(raise_request_exception=False)
