"""Forms filled in as a person would, and sent twice: a phone may show its owner the second answer alone."""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import resolve
from PIL import Image

from tests.walls.addresses import undone
from tests.walls.pages import VOID, Form, Input, Page
from tests.walls.unchanged import Tables, watched

REFUSED = re.compile(r'field__error|class="[^"]*notice--toast[^"]*notice--bad')
# To refresh what search knows of goods changes nothing of them.
HARMLESS_JOBS = {"search.jobs.refresh_products"}
# What a form is filled with, by the name of a field or what it begins with; what is called is made anew each time.
Fill = Mapping[str, Any]
Body = dict[str, Any]


def a_picture() -> io.BytesIO:
    file = io.BytesIO()
    Image.new("RGB", (640, 640), "teal").save(file, "JPEG")
    file.name = "photo.jpg"
    file.seek(0)
    return file


def same_form(**typed: Any) -> Callable[[], Body]:
    """A form that stands on no page of the rows at hand."""
    return lambda: {"csrfmiddlewaretoken": "of one page", **typed}


@dataclass
class Presses:
    """Which routes were pressed, and what went wrong."""

    client: Client
    fills: Mapping[str, Fill]  # by the name of the route
    pressed: set[str] = field(default_factory=set)
    refused: list[str] = field(default_factory=list)  # already the first time
    faults: list[str] = field(default_factory=list)

    def press_forms_of(self, pages: list[Page], *, within: str) -> None:
        """Each button of one form of each kind: by where it is sent and which fields it has."""
        done = set()
        for form in (form for page in pages for form in page.forms):
            if form.method.lower() != "post" or not form.action:
                continue
            name = resolve(urlsplit(form.action).path).view_name
            kind = (name, tuple(sorted({each.name for each in form.inputs})))
            if kind in done or not name.startswith(within):
                continue
            done.add(kind)
            if "csrfmiddlewaretoken" not in {each.name for each in form.inputs}:
                self.faults.append(f"{name}: a browser's press would be refused, it has no token")
            for button in form.buttons() or [Input("", "submit")]:
                self.press(form.action, partial(self._filled, name, form, button))

    def press(self, path: str, body: Callable[[], Body]) -> None:
        name = resolve(urlsplit(path).path).view_name
        sent = body()
        said = f"{name} {sorted(sent.keys() - {'csrfmiddlewaretoken'})}"
        with undone(self.client):
            first = self.client.post(path, sent, follow=True)
            if why := refusal(first):
                self.refused.append(f"{said}: {why}")
                return
            self.pressed.add(name)
            jobs = _jobs()
            with undone(self.client), watched() as written:
                again = {key: value for key, value in body().items() if hasattr(value, "read")}
                why = refusal(self.client.post(path, sent | again, follow=True))
                after, new_jobs = Tables(written), _jobs()[len(jobs) :]
            self.faults += [f"{said}: {why}"] if why else []
            self.faults += [
                f"{said}: wrote {change.row._meta.label}" for change in after.changes(written)
            ]
            self.faults += [f"{said}: {job} again" for job in new_jobs if job not in HARMLESS_JOBS]

    def _filled(self, name: str, form: Form, button: Input) -> Body:
        sent: Body = dict(form.filled())
        fill = self.fills.get(name, {})
        for each in form.inputs:
            if each.kind not in VOID and (typed := _typed(each, fill)) is not None:
                sent[each.name] = typed() if callable(typed) else typed
        return sent | ({button.name: button.value} if button.name else {})


def _typed(each: Input, fill: Fill) -> Any:
    found = [value for name, value in fill.items() if re.fullmatch(name, each.name)]
    return found[0] if found else None


def refusal(response: HttpResponse) -> str:
    """Why this answer is no success: a bad status, an error beside a field, or one in a message."""
    if response.status_code >= 400:
        return str(response.status_code)
    html = response.content.decode(errors="replace")
    found = REFUSED.search(html)
    if found is None:
        return ""
    return " ".join(re.sub("<[^>]*>", " ", html[found.start() : found.start() + 500]).split())


def _jobs() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT task_name FROM procrastinate_jobs ORDER BY id")
        return [name for (name,) in cursor.fetchall()]
