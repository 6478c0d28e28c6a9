"""What a stall says of its goods. In a stall whose goods are looked at first, new words for goods that are in the shop
wait beside the old ones; price and count never wait."""

import hashlib
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.db import IntegrityError, transaction
from oscar.apps.catalogue.models import (
    Category,
    Product,
    ProductAttribute,
    ProductAttributeValue,
    ProductClass,
)
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from shop.orders.models import Fulfilment
from shop.storefront.cards import short_title
from vendors.stalls.errors import CategoryGone, CodeTaken
from vendors.stalls.events import PhotosGone
from vendors.stalls.models import Listing, ListingChange, Stall
from vendors.stalls.queries.words import ASKED, Words, class_of, open_categories, words_of
from vendors.stalls.services.goods import PROMISED, begin_counting, change_price
from vendors.stalls.services.listing_news import (
    facilitated,
    tell_holder_of_change,
    tell_stall,
)
from vendors.stalls.services.listing_states import WITH_STALL
from vendors.stalls.services.second_looks import SHOWN_BEFORE

logger = logging.getLogger(__name__)
State = Listing.State
COMMA: Final = "\u060c "


@dataclass(frozen=True, kw_only=True)
class Offer:
    """How goods are sold; None leaves as it is what a draft does not say yet."""

    price: Rial | None
    count: int | None
    made_days: int | None  # None: from stock
    weight_g: int | None


def start_listing(*, stall: Stall, key: str, by_user: User) -> Listing:
    """An empty draft. The same key of the same form finds the draft that was started before."""
    address = _address(stall, key)
    with transaction.atomic():
        # Held, so that two presses at once start one draft.
        Stall.objects.select_for_update().get(pk=stall.pk)
        before = stall.listings.filter(product__slug=address).select_related("product").first()
        if before is not None:
            return before
        product = Product.objects.create(
            title="", slug=address, product_class=plain_kind(), is_public=False
        )
        Fulfilment.objects.create(product=product)
        StockRecord.objects.create(
            product=product, partner_id=stall.partner_id, partner_sku=address
        )
        listing = Listing.objects.create(
            product=product, stall=stall, state=State.DRAFT, entered_by=by_user
        )
    logger.info("listing.started listing=%s", listing.pk)
    return listing


def _address(stall: Stall, key: str) -> str:
    """Neutral, and of this stall alone: a key cannot be chosen so that it meets another's goods."""
    return hashlib.sha256(f"{stall.public_id}:{key}".encode()).hexdigest()[:10]


def plain_kind() -> ProductClass:
    """The kind of goods of which nothing more is asked."""
    kind, _is_new = ProductClass.objects.get_or_create(slug="goods", defaults={"name": "goods"})
    return kind


def write_offer(*, listing: Listing, offer: Offer, by_user: User, now: datetime) -> None:
    """Price, count, days to make and weight, at once in whatever state the goods are. Raises StockBelowPromised."""
    with transaction.atomic():
        record = StockRecord.objects.filter(product_id=listing.product_id).first()
        if record is not None:
            _write_record(record, offer, by_user, now)
        else:  # goods with sizes have price and count on each
            _count_sizes(listing, is_counted=offer.made_days is None, now=now)
        weight = {} if offer.weight_g is None else {"weight_g": offer.weight_g}
        Fulfilment.objects.update_or_create(
            product_id=listing.product_id, defaults={"made_days": offer.made_days, **weight}
        )
        publish(ProductsChanged([listing.product_id]))


def _write_record(record: StockRecord, offer: Offer, by_user: User, now: datetime) -> None:
    if offer.price is not None:
        change_price(record=record, price=offer.price, by_user=by_user, now=now)
    if offer.made_days is not None:  # what open orders hold of it stays held until they are sent
        StockRecord.objects.filter(pk=record.pk).update(num_in_stock=None, date_updated=now)
    elif offer.count is not None:
        begin_counting(record=record, count=offer.count, now=now)


