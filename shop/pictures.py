"""Where the pictures of the shop lie: a few widths and formats under one key, and the originals out of reach."""

import os
from typing import Any, Final

from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage

WIDTHS: Final = (160, 320, 640, 1280)
# Made while an upload is answered; the others, and the other formats, by a job.
FIRST_WIDTHS: Final = (160, 320, 640)
FORMATS: Final = ("avif", "webp", "jpg")
COVER_PREFIX: Final = "cover-"


class PrivateFiles(FileSystemStorage):
    """Files that no address leads to and that the operator's own account alone may read."""

    def __init__(self, **options: Any) -> None:
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    @property
    def base_location(self) -> str:
        return str(settings.PRIVATE_ROOT)

    @property
    def location(self) -> str:
        return os.path.abspath(self.base_location)

    def url(self, name: str | None) -> str:
        raise ValueError("a private file has no address")


def picture_path(key: str, width: int, kind: str = "webp") -> str:
    return f"photos/{key}/{width}.{kind}"


def photo_url(key: str, width: int, kind: str = "webp") -> str:
    """Address of a stored picture: the smallest width that is at least `width`, or the largest.

    WebP up to 640 wide is always there (a cover's at every width); the rest once the picture is ready.
    """
    fitting = next((known for known in WIDTHS if known >= width), WIDTHS[-1])
    return default_storage.url(picture_path(key, fitting, kind))


def original_path(key: str) -> str:
    """Where the upload lies from which a key's pictures are made, in the private storage."""
    return f"originals/{original_of(key)}"


def original_of(key: str) -> str:
    """The part of a key that names the upload; the same for every middle that was chosen in it."""
    return key.removeprefix(COVER_PREFIX).partition("-")[0]
