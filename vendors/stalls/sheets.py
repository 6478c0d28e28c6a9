"""Tables of goods as Excel files: written from rows, and read into rows of text.

A file may come from anybody: it is judged before it is unpacked, read row by row, and given up at the first row that is
too much. A formula in it is never taken for what it says.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.core.files.base import File
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.utils.exceptions import InvalidFileException

from shop.forms import clean_text
from shop.persian import fold
from shop.templatetags.bazarche import number
from vendors.stalls.errors import SheetRefused

MOST_ROWS: Final = 500
MOST_COLUMNS: Final = 40
MAX_BYTES: Final = 2 * 1024 * 1024
# A table of 500 rows is well below a megabyte when unpacked; a hundred thousand are far above this.
MAX_UNPACKED: Final = 8 * 1024 * 1024
LONGEST_CELL: Final = 5000
# Stands for a cell that is no text and no number: a formula, an error, a date.
FORMULA, NO_VALUE = "\u0001formula", "\u0001novalue"
BROKEN: Final = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
    SyntaxError,  # what the XML parser raises
    NotImplementedError,
)


@dataclass(frozen=True)
class Column:
    """A column by its key, its heading, and other headings it is known by."""

    key: str
    heading: str


Row = tuple[int, dict[str, str]]


def write_sheet(columns: Sequence[Column], rows: Iterable[Sequence[str | int | None]]) -> bytes:
    """An Excel file with these columns, from right to left. No cell of it is a formula, whatever stands there."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("Goods"))
    sheet.sheet_view.rightToLeft = True
    sheet.freeze_panes = "A2"
    sheet.append([_cell(sheet, column.heading, is_bold=True) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(sheet: Any, value: str | int | None, *, is_bold: bool = False) -> WriteOnlyCell:
    if not isinstance(value, str):
        return WriteOnlyCell(sheet, value)
    cell = WriteOnlyCell(sheet, "")
    cell.value = clean_text(value)
    # openpyxl takes what begins with = for a formula; the quote tells Excel to leave such text alone when it is edited.
    cell.data_type = "s"
    cell.quotePrefix = value[:1] in "=+-@\t\r" if value else False
    if is_bold:
        cell.font = Font(bold=True)
    return cell


def read_sheet(*, upload: "File[Any]", columns: Sequence[Column]) -> list[Row]:
    """The rows of the first sheet under the headings we know, as text, each with its number; empty rows are left out.

    Raises SheetRefused for what is no Excel file, lacks our headings, has more than 500 rows, or unpacks to more than
    such a table needs; a large file is given up before it is read.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise _too_large()
    content = io.BytesIO(upload.read())
    try:
        with zipfile.ZipFile(content) as packed:
            if sum(part.file_size for part in packed.infolist()) > MAX_UNPACKED:
                raise _too_large()
        book = load_workbook(content, read_only=True, data_only=False, keep_links=False)
        try:
            return _rows(book.worksheets[0], columns)
        finally:
            book.close()
    except BROKEN as error:
        raise SheetRefused(
            _("This file is not an Excel table we can read. Please send an .xlsx file.")
        ) from error


def _too_large() -> SheetRefused:
    sentence = ngettext(
        "At most %(count)s row fits into one table.",
        "At most %(count)s rows fit into one table.",
        MOST_ROWS,
    )
    return SheetRefused(sentence % {"count": number(MOST_ROWS)})


def _rows(sheet: Any, columns: Sequence[Column]) -> list[Row]:
    lines = sheet.iter_rows(max_col=MOST_COLUMNS)
    known = {fold(column.heading): column.key for column in columns}
    places = {
        place: known[heading]
        for place, cell in enumerate(next(lines, ()))
        if (heading := fold(_text(cell))) in known
    }
    if not places:
        raise SheetRefused(
            _("The headings are not ours. Please begin from the table that you can download here.")
        )
    rows: list[Row] = []
    for line_number, line in enumerate(lines, start=2):
        said = {places[place]: _text(cell) for place, cell in enumerate(line) if place in places}
        if not any(said.values()):
            if (
                line_number > 2 * MOST_ROWS
            ):  # nothing but emptiness: a sheet may claim a million rows
                break
            continue
        if len(rows) == MOST_ROWS:
            raise _too_large()
        rows.append((line_number, said))
    return rows


def _text(cell: Any) -> str:
    """What stands in a cell, as somebody would type it."""
    value = cell.value
    if value is None:
        return ""
    if cell.data_type == "f":
        return FORMULA
    if isinstance(value, bool) or cell.data_type in ("e", "d"):
        return NO_VALUE
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value)
    return clean_text(str(value)[:LONGEST_CELL])
