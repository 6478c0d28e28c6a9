"""The hosted payment page, the same for both wires: no script, every text escaped."""

import html
import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from bank.counter import Answer
from bank.records import Payment

HERE = Path(__file__).parent
LANGUAGES = ("fa", "en")
# Iran has kept one clock all year since 2022, and a bare machine may lack the zone files.
TEHRAN = timezone(timedelta(hours=3, minutes=30))
_TO_PERSIAN = str.maketrans(
    "0123456789,",
    "".join(chr(0x6F0 + digit) for digit in range(10)) + "\N{ARABIC THOUSANDS SEPARATOR}",
)
_MINOR_UNITS = 100

_TEXTS: dict[str, dict[str, str]] = {
    language: json.loads((HERE / "texts" / f"{language}.json").read_text("utf-8"))
    for language in LANGUAGES
}
_TEMPLATES = {
    name: Template((HERE / "pages" / f"{name}.html").read_text("utf-8"))
    for name in ("frame", "pay", "told")
}


def choose_language(asked: str, payment: Payment | None) -> str:
    """The address wins, then what the shop asked for, then Persian."""
    if asked in LANGUAGES:
        return asked
    return "en" if payment and payment.language.startswith("en") else "fa"


def payment_page(payment: Payment, *, language: str, merchant: str) -> Answer:
    """What the buyer sees: the form while it is open, otherwise a kind word on what happened."""
    texts = _TEXTS[language]
    if payment.state == "open":
        title = f"{texts['pay']} · {texts['bank']}"
        return _page(_form(payment, language, merchant), language, title, payment=payment)
    is_paid = payment.state in ("paid", "processing")
    way_back = Template('<p><a class="button" href="$url">$label</a></p>').substitute(
        url=html.escape(payment.way_back(is_paid=is_paid)), label=html.escape(texts["back"])
    )
    return _told(payment.state, language, payment=payment, way_back=way_back)


def plain_page(name: str, *, language: str, status: int) -> Answer:
    """A page about no payment: not found, out of order."""
    return _told(name, language, status=status)


def _told(
    name: str,
    language: str,
    *,
    status: int = 200,
    payment: Payment | None = None,
    way_back: str = "",
) -> Answer:
    texts = _TEXTS[language]
    title = texts[f"{name}_title"]
    body = _fill("told", {"mark": name, "title": title, "text": texts[f"{name}_text"]})
    return _page(body + way_back, language, title, payment=payment, status=status)


def _form(payment: Payment, language: str, merchant: str) -> str:
    texts = _TEXTS[language]
    until = datetime.fromtimestamp(payment.expires_at, TEHRAN).strftime("%H:%M")
    large, small = _amounts(payment, language)
    return _fill(
        "pay",
        texts
        | {
            "merchant": merchant or texts["merchant"],
            "large": large[0],
            "large_unit": large[1],
            "small": small,
            "order_number": _digits(payment.order_number, language),
            "description": payment.description,
            "until": _digits(until, language),
            "lang": language,
        },
    )


def _amounts(payment: Payment, language: str) -> tuple[tuple[str, str], str]:
    """The large figure with its unit, and the line under it. Toman only when it comes out even."""
    texts = _TEXTS[language]
    if payment.currency != "irr":
        figure = f"{payment.amount // _MINOR_UNITS:,}.{payment.amount % _MINOR_UNITS:02}"
        return (_digits(figure, language), payment.currency.upper()), ""
    rial = _digits(f"{payment.amount:,}", language)
    if payment.amount % 10:
        return (rial, texts["rial"]), ""
    toman = _digits(f"{payment.amount // 10:,}", language)
    return (toman, texts["toman"]), f"{rial} {texts['rial']}"


def _digits(text: str, language: str) -> str:
    return text.translate(_TO_PERSIAN) if language == "fa" else text


def _fill(name: str, values: dict[str, str]) -> str:
    """A template with every value escaped."""
    return _TEMPLATES[name].substitute({key: html.escape(text) for key, text in values.items()})


def _page(
    body: str, language: str, title: str, *, payment: Payment | None = None, status: int = 200
) -> Answer:
    texts = _TEXTS[language]
    values = texts | {
        "lang": language,
        "dir": "rtl" if language == "fa" else "ltr",
        "other_lang": "en" if language == "fa" else "fa",
        "title": title,
    }
    escaped = {key: html.escape(text) for key, text in values.items()}
    whole = _TEMPLATES["frame"].substitute(escaped | {"body": body})
    # Chromium holds the redirect after a form post to form-action too: name the way back.
    urls = (payment.return_url, payment.cancel_url) if payment else ()
    targets = " ".join(["'self'", *sorted({_origin(url) for url in urls})])
    policy = (
        "default-src 'none'; style-src 'self'; font-src 'self'; img-src 'self'; base-uri 'none';"
        f" frame-ancestors 'none'; form-action {targets}"
    )
    headers = (
        ("Content-Security-Policy", policy),
        ("Cache-Control", "no-store"),
        ("Referrer-Policy", "no-referrer"),
    )
    return Answer(status, whole.encode(), "text/html; charset=utf-8", headers)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
