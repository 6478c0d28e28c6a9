"""What becomes a picture of the shop, and what is refused with a kind sentence."""

import base64
import io
import stat
import struct
import warnings
import zlib
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.utils.translation import override
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st
from PIL import Image

from shop.pictures import photo_url
from vendors.stalls.errors import PhotoRefused
from vendors.stalls.photos import (
    Cut,
    make_all_sizes,
    placeholder_of,
    recut_photo,
    store_photo,
)

RED, BLUE = (200, 30, 30), (30, 30, 200)
GPS_IFD, GPS_LATITUDE, MAKE, ORIENTATION = 0x8825, 2, 0x010F, 0x0112
SCRIPT = b"<script>alert('tail')</script>"


@pytest.fixture(autouse=True)
def _own_media(settings, tmp_path: Path):
    settings.MEDIA_ROOT = str(tmp_path / "media")
    settings.PRIVATE_ROOT = str(tmp_path / "private")


def a_picture(width=1600, height=1200, *, kind="JPEG", colour=RED, mode="RGB", **options) -> bytes:
    file = io.BytesIO()
    Image.new(mode, (width, height), colour).save(file, kind, **options)
    return file.getvalue()


def halves(width=1600, height=800, **options) -> bytes:
    """Left half red, right half blue."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(BLUE, (width // 2, 0, width, height))
    file = io.BytesIO()
    picture.save(file, "JPEG", quality=95, **options)
    return file.getvalue()


def upload(content: bytes, name="photo.jpg") -> ContentFile:
    return ContentFile(content, name=name)


def stored(key: str, width: int, kind="webp") -> Image.Image:
    with default_storage.open(f"photos/{key}/{width}.{kind}") as file:
        picture = Image.open(io.BytesIO(file.read()))
        picture.load()
        return picture


def refusal(content: bytes, name="photo.jpg", language="en") -> str:
    with override(language), pytest.raises(PhotoRefused) as caught:
        store_photo(upload=upload(content, name))
    assert not default_storage.exists("photos")
    return str(caught.value)


def a_png_header(width: int, height: int) -> bytes:
    """A PNG that says how large it is and holds no picture data that could be decoded."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"no picture")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_a_photo_becomes_three_square_webp_files_at_once(kind):
    key = store_photo(upload=upload(a_picture(kind=kind)))

    for width in (160, 320, 640):
        picture = stored(key, width)
        assert (picture.format, picture.size) == ("WEBP", (width, width))
    assert files_of(key) == ["160.webp", "320.webp", "640.webp"]


def files_of(key: str) -> list[str]:
    return sorted(default_storage.listdir(f"photos/{key}")[1])


def test_the_job_makes_four_widths_in_three_formats():
    key = store_photo(upload=upload(a_picture()))
    for _time in range(2):
        make_all_sizes(key=key, cut=Cut())

    assert len(files_of(key)) == 12
    for kind, name in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
        pictures = [stored(key, width, kind) for width in (160, 320, 640, 1280)]
        assert [picture.format for picture in pictures] == [name] * 4
        assert [picture.size for picture in pictures] == [
            (160, 160),
            (320, 320),
            (640, 640),
            (1200, 1200),  # as large as the photo is high
        ]


def test_the_upload_is_kept_where_no_address_leads(settings):
    content = a_picture()
    key = store_photo(upload=upload(content))

    with storages["private"].open(f"originals/{key}") as file:
        assert file.read() == content
    with pytest.raises(ValueError, match="no address"):
        storages["private"].url(f"originals/{key}")
    kept = Path(settings.PRIVATE_ROOT) / "originals" / key
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert Path(settings.MEDIA_ROOT) not in kept.parents


def test_a_cover_is_twice_as_wide_as_high_and_whole_at_once():
    key = store_photo(upload=upload(a_picture(2000, 1500)), square=False)

    assert [stored(key, width).size for width in (160, 320, 640, 1280)] == [
        (160, 80),
        (320, 160),
        (640, 320),
        (1280, 640),
    ]


def test_the_square_is_cut_round_what_must_stay():
    key = store_photo(upload=upload(halves()))
    left = recut_photo(key=key, cut=Cut(focus_x=0))
    right = recut_photo(key=key, cut=Cut(focus_x=100))

    assert (left, right) == (f"{key}-0-50", f"{key}-100-50")
    assert stored(left, 320).getpixel((309, 160))[0] > 150  # red to its right edge
    assert stored(right, 320).getpixel((10, 160))[2] > 150  # blue from its left edge


