"""Papers of the shop as PDF: what is printed, sent or kept. No network: the font and the styles are our own files."""

from pathlib import Path
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpResponse

OURS = "static:"


def pdf_of(html: str) -> bytes:
    """The page as PDF. It may name files of ours as `static:css/paper.css`; whatever else it names is left out."""
    # Heavy, and it needs Pango: processes that never print do without both.
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

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
    """The page as a PDF that a browser keeps under `name`."""
    return HttpResponse(
        pdf_of(html),
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
