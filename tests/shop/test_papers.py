"""Papers are made from our own files alone, whatever stands in them."""

import logging
import re
import zlib
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import ImageFile

from shop.papers import pdf_of

STREAM = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
STYLED = (
    '<html lang="fa" dir="rtl"><link rel="stylesheet" href="static:css/paper.css"><p>{}</p></html>'
)


def unpacked(pdf: bytes) -> bytes:
    """The paper with its packed pieces beside it."""
    pieces = [pdf]
    for found in STREAM.finditer(pdf):
        with suppress(zlib.error):
            pieces.append(zlib.decompress(found[1]))
    return b"".join(pieces)


def test_a_paper_is_a_pdf_with_our_font_in_it() -> None:
    paper = pdf_of(STYLED.format("ترشی لیته، ۱۶۵٬۰۰۰ تومان"))
    assert paper.startswith(b"%PDF-")
    assert b"Vazirmatn" in unpacked(paper)


def test_printing_leaves_the_judging_of_photos_as_it_was() -> None:
    """A photo cut short is refused after a paper was made in the same process, too."""
    pdf_of(STYLED.format("برچسب"))
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


@pytest.mark.parametrize(
    "named",
    [
        "http://127.0.0.1:9/picture.png",
        "file:///etc/passwd",
        "static:../../shop/settings.py",
        "static:css/nothing.css",
        "ftp://127.0.0.1/x",
    ],
)
def test_what_is_not_ours_is_left_out(named: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, logger="weasyprint"):
        paper = pdf_of(f'<p>before</p><img src="{named}"><p>after</p>')
    assert paper.startswith(b"%PDF-")
    assert f"Failed to load image at '{named}'" in caplog.text


def test_a_file_beside_the_shop_is_not_read(tmp_path: Path) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p::after { content: 'secret' }")
    html = f'<link rel="stylesheet" href="{secret.as_uri()}"><p>a</p>'
    assert len(pdf_of(html)) == len(pdf_of("<p>a</p>"))
