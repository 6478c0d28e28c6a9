"""Papers of the shop as PDF: what is printed, sent or kept. No network: the font and the styles are our own files."""

import logging
from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.utils.translation import gettext as _
from PIL import ImageFile

OURS = "static:"
log = logging.getLogger(__name__)


class NoPapers(Exception):
    """The system's library for setting type is missing: bin/setup names the packages."""


def pdf_of(html: str) -> bytes:
    """The page as PDF. It may name files of ours as `static:css/paper.css`; whatever else it names is left out.

    Raises NoPapers where Pango is not installed.
    """
    # Heavy, and it needs Pango: processes that never print do without both.
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except OSError as missing:
        raise NoPapers from missing
    # WeasyPrint tells Pillow, for the whole process, to take photos that were cut short; uploads must not be.
    ImageFile.LOAD_TRUNCATED_IMAGES = False

    class OwnFiles(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not url.startswith(OURS):
                raise ValueError(f"not a file of the shop: {url}")
            found = finders.find(url.removeprefix(OURS))
            if not found:
                raise ValueError(f"no such file: {url}")
            return super().fetch(Path(found).as_uri(), headers)

    pdf: bytes = HTML(string=html, url_fetcher=OwnFiles()).write_pdf()
    return pdf


def pdf_response(html: str, *, name: str) -> HttpResponse:
    """The page as a PDF that a browser keeps under `name`; a 503 that says so where none can be made."""
    try:
        pdf = pdf_of(html)
    except NoPapers:
        log.error("papers.no_pango")
        said = _("Papers can't be made on this machine now. Copy it by hand, and tell Bazarche.")
        return HttpResponse(said, status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
