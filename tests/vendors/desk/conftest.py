import pytest
from django.test import Client

from shop.accounts.models import User
from tests.makers import a_staff_member, log_in_at_office
from vendors.stalls.access import let_look_after


@pytest.fixture
def carer(client: Client) -> User:
    """Who looks after stalls, logged in at the office."""
    user = a_staff_member(name="مریم راد")
    let_look_after(user)
    log_in_at_office(client, user)
    return user
