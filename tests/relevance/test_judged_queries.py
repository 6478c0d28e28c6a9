"""The ranking of both engines on judged queries. A drop under these floors is a change to explain."""

import pytest
from django.core.management import call_command

from search.queries import search_products
from search.results import Wish
from search.understanding import understand
from tests.relevance.catalogue import JUDGED, the_demo_catalogue
from tests.relevance.scoring import DEEP, Score, score

pytestmark = pytest.mark.django_db

FLOORS = {
    "elasticsearch": Score(ndcg=0.93, mrr=0.95, recall=0.93, zero=0.0, first=0.90, traps=1.0),
    "postgresql": Score(ndcg=0.60, mrr=0.60, recall=0.60, zero=0.30, first=0.60, traps=1.0),
}


def test_judged_queries_are_answered_at_least_this_well(engine, capsys):
    the_demo_catalogue()
    call_command("reindex")
    runs = []
    for judged in JUDGED:
        page = search_products(Wish(query=understand(judged["query"]), page_size=DEEP))
        assert page.engine == engine
        runs.append((judged["grades"], [card.slug for card in page.cards]))
    reached, floor = score(runs), FLOORS[engine]
    with capsys.disabled():
        print(f"\n{engine}: {reached}")  # noqa: T201 (the figures belong in the log)
    assert reached.ndcg >= floor.ndcg
    assert reached.mrr >= floor.mrr
    assert reached.recall >= floor.recall
    assert reached.zero <= floor.zero
    assert reached.first >= floor.first
    assert reached.traps >= floor.traps
