"""Without the second factor no page of the office opens."""

from collections.abc import Iterator

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.http import Http404
from django.urls import URLPattern, URLResolver, get_resolver

from shop.accounts import second_factor
from tests.makers import TOTP_SECRET, a_staff_member, a_user, log_in_at_office
from tests.shop.accounts.test_login import ask, code

pytestmark = [pytest.mark.django_db, pytest.mark.urls("shop.urls.office"), pytest.mark.wall]
OPEN = {
    "account_login",
    "account_request_login_code",
    "account_confirm_login_code",
    "account_logout",
    "mfa_authenticate",
}


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, path)
        else:
            yield path, pattern


def guarded_views() -> list[tuple[str, URLPattern]]:
    return [
        (path, pattern)
        for path, pattern in patterns(get_resolver("shop.urls.office"))
        if pattern.name not in OPEN
    ]


def test_the_open_pages_of_the_office_are_these_and_no_others():
    open_names = {
        pattern.name
        for _path, pattern in patterns(get_resolver("shop.urls.office"))
        if not getattr(pattern.callback, "login_required", True)
    }
    assert open_names == OPEN


def passes(client, rf, user, records) -> list[str]:
    """Names of guarded views that the wall would let this person through to."""
    from shop.accounts.middleware import OfficeDoorMiddleware

    wall = OfficeDoorMiddleware(lambda request: None)
    through = []
    for _path, pattern in guarded_views():
        request = rf.get("/x/")
        request.user, request.session = user, records
        request.resolver_match = type("Match", (), {"url_name": pattern.name})()
        try:
            answer = wall.process_view(request, pattern.callback, (), {})
        except Http404:
            continue
        if answer is None:
            through.append(str(pattern.name))
        else:
            assert answer.status_code == 302
    return through


def records_of(user) -> dict:
    return {
        "account_authentication_methods": [{"method": "mfa", "at": 0}],
        "account_authentication_methods_user": str(user.pk),
    }


def test_no_office_page_opens_to_a_stranger(client, rf):
    from django.contrib.auth.models import AnonymousUser

    assert len(guarded_views()) > 5
    assert passes(client, rf, AnonymousUser(), {}) == []


def test_no_office_page_opens_to_who_is_no_staff_member(client, rf):
    user = a_user()
    assert passes(client, rf, user, {}) == []
    assert passes(client, rf, user, records_of(user)) == []


def test_staff_without_a_second_factor_reach_its_setting_up_alone(client, rf):
    user = a_staff_member(is_enrolled=False)
    assert passes(client, rf, user, {}) == ["mfa_activate_totp"]


def test_staff_who_have_not_shown_it_in_this_session_reach_its_question_alone(client, rf):
    user = a_staff_member()
    assert passes(client, rf, user, {}) == ["mfa_reauthenticate"]
    assert passes(client, rf, user, records_of(a_staff_member())) == ["mfa_reauthenticate"]


def test_staff_who_have_shown_it_pass_everywhere(client, rf):
    user = a_staff_member()
    assert len(passes(client, rf, user, records_of(user))) == len(guarded_views())


def test_a_stranger_is_led_to_the_login_and_back(client):
    assert client.get("/second-factor/").url == "/login/?next=/second-factor/"


def test_staff_log_in_with_both_factors(client):
    user = a_staff_member(phone="+989121234567")
    ask(client)
    answer = client.post("/login/code/", {"code": code()})
    assert answer.url == "/login/second/"
    assert "_auth_user_id" not in client.session
    wrong = client.post("/login/second/", {"code": "12"})
    assert wrong.context["form"].errors == {
        "code": ["این کد درست نیست. کدی را بنویسید که برنامه همین حالا نشان می‌دهد."]
    }
    shown = second_factor.current_code(user_id=user.pk)
    persian = shown.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹"))
    assert client.post("/login/second/", {"code": persian}).url == "/"
    assert client.get("/second-factor/").status_code == 200


def test_a_code_of_the_app_is_taken_once(client):
    user = a_staff_member(phone="+989121234567")
    shown = second_factor.current_code(user_id=user.pk)
    for expected in (302, 200):
        ask(client)
        client.post("/login/code/", {"code": code()})
        assert client.post("/login/second/", {"code": shown}).status_code == expected
        client.post("/logout/")


