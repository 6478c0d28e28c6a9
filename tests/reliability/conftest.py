"""Shops for the small profiles: started once for a file, in databases of their own."""

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.reliability.market import Market, open_market
from tests.reliability.rig import rig


@pytest.fixture(scope="module")
def own_database(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The rig leads Django's connection to a database it makes itself."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def market(request: pytest.FixtureRequest, own_database: None) -> Iterator[Market]:
    """A running shop; the file's `WITHOUT` names the guards that are off in it."""
    with rig(without=getattr(request.module, "WITHOUT", "")) as shop:
        yield open_market(shop)