def _count_sizes(listing: Listing, *, is_counted: bool, now: datetime) -> None:
    """Every size is counted or made to order, as its goods are.

    One that begins to be counted has no more than what is sold and still with the stall, until its count is written.
    """
    StockRecord.objects.filter(
        product__parent_id=listing.product_id,
        product__is_public=True,
        num_in_stock__isnull=is_counted,
    ).update(num_in_stock=PROMISED if is_counted else None, date_updated=now)


def write_words(*, listing: Listing, words: Words, by_user: User, now: datetime) -> bool:
    """Say something else of goods; `words` holds the fields that are said, in the shape of `words_of`.

    False: it waits to be looked at, and what shoppers see stays. Raises CategoryGone.
    """
    category = words.get("category")
    if category is not None and not open_categories().filter(pk=category).exists():
        raise CategoryGone
    with transaction.atomic():
        stall = Stall.objects.get(pk=listing.stall_id)
        state = (
            Listing.objects.select_for_update().values_list("state", flat=True).get(pk=listing.pk)
        )
        told = facilitated(listing.product_id, by_user)
        if told is not None and _differs(listing, words):
            tell_holder_of_change(told, by_user=by_user, now=now)
        if state in SHOWN_BEFORE and stall.trust != Stall.Trust.TRUSTED:
            return not _propose(listing, words, by_user, now)
        apply_words(listing=listing, words={**_no_longer_waiting(listing), **words})
    return True


def _differs(listing: Listing, words: Words) -> bool:
    """Whether these words say anything that is neither shown nor proposed already."""
    waiting = listing.changes.filter(state=ListingChange.State.WAITING).first()
    said = {**words_of(listing), **(waiting.changes if waiting else {})}
    return any(said[name] != value for name, value in words.items())


def _no_longer_waiting(listing: Listing) -> Words:
    """Words that waited beside those in the shop, when new ones need not: goods were taken down, or a stall trusted."""
    waiting = listing.changes.filter(state=ListingChange.State.WAITING).first()
    if waiting is None:
        return {}
    listing.changes.filter(pk=waiting.pk).update(state=ListingChange.State.REPLACED)
    words: Words = waiting.changes
    if not open_categories().filter(pk=words.get("category")).exists():
        words.pop("category", None)
    return words


def _propose(listing: Listing, words: Words, by_user: User, now: datetime) -> bool:
    """Put new words beside the old ones, on top of what waits already; False when nothing differs."""
    shown = words_of(listing)
    waiting = listing.changes.filter(state=ListingChange.State.WAITING).first()
    wanted = {**shown, **(waiting.changes if waiting else {}), **words}
    differing = {name: value for name, value in wanted.items() if value != shown[name]}
    if waiting is not None:
        if waiting.changes == differing:
            return True
        listing.changes.filter(pk=waiting.pk).update(state=ListingChange.State.REPLACED)
    if differing:
        ListingChange.objects.create(
            listing=listing, changes=differing, by_user=by_user, created_at=now
        )
        logger.info("listing.change_proposed listing=%s", listing.pk)
    return bool(differing)


def apply_words(*, listing: Listing, words: Words) -> None:
    """Write these words of goods, and tell the readers of ProductsChanged. In the caller's transaction.

    Another category may be of another kind: what only the old kind knows is forgotten.
    """
    product = listing.product
    before = product.title
    for field in ("title", "description"):
        if field in words:
            setattr(product, field, words[field])
    if words.get("category") is not None:
        category = Category.objects.get(pk=words["category"])
        product.categories.set([category])
        product.product_class = class_of(category) or plain_kind()
        known = product.product_class.attributes.all()
        product.attribute_values.exclude(attribute__in=known).delete()
    Product.objects.filter(pk=product.pk).update(
        title=product.title,
        description=product.description,
        product_class=product.product_class,
    )
    if product.title != before:
        _rename_variants(product, before)
    if "attributes" in words:
        _write_attributes(product, words["attributes"])
    publish(ProductsChanged([product.pk]))


