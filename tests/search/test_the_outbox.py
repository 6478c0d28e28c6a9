"""What happens to documents while the search server is away, and after."""

from datetime import timedelta

import pytest
from oscar.apps.catalogue.models import Product

from search import index, jobs
from search.breaker import Breaker
from search.building import build_documents
from search.checking import check_search, repair
from search.models import SearchOutbox, SearchTarget, SearchText
from search.queries import search_products, suggest
from search.rebuild import is_up_to_date, rebuild_index
from search.results import Wish
from search.services import drain_outbox, product_changed, refresh_all
from search.understanding import understand
from tests.makers import NOON, a_product, a_stall

pytestmark = pytest.mark.django_db


def found(query: str) -> tuple[list[str], str]:
    page = search_products(Wish(query=understand(query)))
    return [card.title for card in page.cards], page.engine


def test_a_killed_server_costs_no_page_and_no_document(own_server, settings):
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX = own_server.url, "killed"
    stall = a_stall()
    first = a_product(stall, "ترشی لیته")
    product_changed(product_ids=[first.pk])
    rebuild_index(now=NOON)
    drain_outbox()
    assert found("لیته") == (["ترشی لیته"], "elasticsearch")

    own_server.stop()
    second = a_product(stall, "ترشی انبه")
    product_changed(product_ids=[second.pk])
    assert drain_outbox() == 0
    assert SearchOutbox.objects.count() == 1
    assert found("انبه") == (["ترشی انبه"], "postgresql")
    assert [card.title for card in suggest("انب")] == ["ترشی انبه"]

    own_server.start()
    assert drain_outbox() == 1
    assert SearchOutbox.objects.count() == 0
    index.count(index.in_use()[0])
    assert found("انبه") == (["ترشی انبه"], "elasticsearch")
    assert check_search().is_clean


def test_a_missing_index_is_never_made_by_a_write(search_server):
    rebuild_index(now=NOON)
    index.drop(keep=[])
    product_changed(product_ids=[a_product(a_stall()).pk])
    assert drain_outbox() == 0
    assert SearchOutbox.objects.count() == 1
    assert found("ترشی") == (["ترشی لیته"], "postgresql")


def test_a_late_old_version_does_not_replace_a_newer_one(search_server):
    product = a_product(a_stall())
    product_changed(product_ids=[product.pk])
    name = rebuild_index(now=NOON)
    document = build_documents([product.pk])[product.pk]
    first = SearchText.objects.get().version
    for later, body in ((5, document), (4, document), (9, None), (7, document)):
        action = index.Action(product.pk, first + later, body)
        outcome = index.write(targets=[name], actions=[action])
        assert outcome.taken == {product.pk}
    assert index.count(name) == 0


def test_a_refused_document_is_parked_and_the_others_go_on(search_server):
    stall = a_stall()
    good, bad = a_product(stall, "ترشی لیته"), a_product(stall, "ترشی انبه")
    rebuild_index(now=NOON)
    refresh_all()
    row = SearchText.objects.get(pk=bad.pk)
    SearchText.objects.filter(pk=bad.pk).update(document=row.document | {"unheard_of": 1})
    assert drain_outbox() == 1
    parked = SearchOutbox.objects.get()
    assert (parked.product_id, "strict" in parked.error) == (bad.pk, True)
    assert drain_outbox() == 0
    check = check_search()
    assert (check.refused, check.stale, check.is_clean) == (1, [bad.pk], False)
    repair(check)
    index.count(index.in_use()[0])
    assert check_search().is_clean
    assert set(index.versions()) == {good.pk, bad.pk}


def test_check_finds_and_repairs_what_was_lost_or_left_over(search_server):
    lost, changed, ghost = (a_product(a_stall(), title) for title in ("یک", "دو", "سه"))
    refresh_all()
    name = rebuild_index(now=NOON)
    drain_outbox()
    client = index.writer(search_server)
    client.delete(index=name, id=str(lost.pk), refresh=True)
    SearchText.objects.filter(pk=changed.pk).update(document={})
    SearchText.objects.filter(pk=ghost.pk).delete()
    ghost.listing.delete()
    check = check_search()
    assert check.stale == [changed.pk]
    assert check.differing == sorted([lost.pk, ghost.pk])
    repair(check)
    index.count(name)
    assert check_search().is_clean
    assert set(index.versions()) == {lost.pk, changed.pk}


def test_what_is_written_during_a_rebuild_reaches_both_indices(search_server, monkeypatch):
    stall = a_stall()
    refresh_all()
    old = rebuild_index(now=NOON)
    kept, gone = a_product(stall, "ترشی لیته"), a_product(stall, "ترشی انبه")
    refresh_all()
    drain_outbox()
    plain_write = index.write

    def write_while_the_shop_goes_on(*, targets, actions):
        actions = list(actions)
        monkeypatch.setattr(index, "write", plain_write)
        gone.listing.delete()
        product_changed(product_ids=[gone.pk, a_product(stall, "شور").pk])
        drain_outbox()
        return plain_write(targets=targets, actions=actions)

    monkeypatch.setattr(index, "write", write_while_the_shop_goes_on)
    new = rebuild_index(now=NOON + timedelta(hours=1))
    assert index.in_use() == [new] != [old]
    index.count(new)
    assert index.versions() == dict(SearchText.objects.values_list("pk", "version"))
    assert gone.pk not in index.versions()
    assert kept.pk in index.versions()
    assert is_up_to_date()


def test_a_rebuild_that_fails_leaves_the_old_index_in_use(search_server, monkeypatch):
    refresh_all()
    old = rebuild_index(now=NOON)
    product_changed(product_ids=[a_product(a_stall()).pk])
    monkeypatch.setattr(index, "count", lambda name: 0)
    with pytest.raises(Exception, match="0 of 1 documents"):
        rebuild_index(now=NOON + timedelta(hours=1))
    assert index.in_use() == [old]
    assert list(SearchTarget.objects.values_list("name", flat=True)) == [old]


def test_the_night_puts_right_what_changed_without_news(no_search_server):
    product = a_product(a_stall(), "ترشی لیته")
    refresh_all()
    Product.objects.filter(pk=product.pk).update(title="ترشی بادمجان")
    assert found("بادمجان")[0] == []
    jobs.repair_search(timestamp=0)
    assert found("بادمجان")[0] == ["ترشی بادمجان"]


def test_a_hanging_server_is_asked_once_and_each_minute(own_server, settings, monkeypatch):
    monkeypatch.setattr(jobs, "writing", Breaker(failures=1, rest_seconds=60))
    settings.ELASTICSEARCH_URL, settings.ELASTICSEARCH_INDEX = own_server.url, "hanging"
    stall = a_stall()
    rebuild_index(now=NOON)
    own_server.stop()
    asked = []
    plain_write = index.write

    def counted(**arguments):
        asked.append(1)
        return plain_write(**arguments)

    monkeypatch.setattr(index, "write", counted)
    for title in ("یک", "دو", "سه"):
        jobs.refresh_products(product_ids=[a_product(stall, title).pk])
    assert len(asked) == 1
    jobs.drain_search(timestamp=0)
    assert len(asked) == 2
    own_server.start()
    jobs.drain_search(timestamp=0)
    assert SearchOutbox.objects.count() == 0
    jobs.refresh_products(product_ids=[a_product(stall, "چهار").pk])
    assert SearchOutbox.objects.count() == 0
