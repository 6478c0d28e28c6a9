"""Where the pictures of the shop lie: WebP files of a few widths under one key."""

from typing import Final

from django.core.files.storage import default_storage

SQUARE_WIDTHS: Final = (320, 640, 960)
COVER_WIDTHS: Final = (*SQUARE_WIDTHS, 1280)
COVER_PREFIX: Final = "cover-"


def picture_path(key: str, width: int) -> str:
    return f"photos/{key}/{width}.webp"


def photo_url(key: str, width: int) -> str:
    """Address of a stored picture: the smallest width that is at least `width`, or the largest."""
    widths = COVER_WIDTHS if key.startswith(COVER_PREFIX) else SQUARE_WIDTHS
    fitting = next((known for known in widths if known >= width), widths[-1])
    return default_storage.url(picture_path(key, fitting))
