"""Stripe's form encoding: `line_items[0][price_data][currency]=irr` to nested objects."""

import re
from typing import Any
from urllib.parse import parse_qsl

_PART = re.compile(r"\[([^\]]*)\]")


class BadFormError(ValueError):
    """A name that cannot be nested: `a=1&a[b]=2`."""


def parse_form(encoded: str) -> dict[str, Any]:
    """Objects keyed by text; a list is an object keyed "0", "1", …: see `items_of`."""
    tree: dict[str, Any] = {}
    for name, value in parse_qsl(encoded, keep_blank_values=True):
        first, _, rest = name.partition("[")
        path = [first, *_PART.findall(f"[{rest}" if rest else "")]
        branch = tree
        for part in path[:-1]:
            branch = branch.setdefault(part, {})
            if not isinstance(branch, dict):
                raise BadFormError(name)
        last = path[-1] or str(len(branch))
        if isinstance(branch.get(last), dict):
            raise BadFormError(name)
        branch[last] = value
    return tree


def items_of(branch: Any) -> list[Any]:
    """The members of a list in their order; [] when it is no list."""
    if not isinstance(branch, dict) or not all(key.isdigit() for key in branch):
        return []
    return [branch[key] for key in sorted(branch, key=int)]
