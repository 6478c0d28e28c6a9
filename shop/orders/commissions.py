"""What the shop keeps of goods: the rule that holds for a stall, a category and a day.

Rules are dated and never change what was ordered: an order's rates are fixed when it is placed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from oscar.apps.catalogue.models import Category

from shop.orders.models import CommissionRule
from shop.orders.parcels import Parcel


@dataclass(frozen=True)
class Rates:
    """Basis points of each parcel's stall, and of the basket lines whose category says otherwise."""

    of_partner: dict[int, int]
    of_line: dict[int, int]


def rates_of(parcels: Sequence[Parcel], *, on: date) -> Rates:
    """The rates of these parcels on this day. One statement; one more when a rule speaks of categories."""
    rules = rules_on(on, partner_ids=[parcel.partner.pk for parcel in parcels])
    of_partner = {
        parcel.partner.pk: rate_of(
            rules,
            partner_id=parcel.partner.pk,
            paths=(),
            otherwise=parcel.partner.terms.commission_bp,
        )
        for parcel in parcels
    }
    if not any(rule.category_id for rule in rules):
        return Rates(of_partner, {})
    paths = _category_paths(line.product for parcel in parcels for line in parcel.lines)
    of_line = {}
    for parcel in parcels:
        usual = of_partner[parcel.partner.pk]
        for line in parcel.lines:
            rate = rate_of(
                rules,
                partner_id=parcel.partner.pk,
                paths=paths.get(line.product.parent_id or line.product.pk, ()),
                otherwise=usual,
            )
            if rate != usual:
                of_line[line.line.pk] = rate
    return Rates(of_partner, of_line)


def rules_on(day: date, *, partner_ids: Iterable[int]) -> list[CommissionRule]:
    """The rules that hold on this day for everybody or for one of these sellers."""
    holds = Q(valid_until=None) | Q(valid_until__gte=day)
    mine = Q(partner=None) | Q(partner_id__in=list(partner_ids))
    return list(
        CommissionRule.objects.filter(holds, mine, valid_from__lte=day).select_related("category")
    )


def rate_of(
    rules: Iterable[CommissionRule], *, partner_id: int, paths: Iterable[str], otherwise: int
) -> int:
    """Basis points for goods of this seller in categories of these tree paths; `otherwise` when no rule speaks of them.

    The most particular rule holds: of a stall and a category, then of a stall, then of a category, then of all. Of two
    categories the deeper one; of two days the later one; of two rules that are alike, the one that keeps less.
    """
    paths = tuple(paths)
    speaking = [
        rule
        for rule in rules
        if rule.partner_id in (None, partner_id)
        and (rule.category is None or any(path.startswith(rule.category.path) for path in paths))
    ]
    best = max(speaking, key=_weight, default=None)
    return otherwise if best is None else best.commission_bp


def _weight(rule: CommissionRule) -> tuple[bool, bool, int, date, int]:
    depth = len(rule.category.path) if rule.category is not None else 0
    return (
        rule.partner_id is not None,
        rule.category is not None,
        depth,
        rule.valid_from,
        -rule.commission_bp,
    )


def _category_paths(products: Iterable[object]) -> dict[int, tuple[str, ...]]:
    """Tree paths of the categories of each product (of a variant: of its parent), by that product's id."""
    ids = {product.parent_id or product.pk for product in products}  # type: ignore[attr-defined]
    paths: dict[int, tuple[str, ...]] = {}
    rows = Category.objects.filter(product__in=ids).values_list("product", "path")
    for product_id, path in rows:
        paths[product_id] = (*paths.get(product_id, ()), path)
    return paths
