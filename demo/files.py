"""The demo's data files; each says in its `_note` what is made up (everything) and why."""

import json
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PICTURES = HERE / "pictures"


def read(name: str) -> dict[str, Any]:
    """A data file, by its name without ending."""
    content: dict[str, Any] = json.loads((HERE / "data" / f"{name}.json").read_text("utf-8"))
    return content
