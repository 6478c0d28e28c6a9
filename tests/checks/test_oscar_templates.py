"""An overridden Oscar template says why it exists, and its original is the one we read when we wrote it.

After an upgrade of Oscar the hashes below fail: read what changed in each original, carry it over, pin the new hash.
"""

import hashlib
import json
import re
from pathlib import Path

import oscar

from tests.checks.tracked import ROOT, tracked

ORIGINALS = Path(oscar.__file__).parent / "templates"
PINNED = json.loads((Path(__file__).parent / "oscar_templates.json").read_text())


def overridden() -> dict[str, Path]:
    """Our templates that stand in for one of Oscar's, by the name both carry."""
    ours = {}
    for path in tracked():
        if path.suffix in {".html", ".txt"} and "templates" in path.parts:
            name = path.as_posix().rsplit("/templates/", 1)[-1]
            if (ORIGINALS / name).exists():
                ours[name] = path
    return ours


OURS = overridden()


def test_overrides_say_what_they_replace_and_why() -> None:
    version = re.escape(oscar.get_version())
    silent = {}
    for name, path in OURS.items():
        first_line = path.read_text().split("\n", 1)[0]
        if not re.fullmatch(rf"\{{# oscar {version} {re.escape(name)}: .{{10,}} #\}}", first_line):
            silent[path.relative_to(ROOT).as_posix()] = first_line
    assert silent == {}


def test_originals_are_the_ones_that_were_read() -> None:
    installed = {
        name: hashlib.sha256((ORIGINALS / name).read_bytes()).hexdigest() for name in sorted(OURS)
    }
    assert installed == PINNED
