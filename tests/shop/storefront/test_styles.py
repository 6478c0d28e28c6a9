"""The style sheets keep their promises: one source of colour, both directions, browsers of 2021."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[3] / "shop/static/css"
SHEETS = sorted(CSS.rglob("*.css"))
TOO_NEW = (
    "light-dark(",
    ":has(",
    "@layer",
    "color-mix(",
    "width >=",
    "width <",
    "scale:",
    "rotate:",
    "dvh",
)


def roles(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", block))


def test_the_two_dark_sets_are_equal() -> None:
    text = (CSS / "tokens.css").read_text()
    of_system = re.search(r':root:not\(\[data-theme="light"\]\) \{(.*?)\n  \}', text, re.DOTALL)
    chosen = re.search(r'\n:root\[data-theme="dark"\] \{(.*?)\n\}', text, re.DOTALL)
    assert of_system is not None
    assert chosen is not None
    assert roles(of_system[1]) == roles(chosen[1])
    assert len(roles(chosen[1])) == 24


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_a_browser_of_2021_understands_every_rule(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert [word for word in TOO_NEW if word in text] == []
    assert not re.search(r"^\s*&", text, re.MULTILINE), "nested rule"


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_knows_left_or_right(sheet: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    assert re.findall(r"\b(?:left|right)\b", text) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_raw_colours_stand_in_the_tokens_alone(sheet: Path) -> None:
    if sheet.name == "tokens.css":
        return
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()) == []
