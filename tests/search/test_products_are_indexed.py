import json

import pytest
from django.db import connection, transaction
from oscar.apps.catalogue.models import Product
from oscar.apps.partner.models import StockRecord

from search import index
from search.models import SearchOutbox, SearchText
from search.rebuild import rebuild_index
from search.services import product_changed, refresh_all
from shop.jobs import publish
from shop.money import Rial
from shop.orders.events import ProductsChanged
from tests.jobs import run_jobs
from tests.makers import NOON, a_category, a_product, a_stall, a_user
from vendors.stalls.models import Stall


def titles() -> list[str]:
    return sorted(row.document["title"] for row in SearchText.objects.all())


def waiting_jobs() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")
        return cursor.fetchone()[0]


@pytest.mark.django_db(transaction=True)
def test_a_change_rolled_back_leaves_no_document_and_no_job(search_server):
    rebuild_index(now=NOON)
    with transaction.atomic():
        product = a_product(a_stall())
        publish(ProductsChanged([product.pk]))
        transaction.set_rollback(True)
    assert waiting_jobs() == 0
    run_jobs()
    assert (titles(), SearchOutbox.objects.count()) == ([], 0)
    assert index.count(index.in_use()[0]) == 0


@pytest.mark.django_db(transaction=True)
def test_a_change_committed_is_indexed_by_its_job(search_server):
    rebuild_index(now=NOON)
    with transaction.atomic():
        product = a_product(a_stall(), "ترشی لیته")
        publish(ProductsChanged([product.pk]))
    assert waiting_jobs() == 1
    run_jobs()
    assert (titles(), SearchOutbox.objects.count()) == (["ترشی لیته"], 0)
    index.count(index.in_use()[0])
    assert index.versions() == dict(SearchText.objects.values_list("pk", "version"))


@pytest.mark.django_db
def test_the_document_tells_what_a_card_shows():
    product = a_product(
        a_stall("ترشی سبزینه", slug="sabzineh"),
        "ترشی لیته",
        price=1_650_000,
        stock=2,
        category=a_category("خوراکی", slug="food"),
        description="<b>لیته</b> با سبزی",
        slug="liteh",
    )
    product_changed(product_ids=[product.pk])
    document = SearchText.objects.get().document
    assert document["description"] == "لیته با سبزی"
    assert document["category_paths"] == ["food"]
    assert (document["price"], document["in_stock"]) == (1_650_000, True)
    assert document["card"] == {
        "slug": "liteh",
        "title": "ترشی لیته",
        "stall_name": "ترشی سبزینه",
        "price": 1_650_000,
        "is_from": False,
        "picture": "",
        "is_illustration": False,
        "stock": 2,
        "made_days": None,
        "preparation_days": 1,
        "takes_orders": True,
        "back_on": None,
    }


@pytest.mark.django_db
def test_no_person_stands_in_a_document():
    keeper = a_user(phone="+989129998877")
    stall = a_stall("ترشی سبزینه", keeper=keeper, keeper_name="قناری محرمانه", story="راز قناری")
    product = a_product(stall)
    product_changed(product_ids=[product.pk])
    written = json.dumps(SearchText.objects.get().document, ensure_ascii=False)
    assert "قناری" not in written
    assert "9998877" not in written


@pytest.mark.django_db
def test_nothing_is_written_when_the_document_stays_the_same(settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"  # never called here
    product = a_product(a_stall(), stock=10)
    assert product_changed(product_ids=[product.pk]) == 1
    before = SearchText.objects.get().version
    StockRecord.objects.update(num_allocated=3)
    assert product_changed(product_ids=[product.pk]) == 0
    assert SearchText.objects.get().version == before
    assert SearchOutbox.objects.count() == 1


@pytest.mark.django_db
def test_selling_out_changes_the_document_and_raises_its_version():
    product = a_product(a_stall(), stock=3)
    product_changed(product_ids=[product.pk])
    before = SearchText.objects.get().version
    StockRecord.objects.update(num_allocated=3)
    assert product_changed(product_ids=[product.pk]) == 1
    row = SearchText.objects.get()
    assert not row.in_stock
    assert row.version > before


@pytest.mark.django_db
def test_a_stall_that_is_away_takes_its_goods_along_unless_it_takes_orders_for_later():
    stall = a_stall()
    product = a_product(stall)
    product_changed(product_ids=[product.pk])
    for state, takes_preorders, left in (
        (Stall.State.ON_HOLIDAY, False, 0),
        (Stall.State.ON_HOLIDAY, True, 1),
        (Stall.State.PAUSED, True, 0),
        (Stall.State.OPEN, False, 1),
        (Stall.State.CLOSED, False, 0),
    ):
        Stall.objects.update(state=state, takes_preorders=takes_preorders)
        product_changed(product_ids=[product.pk])
        assert SearchText.objects.count() == left, (state, takes_preorders)


@pytest.mark.django_db
def test_an_unpublished_and_a_deleted_product_are_gone(settings):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:9"
    hidden, deleted = a_product(a_stall()), a_product(a_stall())
    product_changed(product_ids=[hidden.pk, deleted.pk])
    SearchOutbox.objects.all().delete()
    Product.objects.filter(pk=hidden.pk).update(is_public=False)
    deleted_id = deleted.pk
    deleted.delete()
    product_changed(product_ids=[hidden.pk, deleted_id])
    assert SearchText.objects.count() == 0
    noted = SearchOutbox.objects.values_list("product_id", "op").order_by("product_id")
    assert list(noted) == sorted([(hidden.pk, "delete"), (deleted_id, "delete")])


@pytest.mark.django_db
def test_a_variant_counts_as_its_parent_and_gives_the_lowest_price():
    stall = a_stall()
    parent = a_product(stall, "پیراهن", structure=Product.PARENT)
    parent.stockrecords.all().delete()
    for number, price in enumerate((5_200_000, 4_800_000)):
        child = Product.objects.create(structure=Product.CHILD, parent=parent, title=f"{number}")
        StockRecord.objects.create(
            product=child,
            partner=stall.partner,
            partner_sku=f"v{number}",
            price=price,
            num_in_stock=1,
        )
    product_changed(product_ids=[child.pk])
    row = SearchText.objects.get()
    assert (row.pk, row.price) == (parent.pk, Rial(4_800_000))
    assert row.document["card"]["is_from"] is True


@pytest.mark.django_db
def test_building_costs_the_same_queries_for_one_product_and_for_many(
    django_assert_max_num_queries,
):
    stall = a_stall()
    for _ in range(30):
        a_product(stall)
    with django_assert_max_num_queries(17):
        refresh_all()
    assert SearchText.objects.count() == 30
