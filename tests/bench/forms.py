"""The forms of a page as a browser would send them, so that the bench shops as people do."""

from html.parser import HTMLParser


class Forms(HTMLParser):
    """`found`: each form's action, and its fields with the values they begin with."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []
        self._fields: dict[str, str] | None = None
        self._select = ""
        self._textarea = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self._fields = {}
            self.found.append((at.get("action", ""), self._fields))
        elif self._fields is None:
            return
        elif tag == "input" and at.get("name"):
            self._input(at)
        elif tag == "textarea":
            self._fields[at["name"]] = ""
        elif tag == "select":
            self._select = at["name"]
        elif tag == "option" and ("selected" in at or self._select not in self._fields):
            self._fields[self._select] = at.get("value", "")

    def _input(self, at: dict[str, str]) -> None:
        if self._fields is None or at.get("type") == "submit":
            return
        if at.get("type") in ("radio", "checkbox") and "checked" not in at:
            return
        self._fields[at["name"]] = at.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._fields = None
        elif tag == "select":
            self._select = ""


def form_of(page: str, action: str = "", *, field: str = "") -> dict[str, str]:
    """The fields of the first form whose action begins so and that has that field; KeyError without one."""
    forms = Forms(page).found
    for known, fields in forms:
        if known.startswith(action) and (not field or field in fields):
            return fields
    raise KeyError(f"no form {action!r} with {field!r} among {forms}")
