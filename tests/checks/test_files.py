"""What no tracked file may hold, and how long it may be."""

import re

import pytest

from tests.checks.tracked import ROOT, texts, tracked

PERSIAN = re.compile("[\u0600-\u06ff\u200c]")
INLINE = re.compile(
    r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE
)
OUR_CODE = ("shop/", "vendors/", "search/", "bank/")


def test_code_holds_no_persian_letters() -> None:
    found = [
        f"{name}:{number}"
        for name, text in texts(".py")
        if not name.startswith("tests/")
        for number, line in enumerate(text.splitlines(), 1)
        if PERSIAN.search(line)
    ]
    assert found == []


def test_no_file_names_a_machine_or_a_registry() -> None:
    hosts = (
        "pypi.org",
        "pythonhosted.org",
        "registry.npmjs",
        "repo.maven",
        "deb.debian",
        "crates.io",
    )
    machine = re.compile(
        r"(?<![\w.$}])/(?:work|root|home/[a-z]+)/|" + "|".join(map(re.escape, hosts))
    )
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        if name != "tests/checks/test_files.py"
        for number, line in enumerate(text.splitlines(), 1)
        if machine.search(line)
    ]
    assert found == []


def test_code_files_stay_under_400_lines() -> None:
    lengths = {name: text.count("\n") for name, text in texts(".py") if "/migrations/" not in name}
    assert {name: lines for name, lines in lengths.items() if lines > 400} == {}


def test_templates_stay_under_80_lines() -> None:
    lengths = {name: text.count("\n") for name, text in texts(".html") if name.startswith(OUR_CODE)}
    assert {name: lines for name, lines in lengths.items() if lines > 80} == {}


def test_templates_hold_no_inline_script_or_style() -> None:
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts(".html")
        if name.startswith(OUR_CODE)
        for number, line in enumerate(text.splitlines(), 1)
        if INLINE.search(line)
    ]
    assert found == []


def test_templates_escape_everything() -> None:
    unescaped = re.compile(r"\|\s*safe\b|\bautoescape off\b")
    assert [
        name
        for name, text in texts(".html")
        if name.startswith(OUR_CODE) and unescaped.search(text)
    ] == []


def test_nothing_is_left_to_do() -> None:
    left = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b")
    found = [
        f"{name}:{number}"
        for name, text in texts(".py", ".html", ".css", ".js", ".md", ".sh", ".toml")
        if name != "tests/checks/test_files.py"
        for number, line in enumerate(text.splitlines(), 1)
        if left.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("suffix", [".mo", ".pyc", ".sqlite3", ".log"])
def test_no_output_is_tracked(suffix: str) -> None:
    assert [path.relative_to(ROOT) for path in tracked() if path.suffix == suffix] == []
