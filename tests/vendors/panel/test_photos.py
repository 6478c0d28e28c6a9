"""Adding and replacing photos, through the shop's own photo path."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.makers import a_product
from vendors.stalls.models import Photo
from vendors.stalls.services.photos import MOST_PHOTOS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


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
