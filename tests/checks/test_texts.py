"""Each area's Persian catalogue is complete: nothing missing, nothing empty, nothing half-translated."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from tests.checks.tracked import ROOT, tracked

# Area, and the part of it that has a catalogue of its own.
AREAS = {"shop": None, "search": None, "vendors": "livelihood", "vendors/livelihood": None}
CATALOGUES = sorted(path for path in tracked() if path.suffix == ".po")
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|%[sd]|\{(\w*)\}")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="fa")


def test_every_text_is_translated() -> None:
    untranslated = [
        (path.relative_to(ROOT).as_posix(), message.id)
        for path in CATALOGUES
        for message in read(path)
        if message.id and (message.fuzzy or not all(strings(message)))
    ]
    assert untranslated == []
    assert [path for path in CATALOGUES if read(path).obsolete] == []


def strings(message: Message) -> tuple[str, ...]:
    return message.string if isinstance(message.string, tuple) else (message.string,)


def test_translations_keep_the_placeholders() -> None:
    wrong = [
        (path.relative_to(ROOT).as_posix(), message.id)
        for path in CATALOGUES
        for message in read(path)
        # A plural's singular may leave its number out.
        if isinstance(message.id, str)
        and message.id
        and sorted(PLACEHOLDER.findall(message.id)) != sorted(PLACEHOLDER.findall(message.string))
    ]
    assert wrong == []


@pytest.mark.skipif(shutil.which("xgettext") is None, reason="needs the gettext tools")
@pytest.mark.parametrize("area", AREAS)
def test_every_text_in_the_code_is_in_the_catalogue(area: str, tmp_path: Path) -> None:
    copy = tmp_path / "area"
    shutil.copytree(ROOT / area, copy, ignore=shutil.ignore_patterns("*.mo", "static"))
    if apart := AREAS[area]:
        shutil.rmtree(copy / apart)
    catalogue = copy / "locale" / "fa" / "LC_MESSAGES" / "django.po"
    known = ids(catalogue)
    catalogue.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [ROOT / ".venv/bin/django-admin", "makemessages", "-l", "fa", "--no-obsolete", "-v", "0"],
        cwd=copy,
        check=True,
        env={"PATH": "/usr/bin:/bin"},
    )
    collected = ids(catalogue)
    assert sorted(map(str, collected - known)) == []
    assert sorted(map(str, known - collected)) == []


def ids(path: Path) -> set[tuple[str | None, str]]:
    if not path.exists():
        return set()
    with path.open("rb") as file:
        return {
            (message.context, message.id if isinstance(message.id, str) else message.id[0])
            for message in read_po(file)
            if message.id
        }
