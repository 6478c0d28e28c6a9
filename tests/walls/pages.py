"""Forms and links as they stand in a page's HTML, and what a browser would send of them."""

from collections import deque
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from django.test import Client

from tests.walls.addresses import undone_if_changed

VOID = {"submit", "button", "image", "reset"}


@dataclass
class Input:
    name: str
    kind: str  # the type of an input; select, textarea or button
    value: str = ""
    choices: list[str] = field(default_factory=list)
    is_checked: bool = False
    longest: int | None = None


@dataclass
class Form:
    action: str
    method: str = "get"
    inputs: list[Input] = field(default_factory=list)

    def filled(self) -> dict[str, str | list[str]]:
        """What is sent when the first button is pressed and nothing was typed."""
        sent: dict[str, str | list[str]] = {}
        for each in self.inputs:
            if each.kind in VOID:
                continue
            if each.kind in ("checkbox", "radio") and not each.is_checked:
                continue
            if each.kind == "checkbox":
                sent[each.name] = [*sent.get(each.name, []), each.value]
            elif each.kind != "file":
                sent[each.name] = each.value
        for each in self.inputs:
            if each.kind == "radio" and each.name not in sent:
                sent[each.name] = each.value  # somebody has chosen the first
        return sent

    def buttons(self) -> list[Input]:
        return [each for each in self.inputs if each.kind in VOID and each.name]


class Page(HTMLParser):
    """Links and forms of one page, their addresses made whole."""

    def __init__(self, html: str, *, path: str) -> None:
        super().__init__()
        self.path, self.html = path, html
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._inputs_elsewhere: list[tuple[str, Input]] = []
        self._by_id: dict[str, Form] = {}
        self._choice: Input | None = None  # the select or textarea that is open
        self.feed(html)
        for form_id, each in self._inputs_elsewhere:
            if form_id in self._by_id:
                self._by_id[form_id].inputs.append(each)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and given.get("href"):
            self.links.append(self._whole(given["href"]))
        elif tag == "form":
            self._form = Form(self._whole(given.get("action", "")), given.get("method", "get"))
            self.forms.append(self._form)
            self._by_id[given.get("id", "")] = self._form
        elif tag == "option" and self._choice is not None:
            self._choice.choices.append(given.get("value", ""))
            if "selected" in given or len(self._choice.choices) == 1:
                self._choice.value = given.get("value", "")
        elif tag in ("input", "select", "textarea", "button"):
            self._add(tag, given)

    def _add(self, tag: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text" if tag == "input" else "submit")
        longest = given.get("maxlength", "")
        each = Input(
            name=given.get("name", ""),
            kind=kind if tag in ("input", "button") else tag,
            value=given.get("value", "on" if kind == "checkbox" else ""),
            is_checked="checked" in given,
            longest=int(longest) if longest.isdigit() else None,
        )
        if tag in ("select", "textarea"):
            self._choice = each
        if not each.name and each.kind not in VOID:
            return
        if "form" in given:
            self._inputs_elsewhere.append((given["form"], each))
        elif self._form is not None:
            self._form.inputs.append(each)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in ("select", "textarea"):
            self._choice = None

    def handle_data(self, data: str) -> None:
        if self._choice is not None and self._choice.kind == "textarea":
            self._choice.value += data

    def _whole(self, link: str) -> str:
        parts = urlsplit(urljoin(f"http://testserver{self.path}", link))
        if parts.netloc != "testserver":
            return ""
        return parts.path + (f"?{parts.query}" if parts.query else "")


def pages_of(
    client: Client, *starts: str, under: str | tuple[str, ...], most: int = 200
) -> list[Page]:
    """The pages that are linked from these and stand under this address, each visit undone."""
    waiting, known, pages = deque(starts), set(starts), []
    while waiting and len(pages) < most:
        path = waiting.popleft()
        with undone_if_changed(client):
            response = client.get(path)
            body = b"".join(response) if response.streaming else response.content
        if response.status_code != 200 or "text/html" not in response.headers["Content-Type"]:
            continue
        pages.append(Page(body.decode(), path=path))
        for link in pages[-1].links:
            place = urlsplit(link).path
            if place.startswith(under) and place not in known:
                known.add(place)
                waiting.append(place)
    return pages
