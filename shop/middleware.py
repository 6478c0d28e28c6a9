"""What every request of both doors passes."""

from collections.abc import Callable
from hashlib import sha256
from http import HTTPStatus
from time import sleep
from typing import Any, Final

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


class BrokenRequestMiddleware:
    """Refuse with 400 what no person's browser sends and no table can keep; form fields judge their texts themselves.

    PostgreSQL keeps no NUL character, so one in an address or a cookie is a bad request and never an error of ours.
    Some encodings other than UTF-8 carry letters that cannot be written anywhere.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest
        if any("\x00" in cookie for cookie in request.COOKIES.values()):
            raise BadRequest
        if (request.content_params or {}).get("charset", "utf-8").lower() not in ("utf-8", "utf8"):
            raise BadRequest
        return self.get_response(request)


class PressedTwiceMiddleware:
    """The same form sent twice from one page is one deed: the second press is answered as the first was.

    A phone whose owner taps twice shows the second answer alone; without this it would be "that was done already" in
    red, or a second row. The page a form stood on is known by its token, which each page has anew: who comes back and
    presses again means it. Only a redirect without an error counts as done. Services still guard what must happen once.
    """

    AREAS: Final = ("panel", "desk")
    IN_HAND: Final = "in hand"
    REMEMBERED, LONGEST_DEED = 60, 30  # seconds; whoever presses a minute later means it
    LOOKS, BETWEEN_LOOKS = 20, 0.25

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        press = getattr(request, "press", None)
        if press is not None:
            said = _messages_of(request)
            is_done = response.status_code == HTTPStatus.FOUND and not any(
                level >= messages.ERROR for level, _text in said
            )
            if is_done:
                cache.set(press, (response.headers["Location"], said), self.REMEMBERED)
            else:
                cache.delete(press)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if request.method != "POST" or match is None or match.namespace not in self.AREAS:
            return None
        if not request.POST.get("csrfmiddlewaretoken"):
            return None
        press = self._press_of(request)
        if cache.add(press, self.IN_HAND, self.LONGEST_DEED):
            request.press = press  # type: ignore[attr-defined]  # kept on the request for its answer
            return None
        for _look in range(self.LOOKS):
            answer = cache.get(press)
            if answer is None:  # the first press was refused: this one is judged anew
                return None
            if answer != self.IN_HAND:
                return _answer_again(request, *answer)
            sleep(self.BETWEEN_LOOKS)
        return None

    @staticmethod
    def _press_of(request: HttpRequest) -> str:
        files = [
            (name, file.name, file.size)
            for name, several in request.FILES.lists()
            for file in several
        ]
        sent = (request.user.pk, request.path, sorted(request.POST.lists()), sorted(files))
        return f"press:{sha256(repr(sent).encode('utf-8', 'replace')).hexdigest()}"


def _messages_of(request: HttpRequest) -> list[tuple[int, str]]:
    """What the next page will say; looking at it takes it out, so it is put back."""
    said = [(message.level, str(message)) for message in messages.get_messages(request)]
    for level, text in said:
        messages.add_message(request, level, text)
    return said


def _answer_again(request: HttpRequest, location: str, said: list[tuple[int, str]]) -> HttpResponse:
    shown = _messages_of(request)
    for level, text in said:
        if (level, text) not in shown:
            messages.add_message(request, level, text)
    return redirect(location)
