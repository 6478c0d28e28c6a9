"""Markup in any text of any row is shown as letters, on every page of both doors."""

from contextlib import suppress
from copy import deepcopy
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, models, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Left
from django.test import Client

from search.services import drain_outbox, note_again
from shop.storefront.templatetags import cards
from tests.walls.addresses import OFFICE, STOREFRONT, Rows, addresses_of, undone

pytestmark = [pytest.mark.django_db(databases=["default", "livelihood"]), pytest.mark.wall]
MARKUP = '<b onx="1">\'&amp;'
# Rows of the machinery, and texts that are keys: the tables refuse or the pages never show them.
NOT_TYPED_IN = {"auth", "contenttypes", "procrastinate", "sessions", "sites", "pghistory", "mfa"}
KEYS = {
    *("slug", "code", "key", "number", "phone", "path", "currency", "price_currency", "status"),
    *("carrier_code", "partner_sku", "line_reference", "password", "iso_3166_1_a2", "postcode"),
    *("shipping_method", "shipping_code", "gateway", "reference", "redirect_url", "palette"),
    *("cover", "phone_number", "event_type", "event_id", "source_type", "source_id", "email"),
}


def write_markup_everywhere() -> set[str]:
    """Put MARKUP before every text that a person types; which columns got it."""
    written = set()
    for model in apps.get_models():
        if model._meta.app_label in NOT_TYPED_IN or not model._meta.managed:
            continue
        for field in model._meta.concrete_fields:
            is_text = isinstance(field, models.CharField | models.TextField)
            if not is_text or field.choices or field.unique or field.name in KEYS:
                continue
            longest = getattr(field, "max_length", None) or 10_000
            marked = Left(Concat(Value(MARKUP), F(field.name)), longest)
            # Refused by append-only tables and by a table's own rules: nobody types there.
            with suppress(DatabaseError), transaction.atomic(using=model.objects.db):
                if model._default_manager.update(**{field.name: marked}):
                    written.add(f"{model._meta.label}.{field.name}")
    return written


def pages_with_markup(door: str, rows: Rows, client: Client) -> list[str]:
    found = []
    for address in addresses_of(door, rows):
        for path in (address.path, f"/en{address.path}"):
            for query in ("", "?q=b"):
                with undone(client):
                    page = client.get(path + query)
                    is_json = page.headers["Content-Type"].startswith("application/json")
                    if not is_json and b"<b onx" in page.getvalue():
                        found.append(path + query)
    return found


@pytest.mark.urls(STOREFRONT)
def test_no_page_of_the_storefront_takes_a_text_for_markup() -> None:
    rows = Rows()
    clients = rows.storefront_people()
    written = write_markup_everywhere()
    assert written > {
        "catalogue.Product.title",
        "catalogue.Product.description",
        "catalogue.Category.name",
        "vendors_stalls.Stall.story",
    }
    note_again(product_ids=[rows.product.pk])
    drain_outbox()
    assert pages_with_markup(STOREFRONT, rows, clients["keeper"]) == []
    shown = clients["stranger"].get(f"/p/{rows.product.slug}/").content.decode()
    assert "&lt;b onx=" in shown


@pytest.mark.urls(OFFICE)
def test_no_page_of_the_office_takes_a_text_for_markup() -> None:
    rows = Rows()
    head = rows.head_with_every_right()
    assert len(write_markup_everywhere()) > 30
    assert pages_with_markup(OFFICE, rows, head) == []
    shown = head.get(f"/livelihood/plans/{rows.plan.pk}/").content.decode()
    assert "&lt;b onx=" in shown


@pytest.mark.urls(STOREFRONT)
def test_a_page_that_shows_it_raw_is_found(settings: Any) -> None:
    """Negative control: templates that escape nothing."""
    rows = Rows()
    client = rows.storefront_people()["keeper"]
    write_markup_everywhere()
    templates = deepcopy(settings.TEMPLATES)
    templates[0]["OPTIONS"]["autoescape"] = False
    settings.TEMPLATES = templates
    try:
        assert f"/p/{rows.product.slug}/" in pages_with_markup(STOREFRONT, rows, client)
    finally:
        cards._drawn.cache_clear()  # what was drawn unescaped must not reach another test
