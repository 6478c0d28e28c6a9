"""What templates may ask: money, digits and dates by language, icons, where a link stands."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urljoin

from django import template
from django.conf import settings
from django.templatetags.static import static
from django.urls import get_urlconf, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from shop.jalali import TEHRAN, format_date, format_month, tehran_date, weekday_name
from shop.jalali import Month as JalaliMonth
from shop.money import RIALS_IN_TOMAN, Rial
from shop.persian import to_persian_digits
from shop.pictures import WIDTHS, photo_url

register = template.Library()

BASKET_COUNT_COOKIE = "basket_count"


def _language() -> str:
    return get_language() or "fa"


@register.filter
def digits(value: object) -> str:
    """The same text with the digits of the language; nothing is grouped. None is empty."""
    text = "" if value is None else str(value)
    return to_persian_digits(text) if _language() == "fa" else text


@register.filter
def number(value: int | None) -> str:
    """A whole number in groups of three, in the digits of the language (1,200). None is empty."""
    if value is None:
        return ""
    text = f"{int(value):,}"
    return to_persian_digits(text.replace(",", "\u066c")) if _language() == "fa" else text


@register.filter
def toman(amount: int | None) -> str:
    """Rials as grouped toman, digits only; a rest under one toman stands after the decimal sign."""
    if amount is None:
        return ""
    whole, rest = divmod(abs(int(amount)), RIALS_IN_TOMAN)
    sign = "\u2212" if amount < 0 else ""
    if not rest:
        return f"{sign}{number(whole)}"
    point = "\u066b" if _language() == "fa" else "."
    return f"{sign}{number(whole)}{point}{digits(rest)}"


@register.filter
def percent_of_bp(basis_points: int) -> str:
    """Basis points as a percentage without needless decimals: 750 is 7.5."""
    whole, rest = divmod(basis_points, 100)
    point = "\u066b" if _language() == "fa" else "."
    decimals = f"{rest:02}".rstrip("0")
    return f"{number(whole)}{point}{digits(decimals)}" if decimals else number(whole)


@register.filter
def toman_rate(rial_per_unit: Decimal) -> str:
    """What one unit of a currency costs, in toman: grouped, without needless decimals."""
    cost = rial_per_unit / RIALS_IN_TOMAN
    whole, _point, rest = f"{cost:f}".partition(".")
    rest = rest.rstrip("0")
    point = "\u066b" if _language() == "fa" else "."
    return f"{number(int(whole))}{point}{digits(rest)}" if rest else number(int(whole))


@register.simple_tag
def foreign(amount: int, currency: str) -> str:
    """Cents of a currency written out with its name: 12.34 euro."""
    units, cents = divmod(amount, 100)
    point = "\u066b" if _language() == "fa" else "."
    return f"{number(units)}{point}{digits(f'{cents:02}')} {currency_name(currency)}"


@register.filter
def currency_name(currency: str) -> str:
    """A currency by its name; its letters where we know none."""
    return {"EUR": _("euro"), "USD": _("US dollar")}.get(currency, currency)


@register.filter
def rial(amount: Any) -> Rial:
    """Oscar's decimal price as rials, to be followed by `toman`."""
    return Rial(amount) if isinstance(amount, int) else Rial.from_decimal(amount)


@register.filter
def mobile(phone: str) -> str:
    """An Iranian number the way people write it: +989… becomes 09…; any other stays."""
    return f"0{phone[3:]}" if phone.startswith("+989") else phone


@register.filter
def opening(text: str) -> str:
    """The first paragraph: a story is better cut between two thoughts than within one."""
    return text.strip().split("\n", 1)[0].strip()


@register.filter
def jalali(day: date | datetime | JalaliMonth | None) -> str:
    """A day or a Jalali month written out: Jalali in Persian, Gregorian in English."""
    if day is None:
        return ""
    if isinstance(day, JalaliMonth):
        return format_month(day, _language())
    return format_date(tehran_date(day) if isinstance(day, datetime) else day, _language())


@register.filter
def jalali_short(day: date | datetime | None) -> str:
    """Day and month alone, where the room is small."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = tehran_date(day)
    return format_date(day, _language()).rsplit(" ", 1)[0]


@register.filter
def jalali_day(day: date | datetime | None) -> str:
    """A near day by its weekday, without the year: for promises of the coming weeks."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = tehran_date(day)
    return f"{weekday_name(day, _language())} {jalali_short(day)}"


@register.filter
def jalali_time(moment: datetime | None) -> str:
    """Day and clock time in Tehran."""
    if moment is None:
        return ""
    clock = digits(moment.astimezone(TEHRAN).strftime("%H:%M"))
    return _("%(day)s, %(time)s") % {"day": jalali(moment), "time": clock}


@register.filter
def photo(key: str, width: int) -> str:
    """Address of a stored WebP, at least this wide; empty without a key. Squares over 640 only once they are ready."""
    return photo_url(key, width) if key else ""


@register.filter
def photo_jpeg(key: str, width: int) -> str:
    """Address of a picture that is ready, for a browser that knows nothing newer than JPEG."""
    return photo_url(key, width, "jpg")


@register.filter
def srcset(key: str, kind: str) -> str:
    """Every width of a picture that is ready, in one format, as a browser chooses among them."""
    return ", ".join(f"{photo_url(key, width, kind)} {width}w" for width in WIDTHS)


@register.simple_tag
@lru_cache(maxsize=256)  # a page has dozens, and there are few different ones
def icon(name: str, extra: str = "") -> SafeString:
    """A drawing of the sprite, as large as the text around it; hidden from screen readers."""
    return format_html(
        '<svg class="icon{}" aria-hidden="true"><use href="{}#{}"/></svg>',
        f" {extra}" if extra else "",
        static("icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def current(context: Mapping[str, Any], *view_names: str) -> SafeString | str:
    """`aria-current` for the link of the page on screen (one of these view names)."""
    request = context.get("request")
    match = getattr(request, "resolver_match", None)
    if match is None or match.view_name not in view_names:
        return ""
    return format_html(' aria-current="{}"', "page")


@register.simple_tag(takes_context=True)
def language_path(context: Mapping[str, Any], language: str) -> str:
    """This page's path in another language; the home page of it when there is no page."""
    request = context.get("request")
    if request is None:
        return "/" if language == "fa" else f"/{language}/"
    return _path_in(language, request.path, get_language(), get_urlconf())


# Asked for several times a page, and each time Django looks up the address twice.
@lru_cache(maxsize=1024)
def _path_in(language: str, path: str, _from: str | None, _urlconf: str | None) -> str:
    translated: str = translate_url(quote(path), language)
    return translated


@register.simple_tag
def language_name(language: str) -> str:
    """A language's name in that language."""
    name: str = get_language_info(language)["name_local"]
    return name


@register.simple_tag(takes_context=True)
def basket_count(context: Mapping[str, Any]) -> int:
    """How many things the basket holds, from the shopper's own cookie: no session, no query.

    It is shown and nothing else; the basket page reads the rows. Nonsense counts as empty.
    """
    request = context.get("request")
    written = request.COOKIES.get(BASKET_COUNT_COOKIE, "") if request is not None else ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 4 else 0


@register.simple_tag
def home_path() -> str:
    """The first page in the language on screen, without asking the address book."""
    language = _language()
    return "/" if language == "fa" else f"/{language}/"


@register.simple_tag
def absolute_url(path: str) -> str:
    """A path of ours as others must write it; an address that is whole already stays."""
    return str(urljoin(settings.STOREFRONT_URL, path))
