"""From an upload to the pictures the shop shows: a few widths in three formats, and nothing else of it.

What is shown is drawn anew, so that place (GPS), camera, text and whatever hung behind the picture are gone. The upload
itself is kept where no address leads, to make other sizes from. A key is made from the content and from what must stay
in the square: the same picture twice is one set of files.
"""

import base64
import hashlib
import io
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, cast

import pillow_heif
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage, storages
from django.utils.translation import gettext as _
from PIL import ExifTags, Image, ImageOps

from shop.pictures import (
    COVER_PREFIX,
    FIRST_WIDTHS,
    FORMATS,
    WIDTHS,
    original_of,
    original_path,
    picture_path,
)
from vendors.stalls.errors import PhotoRefused

pillow_heif.register_heif_opener(thumbnails=False)

MAX_BYTES: Final = 10 * 1024 * 1024
MAX_PIXELS: Final = 25_000_000
UPLOADS: Final = ("JPEG", "PNG", "WEBP", "HEIF")
WHITE: Final = (255, 255, 255)
MIDDLE: Final = 50
# docs/performance.md has what these cost; equal numbers are not equal pictures across formats.
SAVED_AS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "webp": ("WEBP", {"quality": 80, "method": 4}),
    "jpg": ("JPEG", {"quality": 80, "progressive": True, "optimize": True}),
    "avif": ("AVIF", {"quality": 60, "speed": 8}),
}
# What the note of how the camera was held asks for; 1 is upright.
UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
PLACEHOLDER_SIDE, PLACEHOLDER_ROOM = 16, 400

# What Pillow raises on broken files, over its formats, and libheif at its limits; and Pillow's wider bound on pixels.
BROKEN: Final = (
    *(OSError, SyntaxError, ValueError, TypeError, RuntimeError),
    *(EOFError, struct.error),
)
BOMB: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


