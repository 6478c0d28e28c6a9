"""The drawings of the goods, put through the shop's own photo path."""

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.core.files import File

from demo.files import PICTURES
from vendors.stalls.photos import store_photo

COVER = "stall-"


def store_pictures() -> dict[str, str]:
    """Key of every drawing by its file's name without ending; those stored before cost a look each."""
    paths = sorted(PICTURES.glob("*.webp"))
    # Pillow works outside the interpreter's lock, so two cores take half the time.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        return dict(zip((path.stem for path in paths), pool.map(_store, paths), strict=True))


def _store(path: Path) -> str:
    with path.open("rb") as file:
        return store_photo(upload=File(file), square=not path.stem.startswith(COVER))
