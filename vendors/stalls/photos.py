"""From an upload to the pictures the shop shows: WebP files of a few widths and nothing else.

What is kept is drawn anew, so that place (GPS), camera, text and whatever hung behind the picture
are gone. The upload itself is not stored. A key is made from the content: the same picture twice
is one set of files.
"""

import hashlib
import io
import struct
from typing import Any, Final, cast

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from shop.pictures import COVER_PREFIX, COVER_WIDTHS, SQUARE_WIDTHS, picture_path
from vendors.stalls.errors import PhotoRefused

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
FORMATS: Final = ("JPEG", "PNG", "WEBP")
WHITE: Final = (255, 255, 255)

# What Pillow raises on broken files, over its formats; and its own, wider bound on pixels.
BROKEN: Final = (OSError, SyntaxError, ValueError, EOFError, struct.error)
BOMB: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def store_photo(*, upload: "File[Any]", square: bool = True) -> str:
    """Store an uploaded picture in every width of its shape and return its key.

    Square pictures (products) are cut from the middle; covers are twice as wide as high. A picture
    smaller than a width is not blown up. Raises PhotoRefused for what is no JPEG, PNG or WebP by
    content, is damaged, or is over 10 MB or 25 megapixels; size is judged by the header, before
    anything is decoded.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise PhotoRefused(_("This photo is over 10 megabytes. Please choose a smaller one."))
    upload.seek(0)
    content = upload.read()
    widths = SQUARE_WIDTHS if square else COVER_WIDTHS
    prefix = "" if square else COVER_PREFIX
    key = prefix + hashlib.sha256(content).hexdigest()[:24]
    if all(default_storage.exists(picture_path(key, width)) for width in widths):
        return key
    picture = _decode(content, widest=widths[-1], square=square)
    # From large to small, each from the one before: half the work of starting anew.
    for width in reversed(widths):
        if picture.width > width:
            picture = picture.resize((width, _height(width, square)), Image.Resampling.LANCZOS)
        if not default_storage.exists(picture_path(key, width)):
            default_storage.save(picture_path(key, width), ContentFile(_encode(picture)))
    return key


def _height(width: int, square: bool) -> int:
    return width if square else max(1, width // 2)


def _decode(content: bytes, *, widest: int, square: bool) -> Image.Image:
    """The upright, cropped picture in plain RGB, no wider than needed and without any metadata."""
    try:
        picture = cast(Image.Image, Image.open(io.BytesIO(content), formats=FORMATS))
    except BOMB as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise PhotoRefused(
            _("This file is not a photo we can show. Please choose a JPEG, PNG or WebP photo.")
        ) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    try:
        # A JPEG can be decoded at a half, a quarter or an eighth; never below the size we need.
        picture.draft("RGB", (widest, widest))
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        if picture.has_transparency_data:
            picture = _on_white(picture.convert("RGBA"))
        picture = picture.convert("RGB")
    except BROKEN as error:
        raise PhotoRefused(
            _("This photo is damaged or did not arrive whole. Please send it once more.")
        ) from error
    side = min(picture.width, picture.height if square else picture.height * 2)
    picture = ImageOps.fit(picture, (side, _height(side, square)), Image.Resampling.LANCZOS)
    picture.info = {}
    return picture


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        _("This picture is larger than 25 megapixels. Please choose a smaller one.")
    )


def _on_white(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", picture.size, WHITE)
    ground.alpha_composite(picture)
    return ground


def _encode(picture: Image.Image) -> bytes:
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=80, method=4)
    return file.getvalue()
