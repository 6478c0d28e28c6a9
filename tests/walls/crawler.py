"""A stranger who follows every link of the shop, in both languages, and keeps all they were shown."""

import re
from collections import deque
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

from django.http import HttpResponseBase
from django.test import Client

LINK = re.compile(r"""(?:href|src|action|hx-get|data-src)=["']([^"']+)["']""")
LOCATION = re.compile(r"<(?:loc|xhtml:link[^>]*href=\")>?([^<\"]+)")
FILES = ("/static/", "/media/")
STARTS = ("/", "/en/", "/sitemap.xml", "/robots.txt")
# What no page links: a page that is not there, search and its suggestions for any word.
GUESSES = (
    "/nothing-here/",
    "/en/nothing-here/",
    "/p/nothing/",
    "/s/nothing/",
    "/c/nothing/",
    "/o/x/",
)
MOST_PAGES = 600


class Crawler:
    """`seen` holds for each address everything the shop answered: status line, headers and text."""

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=False)
        self.seen: dict[str, str] = {}

    def crawl(self, *, words: tuple[str, ...] = ()) -> None:
        """Follow all links from the first pages on; look for these words and ask for suggestions."""
        asked = [
            f"{prefix}/search/{kind}?q={word}"
            for prefix in ("", "/en")
            for kind in ("", "suggest/")
            for word in words
        ]
        waiting = deque([*STARTS, *GUESSES, *asked])
        known = set(waiting)
        while waiting:
            address = waiting.popleft()
            for link in self._visit(address):
                if link not in known and len(known) < MOST_PAGES:
                    known.add(link)
                    waiting.append(link)
        self._meet_errors()

    def found(self, secrets: list[str]) -> set[tuple[str, str]]:
        """Which of these strings stand where."""
        return {
            (secret, address)
            for address, text in self.seen.items()
            for secret in secrets
            if secret in text
        }

    def _visit(self, address: str) -> list[str]:
        response = self.client.get(address)
        text = self._keep(address, response)
        links = [response["Location"]] if "Location" in response else []
        links += LINK.findall(text) + LOCATION.findall(text)
        paths = []
        for link in links:
            parts = urlsplit(urljoin(f"http://testserver{address}", unescape(link)))
            if parts.scheme in ("http", "https") and not parts.path.startswith(FILES):
                paths.append(parts.path + (f"?{parts.query}" if parts.query else ""))
        return paths

    def _meet_errors(self) -> None:
        """The pages that nobody wants to see: bad method, no token, bad host."""
        strict = Client(enforce_csrf_checks=True, raise_request_exception=False)
        for path in ("/basket/add/", "/checkout/", "/login/"):
            self._keep(f"POST {path}", strict.post(path))
        self._keep("GET /basket/add/", self.client.get("/basket/add/"))
        self._keep("bad host", self.client.get("/", headers={"host": "elsewhere.example"}))

    def _keep(self, address: str, response: HttpResponseBase) -> str:
        body = b"".join(response.streaming_content) if response.streaming else response.content  # type: ignore[attr-defined]
        text = f"{response.status_code}\n{response.headers}\n{unquote(unescape(body.decode(errors='replace')))}"
        self.seen[address] = text
        return body.decode(errors="replace")
