import pytest

from tests.makers import a_stall, a_user


@pytest.fixture
def keeper(client):
    """Somayye, logged in."""
    user = a_user(name="سمیه احمدیان")
    client.force_login(user)
    return user


@pytest.fixture
def stall(keeper):
    return a_stall("پوشاک پرستو", keeper=keeper, commission_bp=1000)


@pytest.fixture
def neighbour():
    """Another stall, kept by another."""
    return a_stall("ترشی سبزینه", keeper=a_user(name="اکرم موسوی"))