@dataclass(frozen=True)
class Cut:
    """What is cut out of a picture: a square, or a cover twice as wide as high; what stays in it, in hundredths."""

    is_square: bool = True
    focus_x: int = MIDDLE
    focus_y: int = MIDDLE

    def key(self, original: str) -> str:
        if not self.is_square:
            return f"{COVER_PREFIX}{original}"
        is_middle = (self.focus_x, self.focus_y) == (MIDDLE, MIDDLE)
        return original if is_middle else f"{original}-{self.focus_x}-{self.focus_y}"

    def height(self, width: int) -> int:
        return width if self.is_square else max(1, width // 2)


def store_photo(*, upload: "File[Any]", square: bool = True) -> str:
    """Keep an upload out of reach, make its first pictures and return their key.

    Squares are cut from the middle and stand up to 640 wide at once; covers, twice as wide as high, at every width. A
    picture smaller than a width is not blown up. Raises PhotoRefused for what is no JPEG, PNG, WebP or HEIC by content,
    is damaged, or is over 10 MB or 25 megapixels; size is judged by the header, before anything is decoded.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise PhotoRefused(_("This photo is over 10 megabytes. Please choose a smaller one."))
    upload.seek(0)
    content = upload.read()
    cut = Cut(is_square=square)
    key = cut.key(hashlib.sha256(content).hexdigest()[:24])
    _make(content, key, cut, ("webp",), FIRST_WIDTHS if square else WIDTHS)
    if not storages["private"].exists(original_path(key)):
        storages["private"].save(original_path(key), ContentFile(content))
    return key


def is_stored(key: str) -> bool:
    """Whether the first pictures of a key are there, and the upload they were made from."""
    return storages["private"].exists(original_path(key)) and all(
        default_storage.exists(picture_path(key, width)) for width in FIRST_WIDTHS
    )


def recut_photo(*, key: str, cut: Cut) -> str:
    """The first pictures of the same upload, cut otherwise; returns their key. Raises FileNotFoundError without it."""
    new_key = cut.key(original_of(key))
    _make(_original(key), new_key, cut, ("webp",), FIRST_WIDTHS)
    return new_key


def make_all_sizes(*, key: str, cut: Cut) -> None:
    """Every width in every format; what is there stays. Raises FileNotFoundError when the upload is gone."""
    _make(_original(key), key, cut, FORMATS, WIDTHS)


def placeholder_of(key: str) -> str:
    """Base64 of a tiny WebP that stands there until the picture has come; empty when it would not be tiny."""
    with default_storage.open(picture_path(key, FIRST_WIDTHS[0])) as file:
        picture = Image.open(file, formats=("WEBP",))
        picture.thumbnail((PLACEHOLDER_SIDE, PLACEHOLDER_SIDE))
        tiny = io.BytesIO()
        picture.convert("RGB").save(tiny, "WEBP", quality=30, method=6)
    text = base64.b64encode(tiny.getvalue()).decode()
    return text if len(text) <= PLACEHOLDER_ROOM else ""


def forget_pictures(key: str) -> None:
    """Delete the pictures of a key; the upload stays."""
    for width in WIDTHS:
        for kind in FORMATS:
            default_storage.delete(picture_path(key, width, kind))


def forget_original(key: str) -> None:
    storages["private"].delete(original_path(key))


def _original(key: str) -> bytes:
    with storages["private"].open(original_path(key)) as file:
        return cast(bytes, file.read())


def _make(
    content: bytes, key: str, cut: Cut, kinds: Iterable[str], widths: tuple[int, ...]
) -> None:
    """The pictures of these widths and kinds that are not there yet."""
    missing = [
        (width, kind)
        for width in reversed(widths)
        for kind in kinds
        if not default_storage.exists(picture_path(key, width, kind))
    ]
    if not missing:
        return
    picture = _decode(content, widest=widths[-1], cut=cut)
    # From large to small, each from the one before: half the work of starting anew.
    for width, kind in missing:
        if picture.width > width:
            picture = picture.resize((width, cut.height(width)), Image.Resampling.LANCZOS)
        default_storage.save(picture_path(key, width, kind), ContentFile(_encode(picture, kind)))


def _decode(content: bytes, *, widest: int, cut: Cut) -> Image.Image:
    """The upright, cropped picture in plain RGB, no wider than needed and without any metadata."""
    try:
        picture = cast(Image.Image, Image.open(io.BytesIO(content), formats=UPLOADS))
    except BOMB as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise PhotoRefused(
            _(
                "This file is not a photo we can show. Please choose a JPEG, PNG, WebP or HEIC photo."
            )
        ) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise _too_many_pixels()
    try:
        # A JPEG can be decoded at a half, a quarter or an eighth; never below the size we need.
        picture.draft("RGB", (widest, widest))
        picture.load()
        turn = UPRIGHT.get(_orientation(picture) or 1)
        if turn is not None:
            picture = picture.transpose(turn)
        if picture.has_transparency_data:
            picture = _on_white(picture.convert("RGBA"))
        picture = picture.convert("RGB")
    except BOMB as error:
        raise _too_many_pixels() from error
    except BROKEN as error:
        raise PhotoRefused(
            _("This photo is damaged or did not arrive whole. Please send it once more.")
        ) from error
    side = min(picture.width, picture.height if cut.is_square else picture.height * 2)
    width = min(side, widest)
    picture = ImageOps.fit(
        picture,
        (width, cut.height(width)),
        Image.Resampling.LANCZOS,
        centering=(cut.focus_x / 100, cut.focus_y / 100),
    )
    picture.info = {}
    return picture


def _orientation(picture: Image.Image) -> int | None:
    """How the camera was held, of 1 to 8; None where that cannot be read.

    Pillow's own exif_transpose writes all notes anew, and fails on one of a wrong type; nothing here needs them.
    """
    try:
        said = picture.getexif().get(ExifTags.Base.Orientation)
    except BROKEN:
        return None
    return said if isinstance(said, int) else None


def _too_many_pixels() -> PhotoRefused:
    return PhotoRefused(
        _("This picture is larger than 25 megapixels. Please choose a smaller one.")
    )


def _on_white(picture: Image.Image) -> Image.Image:
    ground = Image.new("RGBA", picture.size, WHITE)
    ground.alpha_composite(picture)
    return ground


def _encode(picture: Image.Image, kind: str) -> bytes:
    name, options = SAVED_AS[kind]
    file = io.BytesIO()
    picture.save(file, name, **options)
    return file.getvalue()