def test_a_code_is_taken_once_as_long_as_it_lives(client):
    """allauth forgets a used code after one period, while a tolerant clock still takes it."""
    user = a_staff_member(phone="+989121234567")
    shown = second_factor.current_code(user_id=user.pk)
    for expected in (302, 200):
        ask(client)
        client.post("/login/code/", {"code": code()})
        assert client.post("/login/second/", {"code": shown}).status_code == expected
        client.post("/logout/")
        cache.delete(f"allauth.mfa.totp.used?user={user.pk}&code={shown}")


def test_staff_who_lost_their_phone_set_up_another(client):
    user = a_staff_member(phone="+989121234567")
    call_command("forget_second_factor", "0912 123 4567")
    assert second_factor.is_enrolled(user_id=user.pk) is False
    ask(client)
    assert client.post("/login/code/", {"code": code()}).url == "/"
    assert client.get("/second-factor/").url == "/second-factor/set-up/?next=/second-factor/"
    with pytest.raises(CommandError):
        call_command("forget_second_factor", "09129999999")


def test_new_staff_set_up_their_app_and_are_in(client):
    a_staff_member(phone="+989121234567", is_enrolled=False)
    ask(client)
    assert client.post("/login/code/", {"code": code()}).url == "/"
    assert client.get("/second-factor/").url == "/second-factor/set-up/?next=/second-factor/"
    page = client.get("/second-factor/set-up/")
    secret = page.context["form"].secret
    assert client.post("/second-factor/set-up/", {"code": "000"}).status_code == 200
    answer = client.post("/second-factor/set-up/", {"code": totp(secret)})
    assert answer.url == "/second-factor/codes/"
    codes = client.get("/second-factor/codes/")
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10


def totp(secret: str) -> str:
    import time

    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def test_a_recovery_code_opens_once(client):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = a_staff_member(phone="+989121234567")
    first = RecoveryCodes.activate(user).get_unused_codes()[0]
    for expected in (302, 200):
        ask(client)
        client.post("/login/code/", {"code": code()})
        assert client.post("/login/second/", {"code": first}).status_code == expected
        client.post("/logout/")


def test_a_session_from_before_enrolling_must_show_the_code(client):
    user = a_staff_member(is_enrolled=False)
    client.force_login(user)
    second_factor.enrol(user=user, secret=TOTP_SECRET)
    assert client.get("/second-factor/").url == "/second-factor/again/?next=/second-factor/"
    answer = client.post(
        "/second-factor/again/?next=/second-factor/",
        {"code": second_factor.current_code(user_id=user.pk), "next": "/second-factor/"},
    )
    assert answer.url == "/second-factor/"
    assert client.get("/second-factor/").status_code == 200


def test_too_many_wrong_app_codes_are_stopped(client):
    user = a_staff_member(phone="+989121234567")
    ask(client)
    client.post("/login/code/", {"code": code()})
    pages = [client.post("/login/second/", {"code": "000"}) for _ in range(6)]
    assert [page.status_code for page in pages] == [200] * 6
    assert pages[-1].context["form"].errors == {
        "code": ["تلاش‌ها بیش از اندازه بود. چند دقیقه صبر کنید و دوباره امتحان کنید."]
    }
    shown = second_factor.current_code(user_id=user.pk)
    assert client.post("/login/second/", {"code": shown}).status_code == 200


def test_the_secret_of_an_app_is_not_legible_in_the_database():
    user = a_staff_member()
    assert TOTP_SECRET not in str(Authenticator.objects.get(user=user).data)
    assert second_factor.current_code(user_id=user.pk) == totp(TOTP_SECRET)


def test_a_stall_holder_finds_nothing_at_the_office(client):
    user = a_user()
    log_in_at_office(client, user)
    assert client.get("/second-factor/").status_code == 404


@pytest.mark.urls("shop.urls.storefront")
def test_a_staff_login_at_the_storefront_asks_for_one_factor_and_gives_nothing_more(client):
    a_staff_member(phone="+989121234567")
    ask(client)
    assert client.post("/login/code/", {"code": code()}).url == "/panel/"
    assert client.get("/panel/").status_code == 404
    assert client.get("/second-factor/").status_code == 404


def test_the_demo_shows_the_second_factor_in_the_log(client, caplog, settings):
    user = a_staff_member(phone="+989121234567", name="مریم")
    shown = second_factor.current_code(user_id=user.pk)
    with caplog.at_level("INFO"):
        ask(client)
    assert f"DEMO second factor of مریم: {shown}" in caplog.messages
    caplog.clear()
    settings.DEMO = False
    with caplog.at_level("INFO"):
        ask(client)
    assert "second factor" not in caplog.text
