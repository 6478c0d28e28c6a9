"""Adding and replacing photos, through the shop's own photo path."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.makers import a_product
from vendors.stalls.jobs import forget_gone_photos, make_photo_sizes
from vendors.stalls.models import Photo
from vendors.stalls.services.photos import MOST_PHOTOS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.PRIVATE_ROOT = tmp_path / "private"


def a_photo(shade: int = 90) -> SimpleUploadedFile:
    file = io.BytesIO()
    Image.new("RGB", (700, 500), (shade, 120, 60)).save(file, "JPEG")
    return SimpleUploadedFile("photo.jpg", file.getvalue(), "image/jpeg")


def send(client, product, upload=None, **more):
    path = reverse("panel:photos", args=[product.pk])
    return client.post(path, ({"photo": upload} if upload else {}) | more)


def keys(product) -> list[str]:
    return [photo.key for photo in product.listing.photos.all()]


def test_the_first_photo_is_shown_and_search_is_told(client, stall):
    product = a_product(stall)
    assert send(client, product, a_photo()).url == f"/panel/products/{product.pk}/photos/"
    (key,) = keys(product)
    assert key in client.get("/panel/products/").content.decode()
    job = ProcrastinateJob.objects.get(task_name="search.jobs.refresh_products")
    assert job.args == {"product_ids": [product.pk]}


def test_another_stands_behind_it(client, stall):
    product = a_product(stall)
    for shade in (10, 20, 30):
        send(client, product, a_photo(shade))
    assert [photo.position for photo in product.listing.photos.all()] == [0, 1, 2]
    assert len(set(keys(product))) == 3


def test_a_photo_takes_anothers_place(client, stall):
    product = a_product(stall)
    for shade in (10, 20):
        send(client, product, a_photo(shade))
    first, second = product.listing.photos.all()
    send(client, product, a_photo(30), replace=first.pk)
    after = product.listing.photos.all()
    assert [photo.pk for photo in after] == [first.pk, second.pk]
    assert (after[0].key != first.key, after[1].key == second.key) == (True, True)


def test_the_same_photo_twice_is_kept_once(client, stall):
    product, other = a_product(stall), a_product(stall)
    send(client, product, a_photo())
    page = send(client, product, a_photo())
    assert page.context["form"].errors == {"photo": ["همین عکس از پیش اینجاست."]}
    send(client, other, a_photo())
    assert keys(product) == keys(other)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg onload='alert(1)'/>", "این فایل عکسی نیست که بتوانیم نشان دهیم."),
        (b"%PDF-1.7", "این فایل عکسی نیست که بتوانیم نشان دهیم."),
        (b"\xff\xd8\xff\xe0 no photo", "این فایل عکسی نیست که بتوانیم نشان دهیم."),
        (b"", "عکس کامل نرسید."),
    ],
)
def test_a_photo_that_is_no_photo_is_refused_in_words(client, stall, content, said):
    product = a_product(stall)
    page = send(client, product, SimpleUploadedFile("p.jpg", content, "image/jpeg"))
    assert page.status_code == 200
    (sentence,) = page.context["form"].errors["photo"]
    assert sentence.startswith(said)
    assert keys(product) == []


def test_a_form_without_a_photo_asks_for_one(client, stall):
    product = a_product(stall)
    page = send(client, product, csrf="x")
    assert page.context["form"].errors == {"photo": ["اول یک عکس انتخاب کنید."]}


def test_there_is_room_for_so_many(client, stall):
    product = a_product(stall)
    Photo.objects.bulk_create(
        Photo(listing=product.listing, key=f"k{n}", position=n) for n in range(MOST_PHOTOS)
    )
    page = send(client, product, a_photo())
    assert page.context["form"].errors == {
        "photo": ["جا برای ۸ عکس هست. عکس تازه را به جای یکی بگذارید."]
    }
    assert len(keys(product)) == MOST_PHOTOS


def do(client, product, photo, **what):
    return client.post(f"/panel/products/{product.pk}/photos/{photo.pk}/", what)


def test_a_photo_moves_forward_and_the_first_one_stays(client, stall):
    product = a_product(stall)
    for shade in (10, 20, 30):
        send(client, product, a_photo(shade))
    first, second, third = product.listing.photos.all()
    do(client, product, third, do="forward")
    do(client, product, first, do="forward")
    assert [photo.pk for photo in product.listing.photos.all()] == [first.pk, third.pk, second.pk]


def test_a_deleted_photo_leaves_no_file_behind(client, stall, settings):
    product = a_product(stall)
    for shade in (10, 20):
        send(client, product, a_photo(shade))
    first, second = product.listing.photos.all()
    do(client, product, first, do="delete")
    forget_gone_photos(keys=[first.key])
    assert keys(product) == [second.key]
    assert sorted(
        path.name for path in (settings.MEDIA_ROOT / "photos").iterdir() if any(path.iterdir())
    ) == [second.key]
    assert [path.name for path in (settings.PRIVATE_ROOT / "originals").iterdir()] == [second.key]


def test_files_that_another_product_shows_stay(client, stall, settings):
    product, other = a_product(stall), a_product(stall)
    for each in (product, other):
        send(client, each, a_photo(10))
        send(client, each, a_photo(20))
    photo = product.listing.photos.first()
    do(client, product, photo, do="delete")
    forget_gone_photos(keys=[photo.key])
    assert (settings.MEDIA_ROOT / "photos" / photo.key / "640.webp").exists()
    assert (settings.PRIVATE_ROOT / "originals" / photo.key).exists()


def test_the_last_photo_of_goods_in_the_shop_stays(client, stall):
    product = a_product(stall)
    send(client, product, a_photo())
    page = do(client, product, product.listing.photos.get(), do="delete")
    assert page.context["error"].startswith("کالایی که در بازارچه است عکس می‌خواهد.")
    assert len(keys(product)) == 1


def test_the_middle_of_a_photo_is_chosen_among_nine_places(client, stall):
    product = a_product(stall)
    send(client, product, a_photo())
    photo = product.listing.photos.get()
    make_photo_sizes(photo_id=photo.pk)
    for _time in range(2):
        do(client, product, photo, do="focus", focus="0-100")
    after = product.listing.photos.get()
    assert (after.key, after.focus_x, after.focus_y) == (f"{photo.key}-0-100", 0, 100)
    assert after.is_ready is False
    page = client.get(f"/panel/products/{product.pk}/photos/{photo.pk}/")
    assert [place.value for place in page.context["places"] if place.is_chosen] == ["0-100"]


@pytest.mark.parametrize("focus", ["", "101-0", "-1-0", "x", "0-0-0"])
def test_a_place_that_is_none_changes_nothing(client, stall, focus):
    product = a_product(stall)
    send(client, product, a_photo())
    before = keys(product)
    assert (
        do(client, product, product.listing.photos.get(), do="focus", focus=focus).status_code
        == 302
    )
    assert keys(product) == before


def test_the_job_makes_all_sizes_and_the_page_offers_them(client, stall, settings):
    product = a_product(stall)
    send(client, product, a_photo())
    photo = product.listing.photos.get()
    job = ProcrastinateJob.objects.get(task_name="vendors.stalls.jobs.make_photo_sizes")
    assert (job.args, job.lock) == ({"photo_id": photo.pk}, "photos")
    assert "image/avif" not in client.get(f"/p/{product.slug}/").content.decode()
    for _time in range(2):
        make_photo_sizes(photo_id=photo.pk)
    assert product.listing.photos.get().is_ready is True
    page = client.get(f"/p/{product.slug}/").content.decode()
    assert f"/media/photos/{photo.key}/1280.avif 1280w" in page
    assert f"data:image/webp;base64,{photo.placeholder}" in page
    assert len(list((settings.MEDIA_ROOT / "photos" / photo.key).iterdir())) == 12


def test_a_photo_without_its_upload_is_left_as_it_is(stall):
    product = a_product(stall)
    photo = Photo.objects.create(listing=product.listing, key="gone")
    make_photo_sizes(photo_id=photo.pk)
    assert Photo.objects.get().is_ready is False


def test_anothers_photo_is_not_there(client, stall, neighbour):
    product, other = a_product(stall), a_product(neighbour)
    photo = Photo.objects.create(listing=other.listing, key="k")
    assert do(client, other, photo, do="delete").status_code == 404
    assert do(client, product, photo, do="delete").status_code == 404
    assert Photo.objects.count() == 1