def _rename_variants(product: Product, before: str) -> None:
    """A variant's title is whole by itself, so it begins with the product's."""
    for child in product.children.all():
        name = short_title(child.title, before)
        Product.objects.filter(pk=child.pk).update(title=f"{product.title}{COMMA}{name}")


def _write_attributes(product: Product, values: dict[str, Any]) -> None:
    """What is not among the values is said no more."""
    for attribute in product.product_class.attributes.filter(type__in=ASKED):
        value = values.get(attribute.code)
        rows = ProductAttributeValue.objects.filter(product=product, attribute=attribute)
        if value in (None, ""):
            rows.delete()
            continue
        is_option = attribute.type == ProductAttribute.OPTION
        field = "value_option_id" if is_option else f"value_{attribute.type}"
        if not rows.update(**{field: value}):
            ProductAttributeValue.objects.create(
                product=product, attribute=attribute, **{field: value}
            )


def write_goods(
    *, listing: Listing, offer: Offer, words: Words, by_user: User, now: datetime
) -> None:
    """How goods are sold and what is said of them: both or neither. Raises StockBelowPromised and CategoryGone."""
    with transaction.atomic():
        write_offer(listing=listing, offer=offer, by_user=by_user, now=now)
        write_words(listing=listing, words=words, by_user=by_user, now=now)


def write_conditions(
    *, listing: Listing, unit: str, returnable: str, code: str, now: datetime
) -> None:
    """By which piece goods are sold, whether they come back, and the stall's own code for them. Raises CodeTaken."""
    with transaction.atomic():
        Listing.objects.filter(pk=listing.pk).update(unit=unit, returnable=returnable)
        if code:
            give_code(product_id=listing.product_id, code=code, now=now)
        publish(ProductsChanged([listing.product_id]))


def give_code(*, product_id: int, code: str, now: datetime) -> None:
    """Another code of the stall's own for what has one price. Raises CodeTaken."""
    try:
        with transaction.atomic():
            StockRecord.objects.filter(product_id=product_id).exclude(partner_sku=code).update(
                partner_sku=code, date_updated=now
            )
    except IntegrityError as error:
        raise CodeTaken from error


def decide_change(
    *, change: ListingChange, is_granted: bool, reason: str, by_user: User, now: datetime
) -> bool:
    """Put proposed words into the shop, or send them back with a reason; False when that was decided already.

    Raises CategoryGone.
    """
    states = ListingChange.State
    with transaction.atomic():
        claimed = ListingChange.objects.filter(pk=change.pk, state=states.WAITING).update(
            state=states.APPLIED if is_granted else states.REFUSED,
            reason=reason,
            decided_by=by_user,
            decided_at=now,
        )
        if not claimed:
            return False
        if is_granted:
            category = change.changes.get("category")
            if category is not None and not open_categories().filter(pk=category).exists():
                raise CategoryGone
            apply_words(listing=change.listing, words=change.changes)
        tell_stall(
            change.listing,
            "new-words-shown" if is_granted else "new-words-sent-back",
            now=now,
            reason=reason,
        )
    logger.info(
        "listing.change_decided change=%s granted=%s by=%s", change.pk, is_granted, by_user.pk
    )
    return True


def throw_away(*, listing: Listing) -> bool:
    """Delete goods that were never in the shop, with their photos; False when they were, or are gone."""
    with transaction.atomic():
        rows = Listing.objects.select_for_update().filter(
            pk=listing.pk, state__in=WITH_STALL, taken_down_at=None
        )
        if not rows:
            return False
        keys = list(listing.photos.values_list("key", flat=True))
        Product.objects.filter(pk=listing.product_id).delete()
        publish(PhotosGone(keys))
    logger.info("listing.thrown_away listing=%s", listing.pk)
    return True