def test_the_placeholder_is_a_tiny_webp():
    text = placeholder_of(store_photo(upload=upload(halves())))

    assert 0 < len(text) <= 400
    assert Image.open(io.BytesIO(base64.b64decode(text))).size == (16, 16)


def test_the_square_is_cut_from_the_middle():
    picture = stored(store_photo(upload=upload(halves())), 320)

    left, right = picture.getpixel((10, 160)), picture.getpixel((309, 160))
    assert left[0] > 150
    assert right[2] > 150


def test_a_small_photo_is_not_blown_up():
    key = store_photo(upload=upload(a_picture(500, 400)))

    assert [stored(key, width).size for width in (160, 320, 640)] == [
        (160, 160),
        (320, 320),
        (400, 400),
    ]


def test_the_smallest_photo_there_is_makes_a_cover():
    assert stored(store_photo(upload=upload(a_picture(1, 1)), square=False), 1280).size == (1, 1)


def test_the_same_photo_twice_is_one_set_of_files():
    content = a_picture()

    assert store_photo(upload=upload(content)) == store_photo(upload=upload(content, "other.png"))
    assert len(default_storage.listdir("photos")[0]) == 1


def test_a_photo_is_turned_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # shown after a quarter turn clockwise: what was left is on top
    picture = stored(store_photo(upload=upload(halves(1200, 1200, exif=exif))), 320)

    assert picture.getpixel((160, 10))[0] > 150
    assert picture.getpixel((160, 309))[2] > 150


TIFF_ASCII, TIFF_SHORT, X_RESOLUTION = 2, 3, 0x011A


def notes(*tags: tuple[int, int, int, bytes]) -> bytes:
    """EXIF of these tags: number, type, how many, and the four bytes that stand for the value."""
    rows = b"".join(struct.pack(">HHI4s", *tag) for tag in tags)
    return b"Exif\0\0MM\0*" + struct.pack(">IH", 8, len(tags)) + rows + b"\0\0\0\0"


A_QUARTER_TURN = (ORIENTATION, TIFF_SHORT, 1, b"\0\x06\0\0")


def test_a_photo_is_turned_upright_beside_a_note_of_the_wrong_type():
    exif = notes(A_QUARTER_TURN, (X_RESOLUTION, TIFF_ASCII, 3, b"72\0\0"))
    picture = stored(store_photo(upload=upload(halves(1200, 1200, exif=exif))), 320)

    assert picture.getpixel((160, 10))[0] > 150
    assert picture.getpixel((160, 309))[2] > 150


def test_a_photo_whose_notes_are_no_notes_is_shown_as_it_lies():
    picture = stored(store_photo(upload=upload(halves(exif=b"Exif\0\0not a note"))), 320)

    assert picture.getpixel((10, 160))[0] > 150
    assert picture.getpixel((309, 160))[2] > 150


def test_place_camera_and_every_other_note_are_gone():
    exif = Image.Exif()
    exif[MAKE] = "A camera"
    exif.get_ifd(GPS_IFD)[GPS_LATITUDE] = (35.0, 33.0, 36.0)
    content = a_picture(exif=exif, icc_profile=b"profile" * 20, comment=b"a note")
    assert Image.open(io.BytesIO(content)).getexif().get_ifd(GPS_IFD)  # it was there

    key = store_photo(upload=upload(content))

    for width in (160, 320, 640):
        picture = stored(key, width)
        assert dict(picture.getexif()) == {}
        assert {"exif", "icc_profile", "xmp", "comment"}.isdisjoint(picture.info)


def test_what_hangs_behind_the_picture_is_gone():
    content = a_picture() + SCRIPT
    key = store_photo(upload=upload(content))

    for width in (160, 320, 640):
        with default_storage.open(f"photos/{key}/{width}.webp") as file:
            assert b"script" not in file.read()


def test_a_transparent_picture_stands_on_white():
    content = a_picture(kind="PNG", mode="RGBA", colour=(0, 0, 0, 0))

    assert stored(store_photo(upload=upload(content)), 320).getpixel((0, 0)) == (255, 255, 255)


