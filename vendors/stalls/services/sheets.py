"""Goods by table: every row is checked first, and then all of them are written or none.

A row with the code of goods changes them; a row with a new code, or with none, begins a draft.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from oscar.apps.catalogue.models import Category
from oscar.apps.partner.models import StockRecord

from shop.accounts.models import User
from shop.forms import clean_text
from shop.money import RIALS_IN_TOMAN, Rial
from shop.orders.models import Fulfilment
from shop.persian import fold, parse_whole_number
from shop.storefront.cards import short_title
from shop.templatetags.bazarche import number
from vendors.stalls.errors import SheetRefused, StallError, StockBelowPromised
from vendors.stalls.models import Listing, Sheet, Stall
from vendors.stalls.queries.words import Words, open_categories
from vendors.stalls.services.goods import change_goods
from vendors.stalls.services.listing_words import (
    Offer,
    give_code,
    start_listing,
    write_offer,
    write_words,
)
from vendors.stalls.sheets import FORMULA, NO_VALUE, Column, Row

logger = logging.getLogger(__name__)
LONGEST_CODE, LONGEST_TITLE, LONGEST_TEXT = 40, 120, 4000
DEAREST_TOMAN, MOST_PIECES, MOST_DAYS, HEAVIEST_G = 100_000_000, 100_000, 120, 100_000
KEPT_DAYS: Final = 2
HEADINGS: Final = {
    "code": gettext_lazy("Code"),
    "title": gettext_lazy("Name"),
    "variant": gettext_lazy("Size and colour"),
    "price": gettext_lazy("Price (toman)"),
    "count": gettext_lazy("Number in stock"),
    "made_days": gettext_lazy("Days to make"),
    "weight_g": gettext_lazy("Weight (grams)"),
    "category": gettext_lazy("Category"),
    "description": gettext_lazy("Words"),
}
# Key → smallest and largest number it may be.
NUMBERS: Final = {
    "price": (1, DEAREST_TOMAN),
    "count": (0, MOST_PIECES),
    "made_days": (1, MOST_DAYS),
    "weight_g": (1, HEAVIEST_G),
}


@dataclass
class Planned:
    """What a row would do: the goods it is about, what it says, and what is wrong with it."""

    line: int
    code: str
    title: str
    record: StockRecord | None = None
    said: dict[str, Any] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def is_new(self) -> bool:
        return self.record is None


def columns() -> list[Column]:
    return [Column(key, str(heading)) for key, heading in HEADINGS.items()]


def exported_rows(stall: Stall) -> list[list[str | int | None]]:
    """A row for everything of the stall that has a price of its own; four statements."""
    rows: list[list[str | int | None]] = []
    for record in _records_of(stall):
        product = record.product
        parent = product.parent if product.is_child else product
        fulfilment = getattr(parent, "fulfilment", None)
        category = next(iter(parent.categories.all()), None)
        rows.append(
            [
                record.partner_sku,
                parent.title,
                short_title(product.title, parent.title) if product.is_child else "",
                None if record.price is None else int(record.price) // RIALS_IN_TOMAN,
                record.num_in_stock,
                fulfilment.made_days if fulfilment else None,
                fulfilment.weight_g if fulfilment else None,
                category.name if category else "",
                parent.description,
            ]
        )
    return rows


def _records_of(stall: Stall) -> list[StockRecord]:
    records = StockRecord.objects.filter(
        partner_id=stall.partner_id, product__is_public=True
    ) | StockRecord.objects.filter(partner_id=stall.partner_id, product__parent=None)
    return list(
        records.select_related("product__fulfilment", "product__parent__fulfilment")
        .prefetch_related("product__categories", "product__parent__categories")
        .order_by("product__title", "pk")
    )


def keep_sheet(*, stall: Stall, rows: Sequence[Row], by_user: User, now: datetime) -> Sheet:
    """Keep what was read until its preview is agreed to; older ones of the stall are forgotten after two days."""
    if not rows:
        raise SheetRefused(_("There is no row in this table."))
    stall_sheets = Sheet.objects.filter(stall=stall)
    stall_sheets.filter(created_at__lt=now - timedelta(days=KEPT_DAYS)).delete()
    return Sheet.objects.create(
        stall=stall, rows=[list(row) for row in rows], by_user=by_user, created_at=now
    )


def plan_of(sheet: Sheet) -> list[Planned]:
    """What each row of a table would do now, with what is wrong; five statements, whatever the rows."""
    known = {record.partner_sku: record for record in _records_of(sheet.stall)}
    gone = set(
        StockRecord.objects.filter(
            partner_id=sheet.stall.partner_id,
            product__is_public=False,
            product__parent__isnull=False,
        ).values_list("partner_sku", flat=True)
    )
    categories: dict[str, list[Category]] = {}
    for category in open_categories():
        categories.setdefault(fold(category.name), []).append(category)
    seen: dict[str, int] = {}
    plan = []
    for line, said in sheet.rows:
        row = Planned(line=line, code=said.get("code", ""), title=said.get("title", ""))
        row.record = known.get(row.code) if row.code else None
        _read(row, said, categories)
        if row.code in gone:
            row.problems.append(
                _("This code is of a size that was taken away. Write another code, or none.")
            )
        if row.code and (before := seen.setdefault(row.code, line)) != line:
            row.problems.append(
                _("This code stands in row %(row)s already.") % {"row": number(before)}
            )
        plan.append(row)
    return plan


def _read(row: Planned, said: dict[str, str], categories: dict[str, list[Category]]) -> None:
    for key, text in said.items():
        heading = str(HEADINGS[key])
        if text == FORMULA:
            row.problems.append(
                _("%(column)s is a formula. Write what comes out of it.") % {"column": heading}
            )
        elif text == NO_VALUE:
            row.problems.append(_("%(column)s is not readable.") % {"column": heading})
        elif key in NUMBERS and text:
            _read_number(row, key, text, heading)
        elif text:
            row.said[key] = text
    if any(text in (FORMULA, NO_VALUE) for text in said.values()):
        return
    _check_lengths(row)
    _find_category(row, categories)
    if row.is_new:
        _check_new(row)
    elif row.record is not None:
        _check_known(row, row.record)


def _read_number(row: Planned, key: str, text: str, heading: str) -> None:
    least, most = NUMBERS[key]
    try:
        value = parse_whole_number(text) if len(text) <= 40 else None
    except ValueError:
        value = None
    if value is None:
        row.problems.append(
            _("%(column)s: write a whole number, such as %(example)s.")
            % {"column": heading, "example": number(1200)}
        )
    elif not least <= value <= most:
        row.problems.append(
            _("%(column)s: between %(least)s and %(most)s.")
            % {"column": heading, "least": number(least), "most": number(most)}
        )
    else:
        row.said[key] = value


def _check_lengths(row: Planned) -> None:
    for key, most in (
        ("code", LONGEST_CODE),
        ("title", LONGEST_TITLE),
        ("description", LONGEST_TEXT),
    ):
        if len(str(row.said.get(key, ""))) > most:
            row.problems.append(
                _("%(column)s: at most %(most)s letters.")
                % {"column": str(HEADINGS[key]), "most": number(most)}
            )


def _find_category(row: Planned, categories: dict[str, list[Category]]) -> None:
    name = row.said.pop("category", "")
    if not name:
        return
    found = categories.get(fold(name), [])
    if len(found) == 1:
        row.said["category"] = found[0].pk
    elif found:
        row.problems.append(
            _("There are several categories of this name: choose one in the panel.")
        )
    else:
        row.problems.append(_("This category is not there. Please choose another one."))


def _check_new(row: Planned) -> None:
    if not row.title:
        row.problems.append(_("New goods need a name."))
    if row.said.get("variant"):
        row.problems.append(_("Sizes of new goods are added in the panel."))
    if "count" in row.said and "made_days" in row.said:
        row.problems.append(_not_both())


def _check_known(row: Planned, record: StockRecord) -> None:
    product = record.product
    parent = product.parent or product
    fulfilment = getattr(parent, "fulfilment", None) or Fulfilment()
    size = short_title(product.title, parent.title) if product.is_child else ""
    if "variant" in row.said and fold(row.said["variant"]) != fold(clean_text(size)):
        row.problems.append(_in_the_panel("variant"))
    if product.is_child:  # all sizes have these together
        for key, now in (("made_days", fulfilment.made_days), ("weight_g", fulfilment.weight_g)):
            if row.said.get(key, now) != now:
                row.problems.append(_in_the_panel(key))
    count = row.said.get("count")
    if count is None:
        return
    if "made_days" in row.said and not product.is_child:
        row.problems.append(_not_both())
    elif record.num_in_stock is None and fulfilment.made_days is not None:
        row.problems.append(_("It is made to order, so it has no number in stock."))
    elif (record.num_allocated or 0) > count and record.num_in_stock is not None:
        row.problems.append(str(StockBelowPromised(record.num_allocated)))


def _not_both() -> str:
    return _("Write a number in stock or days to make, not both.")


def _in_the_panel(key: str) -> str:
    return _("%(column)s: change it in the panel, not in the table.") % {
        "column": str(HEADINGS[key])
    }


def apply_sheet(*, sheet: Sheet, by_user: User, now: datetime) -> int:
    """Write a table whose preview was agreed to; returns how many rows. Zero when that was done before.

    All rows or none: raises SheetRefused when a row is wrong now, or cannot be written.
    """
    with transaction.atomic():
        claimed = Sheet.objects.filter(pk=sheet.pk, applied_at=None).update(applied_at=now)
        if not claimed:
            return 0
        plan = plan_of(sheet)
        if any(row.problems for row in plan):
            raise SheetRefused(_("Some rows are not right any more. Please look once more."))
        for row in plan:
            try:
                _write(sheet, row, by_user, now)
            except StallError as error:
                raise SheetRefused(
                    _("Row %(row)s: %(problem)s") % {"row": number(row.line), "problem": str(error)}
                ) from error
    logger.info("sheet.applied sheet=%s rows=%s", sheet.pk, len(plan))
    return len(plan)


def _write(sheet: Sheet, row: Planned, by_user: User, now: datetime) -> None:
    if row.record is None:
        _write_new(sheet, row, by_user, now)
        return
    product = row.record.product
    is_variant = product.is_child
    listing = Listing.objects.select_related("product").get(
        product_id=product.parent_id if is_variant else product.pk
    )
    if is_variant:
        price = row.said.get("price")
        change_goods(
            record=row.record,
            price=_rial(price) or Rial.from_decimal(row.record.price),
            count=row.said.get("count"),
            by_user=by_user,
            now=now,
        )
    else:
        fulfilment = getattr(product, "fulfilment", None)
        made_days = fulfilment.made_days if fulfilment else None
        _offer(listing, row, by_user, now, made_days=made_days)
    _words(listing, row, by_user, now)


def _write_new(sheet: Sheet, row: Planned, by_user: User, now: datetime) -> None:
    listing = start_listing(stall=sheet.stall, key=f"sheet-{sheet.pk}-{row.line}", by_user=by_user)
    if row.code:
        give_code(product_id=listing.product_id, code=row.code, now=now)
    _words(listing, row, by_user, now)
    _offer(listing, row, by_user, now, made_days=None)


def _offer(
    listing: Listing, row: Planned, by_user: User, now: datetime, *, made_days: int | None
) -> None:
    offer = Offer(
        price=_rial(row.said.get("price")),
        count=row.said.get("count"),
        made_days=row.said.get("made_days", made_days),
        weight_g=row.said.get("weight_g"),
    )
    write_offer(listing=listing, offer=offer, by_user=by_user, now=now)


def _words(listing: Listing, row: Planned, by_user: User, now: datetime) -> None:
    fields = ("title", "description", "category")
    words: Words = {key: row.said[key] for key in fields if key in row.said}
    if words:
        write_words(listing=listing, words=words, by_user=by_user, now=now)


def _rial(toman: int | None) -> Rial | None:
    return None if toman is None else Rial(toman * RIALS_IN_TOMAN)
