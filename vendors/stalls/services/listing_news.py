"""Messages about goods: to the stall, to the holder who is asked for a yes, and to the facilitator who entered them."""

from datetime import datetime
from typing import Final

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.accounts.models import User
from shop.jalali import tehran_date
from shop.money import Rial
from shop.notices.services import send_sms
from shop.templatetags.bazarche import toman
from vendors.stalls.errors import NobodyToAsk
from vendors.stalls.links import listing_token
from vendors.stalls.models import Listing, StallMember
from vendors.stalls.services.second_looks import SHOWN_BEFORE

Role = StallMember.Role
# Links in messages lead to the storefront, at whichever door they are written.
PANEL_URLS: Final = "shop.urls.storefront"
NEWS: Final = {
    "goods-shown": gettext_lazy("“%(goods)s” is in the shop now. %(url)s"),
    "goods-sent-back": gettext_lazy(
        "“%(goods)s” needs a little more before it is shown. %(reason)s %(url)s"
    ),
    "goods-taken-down": gettext_lazy(
        "“%(goods)s” is out of the shop for now. %(reason)s Change it and send it again; we look at it then. %(url)s"
    ),
    "goods-declined": gettext_lazy(
        "The stall holder does not want “%(goods)s” to be sold like this. %(reason)s %(url)s"
    ),
    "new-words-shown": gettext_lazy("Your new words for “%(goods)s” are in the shop. %(url)s"),
    "new-words-sent-back": gettext_lazy(
        "Your new words for “%(goods)s” are not shown yet; the old ones stay. %(reason)s %(url)s"
    ),
}


def tell_stall(listing: Listing, news: str, *, now: datetime, reason: str = "") -> None:
    """A message in Persian to each holder and helper of the stall, of one of NEWS; once for each decision."""
    _tell(_people(listing, Role.OWNER, Role.HELPER), listing, news, now=now, reason=reason)


def tell_facilitator(listing: Listing, news: str, *, now: datetime, reason: str = "") -> None:
    """The same to the facilitator who entered these goods; nobody, when none did or who did helps the stall no more."""
    if listing.entered_by_id is not None:
        entered = _people(listing, Role.FACILITATOR).filter(pk=listing.entered_by_id)
        _tell(entered, listing, news, now=now, reason=reason)


def facilitated(product_id: int, by_user: User) -> Listing | None:
    """The goods, if buyers have seen them and this person helps their stall: its holder is told what changes."""
    return (
        Listing.objects.filter(
            product_id=product_id,
            state__in=SHOWN_BEFORE,
            stall__members__user=by_user,
            stall__members__role=Role.FACILITATOR,
        )
        .select_related("product")
        .first()
    )


def tell_holder_of_change(
    listing: Listing, *, by_user: User, now: datetime, prices: tuple[Rial, Rial] | None = None
) -> None:
    """A facilitator has changed goods: a message to the holder, the first of the day for these goods alone.

    `prices`: what they cost before and from now on; without them it is about words.
    """
    path = reverse("panel:listing", PANEL_URLS, args=[listing.product_id])
    with translation.override(settings.LANGUAGE_CODE):
        words = {
            "who": by_user.name or _("Your facilitator"),
            "goods": listing.product.title,
            "url": f"{settings.STOREFRONT_URL}{path}",
        }
        text = _("%(who)s changed the words of “%(goods)s”. %(url)s")
        if prices is not None:
            words |= {"before": toman(prices[0]), "after": toman(prices[1])}
            text = _(
                "%(who)s changed the price of “%(goods)s” from %(before)s to %(after)s toman. %(url)s"
            )
    for user in _people(listing, Role.OWNER):
        key = f"facilitator-changed:{listing.pk}:{user.pk}:{tehran_date(now)}"
        send_sms(key=key, phone=user.phone, text=text % words, now=now)


def ask_holders(listing: Listing, *, now: datetime) -> None:
    """A link for a yes or a no to each holder of the stall. Raises NobodyToAsk."""
    holders = _people(listing, Role.OWNER)
    if not holders:
        raise NobodyToAsk
    with translation.override(settings.LANGUAGE_CODE):
        for user in holders:
            token = listing_token(listing_id=listing.pk, user_id=user.pk)
            path = reverse("confirm_listing", PANEL_URLS, args=[token])
            text = _("Shall “%(goods)s” be sold at your stall? Look and say yes or no: %(url)s")
            words = {"goods": listing.product.title, "url": f"{settings.STOREFRONT_URL}{path}"}
            key = f"listing-asked:{listing.pk}:{user.pk}:{now.timestamp():.0f}"
            send_sms(key=key, phone=user.phone, text=text % words, now=now)


def _people(listing: Listing, *roles: Role) -> QuerySet[User]:
    """Who works for the stall of these goods in one of these roles."""
    members = User.objects.filter(
        stall_memberships__stall=listing.stall_id,
        stall_memberships__role__in=roles,
        is_active=True,
    )
    return members.distinct().order_by("pk")


def _tell(
    people: QuerySet[User], listing: Listing, news: str, *, now: datetime, reason: str
) -> None:
    path = reverse("panel:listing", PANEL_URLS, args=[listing.product_id])
    words = {
        "goods": listing.product.title,
        "reason": reason,
        "url": f"{settings.STOREFRONT_URL}{path}",
    }
    with translation.override(settings.LANGUAGE_CODE):
        text = " ".join((str(NEWS[news]) % words).split())  # no gap where no reason stands
    for user in people:
        key = f"{news}:{listing.pk}:{user.pk}:{now.timestamp():.0f}"
        send_sms(key=key, phone=user.phone, text=text, now=now)