def test_the_name_and_the_claimed_type_of_an_upload_mean_nothing():
    assert store_photo(upload=upload(a_picture(kind="PNG"), "photo.exe"))


def test_a_picture_of_177_megapixels_is_refused_from_its_header():
    assert "25 megapixels" in refusal(a_png_header(13_300, 13_300))
    assert "25 megapixels" in refusal(a_png_header(100_000, 100_000))


def a_gif_header(width: int, height: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 0, 0, 0) + b";"


def a_webp_header(width: int, height: int) -> bytes:
    """An extended WebP that says how large its canvas is."""
    size = struct.pack("<I", width - 1)[:3] + struct.pack("<I", height - 1)[:3]
    body = b"WEBPVP8X" + struct.pack("<I", 10) + b"\0\0\0\0" + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


def test_bombs_of_other_kinds_are_refused_from_their_headers():
    assert "not a photo we can show" in refusal(a_gif_header(65_535, 65_535))
    assert "25 megapixels" in refusal(a_webp_header(16_383, 16_383))


def test_a_heic_over_25_megapixels_is_refused():
    assert "25 megapixels" in refusal(a_picture(5_001, 5_000, kind="HEIF", quality=10))


def test_25_megapixels_are_the_most():
    assert "25 megapixels" in refusal(a_png_header(5_000, 5_001))
    # One that is just allowed goes on to be decoded, where its missing data is found.
    assert "damaged" in refusal(a_png_header(5_000, 5_000))


def test_a_file_over_ten_megabytes_is_refused():
    assert "10 megabytes" in refusal(a_picture() + b"\0" * (10 * 1024 * 1024))


def test_a_photo_cut_short_is_refused():
    content = halves()
    assert "damaged" in refusal(content[: len(content) // 2])


def test_a_heic_that_claims_to_be_endless_is_refused():
    content = a_picture(64, 48, kind="HEIF")
    width = content.index(b"ispe") + 8
    refusal(content[:width] + b"\xff\xff\xff\xff" + content[width + 4 :])


A_PHOTO_OF_EACH_KIND = [
    a_picture(48, 32, kind=kind, exif=notes(A_QUARTER_TURN))
    for kind in ("JPEG", "PNG", "WEBP", "HEIF")
]


HEADER = st.integers(0, 120)  # every photo is longer; notes and sizes stand there


@st.composite
def broken_photos(draw) -> bytes:
    """A photo of which some bytes are others, some are gone, or the end is missing."""
    content = bytearray(draw(st.sampled_from(A_PHOTO_OF_EACH_KIND)))
    for place in draw(st.lists(st.integers(0, len(content) - 1) | HEADER, max_size=6)):
        content[place] = draw(st.integers(0, 255))
    gone = draw(st.integers(0, len(content) - 1))
    del content[gone : gone + draw(st.integers(0, 4))]
    return bytes(content[: draw(st.integers(1, 2 * len(content)))])


@examples(max_examples=150, deadline=None)
@given(broken_photos())
def test_a_broken_photo_is_shown_or_refused_and_never_an_error(content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd notes; production only logs that
        try:
            store_photo(upload=upload(content))
        except PhotoRefused:
            return


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("moving.jpg", a_picture(kind="GIF")),
        ("drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("print.jpg", a_picture(20, 20, kind="EPS")),
        ("letter.jpg", "این عکس نیست".encode()),
        ("page.jpg", b"%PDF-1.7 no picture"),
        ("nothing.jpg", b""),
        ("tiff.jpg", a_picture(kind="TIFF")),
    ],
)
def test_what_is_no_photo_is_refused(name, content):
    assert "not a photo we can show" in refusal(content, name)


def test_the_address_is_of_the_smallest_width_that_is_wide_enough():
    assert photo_url("abc", 100) == "/media/photos/abc/160.webp"
    assert photo_url("abc", 320) == "/media/photos/abc/320.webp"
    assert photo_url("abc", 480) == "/media/photos/abc/640.webp"
    assert photo_url("abc", 2000) == "/media/photos/abc/1280.webp"
    assert photo_url("abc", 640, "avif") == "/media/photos/abc/640.avif"
    assert photo_url("cover-abc", 1000) == "/media/photos/cover-abc/1280.webp"
