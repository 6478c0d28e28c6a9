"""Pages that only say something."""

import re
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

import shop
from shop.money import Rial
from shop.storefront.cards import Card

UNLISTED = [
    f"{language}/{path}/"
    for language in ("", "/en")
    for path in ("basket", "checkout", "o", "pay", "me")
]
SAMPLE_CARDS = [
    Card(slug="ready", title="Mug", stall_name="Pottery", price=Rial(3_400_000), stock=9),
    Card(slug="few", title="Dress", stall_name="Sewing", price=Rial(5_200_000), stock=2),
    Card(slug="gone", title="Pickles", stall_name="Kitchen", price=Rial(1_400_000), stock=0),
    Card(
        slug="made",
        title="Kilim",
        stall_name="Weaving",
        price=Rial(62_000_000),
        made_days=45,
        is_from=True,
    ),
]
STATIC = Path(shop.__file__).parent / "static"


@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    return render(request, "storefront/help.html")


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component, colour and icon, read from the files themselves; in demo and tests only."""
    if not settings.DEMO:
        raise Http404
    theme = request.GET.get("theme", "")
    context = {
        "theme": theme if theme in ("light", "dark") else "",
        "icons": re.findall(r'<symbol id="([a-z]+)"', (STATIC / "icons.svg").read_text()),
        "roles": dict.fromkeys(
            re.findall(r"--([a-z0-9-]+): #", (STATIC / "css/tokens.css").read_text())
        ),
        "cards": SAMPLE_CARDS,
    }
    return render(request, "storefront/styleguide.html", context)


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in UNLISTED)]
    lines.append(f"Sitemap: {settings.STOREFRONT_URL}/sitemap.xml")
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
