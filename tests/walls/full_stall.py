"""A stall with something of everything that a panel shows, each text of it known by its own word."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.utils import timezone
from oscar.apps.catalogue.models import Product
from oscar.apps.order.models import Line, Order
from stdnum import iban

from shop.accounts.models import User
from shop.money import Rial
from shop.orders.models import BazaarSale, Message, ShippingZone, StallOrder
from shop.orders.services.fulfil import accept_stall_order, deliver_stall_order
from shop.orders.services.send import send_stall_order
from tests.makers import (
    BUYER,
    a_member,
    a_paid_order,
    a_product,
    a_product_with_variants,
    a_stall,
    a_user,
)
from tests.vendors.settlements.makers import an_account
from vendors.stalls.models import Listing, Photo, Question, Review, Sheet, Stall, StallMember
from vendors.stalls.models.reviews import Shown


@dataclass
class FullStall:
    stall: Stall
    keeper: User
    helper: User
    product: Product
    parent: Product
    draft: Product
    orders: list[StallOrder]
    photo: Photo
    message: Message
    review: Review
    question: Question
    sale: BazaarSale
    sheet: Sheet
    public: list[str] = field(default_factory=list)  # what anybody may read in the shop
    private: list[str] = field(
        default_factory=list
    )  # what nobody but its own people and its buyers may

    def roots(self) -> list[Any]:
        """The rows by which another row is known to be this stall's: it points to one of them."""
        products = [self.product, self.parent, self.draft, *self.parent.children.all()]
        orders = [order.order for order in self.orders]
        return [self.stall, self.stall.partner, self.keeper, self.helper, *products, *orders]

    def ids(self) -> dict[str, list[str]]:
        """What names rows of this stall in addresses and bodies: keys, numbers, uuids and slugs."""
        rows: list[Any] = [self.stall, self.stall.partner, self.product, self.parent, self.draft]
        rows += [self.product.listing, self.draft.listing, self.photo, self.message]
        rows += [self.sheet, self.review, self.question, self.keeper, self.helper, *self.orders[:2]]
        rows += [*self.parent.children.all()[:1], *self.stall.partner.stockrecords.all()[:2]]
        rows += list(Line.objects.filter(partner=self.stall.partner)[:2])
        rows += [*self.stall.members.all()[:1], *self.stall.payout_accounts.all()[:1]]
        return {
            "key": sorted({str(row.pk) for row in rows}),
            "number": [str(order.number) for order in self.orders[:2]],
            "uuid": [str(self.stall.public_id), str(self.sale.pk)],
            "slug": [self.stall.slug, self.product.slug],
        }


def a_full_stall(word: str, *, phone: str) -> FullStall:
    """Every text in it holds `word`; `phone` are six digits that its people's numbers begin with."""
    now = timezone.now()
    keeper = a_user(name=f"نگه‌دار {word}", phone=f"+98{phone}0001")
    helper = a_user(name=f"همکار {word}", phone=f"+98{phone}0002")
    stall = a_stall(f"غرفهٔ {word}", keeper=keeper, tagline=f"شعار {word}")
    a_member(stall, helper, role=StallMember.Role.HELPER)
    product = a_product(stall, f"کالای {word}", stock=90)
    parent = a_product_with_variants(stall, f"پیراهن {word}", variants={f"اندازهٔ {word}": 90})
    draft = a_product(stall, f"پیش‌نویس {word}", is_public=False)
    Listing.objects.filter(product=draft).update(state=Listing.State.DRAFT)
    photo = Photo.objects.create(listing=product.listing, key=f"photo-{stall.slug}")
    buyer = replace(
        BUYER,
        name=f"خریدار {word}",
        phone=f"+98{phone}0003",
        address=f"کوچهٔ {word}، پلاک ۷",
        postcode="7" + phone[1:] + "888",
    )
    orders = _orders(product, parent, buyer=buyer)
    sheba = a_sheba(phone)
    an_account(stall, number=sheba, now=datetime(2026, 1, 1, tzinfo=UTC))
    message = Message.objects.create(stall_order=orders[0], text=f"پیام {word}", at=now)
    arrived_line = Line.objects.get(order=orders[-1].order)
    review = Review.objects.create(
        listing=product.listing,
        order_line=arrived_line,
        stars=4,
        text=f"نظر {word}",
        created_at=now,
    )
    Review.objects.create(
        listing=parent.listing,
        order_line=Line.objects.get(order=orders[2].order, product__parent=parent),
        stars=5,
        text=f"ستایش {word}",
        state=Shown.SHOWN,
        created_at=now,
    )
    ShippingZone.objects.create(
        rate=stall.partner.shipping_rates.get(), name=f"نزدیک {word}", provinces=["البرز"]
    )
    question = Question.objects.create(
        listing=product.listing, text=f"پرسش {word}", phone=f"+98{phone}0004", created_at=now
    )
    sale = BazaarSale.objects.create(
        partner=stall.partner,
        total=Rial(500_000),
        commission=Rial(0),
        note=f"بازار {word}",
        by_user=keeper,
        sold_on=now.date(),
        created_at=now,
    )
    sheet = Sheet.objects.create(
        stall=stall, rows=[[2, {"title": f"جدول {word}"}]], by_user=keeper, created_at=now
    )
    numbers = [order.number for order in orders]
    return FullStall(
        *(stall, keeper, helper, product, parent, draft, orders),
        *(photo, message, review, question, sale, sheet),
        public=[stall.name, f"ستایش {word}", f"کالای {word}", f"پیراهن {word}", f"شعار {word}"],
        private=[
            *(f"{kind} {word}" for kind in ("نگه‌دار", "همکار", "خریدار", "پیش‌نویس", "پیام")),
            *(f"{kind} {word}" for kind in ("نظر", "پرسش", "بازار", "جدول", "کوچهٔ", "نزدیک")),
            *(f"{phone[1:]}000{n}" for n in range(1, 5)),
            *(sheba, sheba[4:], _in_persian(sheba[4:])),
            *numbers,
            *(_in_persian(number) for number in numbers),
            *(_in_persian(f"{phone[1:]}000{n}") for n in range(1, 5)),
        ],
    )


def _orders(product: Product, parent: Product, *, buyer: Any) -> list[StallOrder]:
    """One in each state that goods pass: new, accepted, sent, delivered."""
    orders = []
    for steps in range(4):
        now = timezone.now() - timedelta(days=2)
        contents = [(product, 2)] if steps == 3 else [(product, 2), (parent.children.get(), 1)]
        [order] = a_paid_order(*contents, buyer=buyer, now=now)
        if steps > 0:
            accept_stall_order(stall_order=order, now=now)
        if steps > 1:
            send_stall_order(stall_order=order, carrier="پست", tracking_code="", now=now)
        if steps > 2:
            deliver_stall_order(stall_order=order, now=now)
        order.refresh_from_db()
        orders.append(order)
    return orders


def a_mixed_order(first: FullStall, second: FullStall) -> Order:
    """One order with goods of both stalls, of a buyer of its own."""
    buyer = replace(BUYER, name="مشتری هر دو", phone="+989350000009")
    orders = a_paid_order(
        (first.product, 1), (second.product, 1), buyer=buyer, now=timezone.now() - timedelta(days=1)
    )
    return orders[0].order


def a_sheba(digits: str) -> str:
    """An account number whose check digits are right."""
    account = f"0170000000{digits.zfill(12)}"
    return f"IR{iban.calc_check_digits(f'IR00{account}')}{account}"


def _in_persian(text: str) -> str:
    return text.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
