"""Two presses of one form are one deed, and the second answer is that of the first."""

import pytest
from django.core.cache import cache
from django.test import Client

from shop.middleware import PressedTwiceMiddleware
from tests.makers import a_stall, a_user
from vendors.stalls.models import Stall, StallDecision

pytestmark = pytest.mark.django_db


@pytest.fixture
def typed() -> dict[str, str]:
    return {"reason": "", "is_sure": "on", "csrfmiddlewaretoken": "page one"}


def test_the_second_press_leads_where_the_first_did_and_says_the_same(
    client: Client, stall: Stall, typed: dict[str, str]
) -> None:
    first = client.post("/panel/stall/close/", typed)
    client.cookies.pop("messages", None)  # that answer never arrived
    second = client.post("/panel/stall/close/", typed)
    assert second.headers["Location"] == first.headers["Location"]
    assert "غرفه‌تان بسته شد" in client.get("/panel/").content.decode()
    assert StallDecision.objects.count() == 1


def test_who_comes_back_to_the_page_and_presses_again_means_it(
    client: Client, stall: Stall, typed: dict[str, str]
) -> None:
    client.post("/panel/stall/close/", typed)
    again = client.post("/panel/stall/close/", {**typed, "csrfmiddlewaretoken": "page two"})
    assert "در این میان" in again.content.decode()


def test_what_was_refused_is_judged_anew(
    client: Client, stall: Stall, typed: dict[str, str]
) -> None:
    unsure = {key: value for key, value in typed.items() if key != "is_sure"}
    for _press in range(2):
        assert "field__error" in client.post("/panel/stall/close/", unsure).content.decode()


def test_the_same_form_of_another_person_is_another(stall: Stall, typed: dict[str, str]) -> None:
    for _each in range(2):
        keeper, client = a_user(), Client()
        a_stall(keeper=keeper)
        client.force_login(keeper)
        client.post("/panel/stall/close/", typed)
    assert Stall.objects.filter(state=Stall.State.CLOSED).count() == 2


def test_a_press_while_the_first_is_in_hand_waits_for_its_answer(
    client: Client, stall: Stall, typed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first press is still at work when the second comes: it is claimed, and answers a moment later."""
    answer = ("/panel/", [(25, "بسته شد")])
    looks = iter([PressedTwiceMiddleware.IN_HAND, PressedTwiceMiddleware.IN_HAND, answer])
    monkeypatch.setattr(PressedTwiceMiddleware, "BETWEEN_LOOKS", 0)
    monkeypatch.setattr(cache, "add", lambda *_claim: False)
    monkeypatch.setattr(cache, "get", lambda _press: next(looks))
    assert client.post("/panel/stall/close/", typed).headers["Location"] == "/panel/"
    assert StallDecision.objects.count() == 0
