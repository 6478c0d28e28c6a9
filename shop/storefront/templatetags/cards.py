"""Drawing the card of a product: dozens on a page, most of them drawn a moment ago already."""

from datetime import date
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from shop.jalali import tehran_date
from shop.storefront.cards import Card

register = template.Library()
REMEMBERED = 4096  # drawn cards of about a kilobyte


@register.simple_tag
def draw_card(
    card: Card, *, heading: str = "h3", hide_stall: bool = False, eager: bool = False
) -> SafeString:
    """The card as HTML; `heading` is the level its title has on the page."""
    away_until = card.away_until(today=tehran_date(timezone.now()))
    return _drawn(get_language(), card, away_until, heading, hide_stall, eager)


# The key is all that the drawing is made of, so a card that changed is drawn anew: nothing to expire.
@lru_cache(maxsize=REMEMBERED)
def _drawn(
    language: str | None,
    card: Card,
    away_until: date | None,
    heading: str,
    hide_stall: bool,
    eager: bool,
) -> SafeString:
    context = {
        "card": card,
        "away_until": away_until,
        "heading": heading,
        "hide_stall": hide_stall,
        "eager": eager,
    }
    return render_to_string("storefront/_card.html", context)
