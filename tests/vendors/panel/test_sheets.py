"""Goods as an Excel table: out, in, looked through first, and written whole or not at all."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from shop.orders.models import Fulfilment
from shop.persian import to_persian_digits
from tests.makers import a_category, a_product, a_product_with_variants
from vendors.stalls.errors import SheetRefused
from vendors.stalls.models import Listing, ListingChange, PriceChange, Sheet, Stall
from vendors.stalls.sheets import FORMULA, NO_VALUE, Column, read_sheet, write_sheet

pytestmark = pytest.mark.django_db
PAGE = "/panel/products/table/"
HEADINGS = ["کد", "نام", "قیمت (تومان)", "تعداد موجود", "دسته"]
COLUMNS = [Column("code", "کد"), Column("title", "نام"), Column("price", "قیمت (تومان)")]


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def a_table(*rows, headings=HEADINGS) -> SimpleUploadedFile:
    book = Workbook()
    book.active.append(headings)
    for row in rows:
        book.active.append(row)
    file = io.BytesIO()
    book.save(file)
    return SimpleUploadedFile("goods.xlsx", file.getvalue())


def send(client, *rows, **more):
    return client.post(PAGE, {"sheet": a_table(*rows, **more)})


def problems(client, *rows, **more) -> list[tuple[int, list[str]]]:
    page = client.get(send(client, *rows, **more).url)
    return [(row.line, row.problems) for row in page.context["wrong"]]


def code_of(product) -> str:
    return product.stockrecords.get().partner_sku


def test_the_table_holds_every_kind_with_its_own_price(client, stall):
    goods = a_product(stall, "ترشی لیته", category=a_category("ترشی"))
    a_product_with_variants(stall, variants={"پیراهن گلدار، ۴": 3})
    answer = client.get(f"{PAGE}goods.xlsx")
    sheet = load_workbook(io.BytesIO(answer.content)).active
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0][:5] == ["کد", "نام", "اندازه و رنگ", "قیمت (تومان)", "تعداد موجود"]
    assert [code_of(goods), "ترشی لیته", None, 165_000, 10, None, 700, "ترشی", None] in rows
    assert any(row[1:5] == ["پیراهن گلدار", "۴", 520_000, 3] for row in rows)
    assert answer["Content-Disposition"] == 'attachment; filename="goods.xlsx"'


def test_the_table_holds_the_stalls_own_goods_alone(client, stall, neighbour):
    a_product(stall, "مال من")
    a_product(neighbour, "مال همسایه")
    sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}goods.xlsx").content)).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == ["مال من"]


def test_nothing_that_is_written_is_a_formula(client, stall):
    a_product(stall, "=HYPERLINK(1)")
    a_product(stall, "+1", description="@SUM(A1)")
    sheet = load_workbook(io.BytesIO(client.get(f"{PAGE}goods.xlsx").content)).active
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s", "n"}
    [dangerous] = [cell for cell in cells if cell.value == "=HYPERLINK(1)"]
    assert dangerous.quotePrefix is True


def test_the_table_as_it_was_taken_changes_nothing(client, stall):
    Stall.objects.filter(pk=stall.pk).update(trust=Stall.Trust.TRUSTED)
    product = a_product(stall, category=a_category("ترشی"))
    content = client.get(f"{PAGE}goods.xlsx").content
    answer = client.post(PAGE, {"sheet": SimpleUploadedFile("goods.xlsx", content)})
    client.post(answer.url)
    record = product.stockrecords.get()
    assert (record.price, record.num_in_stock) == (Decimal(1_650_000), 10)
    assert not PriceChange.objects.exists()
    assert not ListingChange.objects.exists()


def test_nothing_is_written_before_the_preview_is_agreed_to_and_then_once(client, stall, keeper):
    product = a_product(stall)
    code = code_of(product)
    answer = send(client, [code, "ترشی لیته", "۱۷۰٬۰۰۰", 7, None])
    page = client.get(answer.url).content.decode()
    assert "۱۶۵٬۰۰۰" in page
    assert "۱۷۰٬۰۰۰" in page
    assert not PriceChange.objects.exists()
    for _time in range(2):
        client.post(answer.url)
    record = product.stockrecords.get()
    assert (int(record.price), record.num_in_stock) == (1_700_000, 7)
    [step] = PriceChange.objects.all()
    assert step.by_user == keeper


def test_a_new_code_begins_a_draft_with_that_code(client, stall):
    category = a_category("ترشی")
    answer = send(client, ["L-7", "ترشی تازه", 90000, 4, "ترشی"])
    for _time in range(2):
        client.post(answer.url)
    listing = Listing.objects.get()
    record = listing.product.stockrecords.get()
    assert (listing.state, listing.product.title, listing.product.is_public) == (
        Listing.State.DRAFT,
        "ترشی تازه",
        False,
    )
    assert (record.partner_sku, int(record.price), record.num_in_stock) == ("L-7", 900_000, 4)
    assert list(listing.product.categories.all()) == [category]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["L-1", "", 1000, 1, ""], "کالای تازه نام می‌خواهد."),
        (["L-1", "ترشی", "NaN", 1, ""], "قیمت (تومان): یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        (["L-1", "ترشی", -1, 1, ""], "قیمت (تومان): یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        (["L-1", "ترشی", 0, 1, ""], "قیمت (تومان): بین ۱ و ۱۰۰٬۰۰۰٬۰۰۰."),
        (["L-1", "ترشی", 1.5, 1, ""], "قیمت (تومان): یک عدد کامل بنویسید، مانند ۱٬۲۰۰."),
        (["L-1", "ترشی", 10**12, 1, ""], "قیمت (تومان): بین ۱ و ۱۰۰٬۰۰۰٬۰۰۰."),
        (["L-1", "ترشی", "=1+1", 1, ""], "قیمت (تومان) فرمول است. نتیجه‌اش را بنویسید."),
        (["L-1", "=A1", 1000, 1, ""], "نام فرمول است. نتیجه‌اش را بنویسید."),
        (["L-1", "ترشی", True, 1, ""], "قیمت (تومان) خوانده نمی‌شود."),
        (["L-1", "ترشی", 1000, 1, "نیست"], "این دسته نیست. لطفاً دستهٔ دیگری انتخاب کنید."),
        (["L" * 41, "ترشی", 1000, 1, ""], "کد: دست‌بالا ۴۰ حرف."),
    ],
)
def test_what_is_wrong_is_said_of_its_row_and_nothing_is_written(client, stall, row, said):
    assert problems(client, ["L-0", "درست", 1000, 1, ""], row) == [(3, [said])]
    client.post(f"{PAGE}{Sheet.objects.get().pk}/")
    assert not Listing.objects.exists()


def test_a_code_that_stands_twice_is_said(client, stall):
    rows = (["L-1", "الف", 1000, 1, ""], ["L-1", "ب", 1000, 1, ""])
    assert problems(client, *rows) == [(3, ["این کد در ردیف ۲ هم هست."])]


ALL = [*HEADINGS[:2], "اندازه و رنگ", *HEADINGS[2:4], "روزهای ساخت", "وزن (گرم)"]


@pytest.mark.parametrize(
    ("variant", "days", "weight", "said"),
    [
        ("۶", None, None, ["اندازه و رنگ: آن را در پنل عوض کنید، نه در جدول."]),
        (None, 5, None, ["روزهای ساخت: آن را در پنل عوض کنید، نه در جدول."]),
        (None, None, 900, ["وزن (گرم): آن را در پنل عوض کنید، نه در جدول."]),
        ("۴", None, 400, []),
        ("4", None, None, []),
        (None, None, None, []),
    ],
)
def test_a_row_of_a_size_says_what_it_cannot_change(client, stall, variant, days, weight, said):
    parent = a_product_with_variants(stall, variants={"پیراهن گلدار، ۴": 3})
    code = code_of(parent.children.get())
    row = [code, "پیراهن گلدار", variant, 500_000, 2, days, weight]
    assert problems(client, row, headings=ALL) == ([(2, said)] if said else [])
    client.post(f"{PAGE}{Sheet.objects.get().pk}/")
    count = parent.children.get().stockrecords.get().num_in_stock
    assert count == (3 if said else 2)


def test_a_size_that_is_made_to_order_has_no_count_by_a_table(client, stall):
    parent = a_product_with_variants(stall, variants={"پیراهن گلدار، ۴": None})
    Fulfilment.objects.filter(product=parent).update(made_days=5)
    row = [code_of(parent.children.get()), "پیراهن گلدار", None, 500_000, 2, 5, None]
    assert problems(client, row, headings=ALL) == [
        (2, ["این پس از سفارش ساخته می‌شود، پس تعداد موجود ندارد."])
    ]


def test_goods_without_sizes_get_none_by_a_table(client, stall):
    row = [code_of(a_product(stall)), "ترشی لیته", "بزرگ", 165_000, 2, None, None]
    assert problems(client, row, headings=ALL) == [
        (2, ["اندازه و رنگ: آن را در پنل عوض کنید، نه در جدول."])
    ]


def test_known_goods_have_a_count_or_days_and_not_both(client, stall):
    row = [code_of(a_product(stall)), "ترشی لیته", None, 165_000, 2, 5, None]
    assert problems(client, row, headings=ALL) == [
        (2, ["یا تعداد موجود را بنویسید یا روزهای ساخت را، نه هر دو."])
    ]


def test_a_code_of_a_size_that_was_taken_away_is_said_before_the_yes(client, stall):
    parent = a_product_with_variants(stall, variants={"پیراهن گلدار، ۴": 3, "پیراهن گلدار، ۶": 2})
    gone = parent.children.first()
    client.post(f"/panel/products/{parent.pk}/sizes/{gone.pk}/away/")
    row = [code_of(gone), "پیراهن گلدار", 500_000, 2, ""]
    assert problems(client, row) == [
        (2, ["این کد برای اندازه‌ای است که برداشته‌اید. کد دیگری بنویسید یا خالی بگذارید."])
    ]


def test_sizes_as_they_were_taken_are_written_as_they_are(client, stall):
    parent = a_product_with_variants(stall, variants={"پیراهن گلدار، =4": 3, "پیراهن گلدار، ۶": 2})
    content = client.get(f"{PAGE}goods.xlsx").content
    answer = client.post(PAGE, {"sheet": SimpleUploadedFile("goods.xlsx", content)})
    assert client.get(answer.url).context["wrong"] == []
    client.post(answer.url)
    records = [child.stockrecords.get() for child in parent.children.order_by("pk")]
    assert [record.num_in_stock for record in records] == [3, 2]


def test_a_row_that_went_wrong_meanwhile_keeps_all_rows_from_being_written(client, stall):
    product = a_product(stall, stock=10)
    code = code_of(product)
    answer = send(client, [code, "ترشی لیته", 170_000, 7, ""], ["L-9", "تازه", 1000, 1, ""])
    product.stockrecords.update(num_allocated=9)
    page = client.post(answer.url)
    assert page.context["error"].startswith("بعضی ردیف‌ها دیگر درست نیست.")
    assert int(product.stockrecords.get().price) == 1_650_000
    assert Listing.objects.count() == 1
    assert Sheet.objects.get().applied_at is None


def test_anothers_code_begins_a_draft_here_and_changes_nothing_there(client, stall, neighbour):
    other = a_product(neighbour)
    answer = send(client, [code_of(other), "مال من", 1000, 1, ""])
    client.post(answer.url)
    assert int(other.stockrecords.get().price) == 1_650_000
    assert stall.listings.get().product.title == "مال من"


def test_anothers_table_is_not_there(client, stall, neighbour, keeper):
    sheet = Sheet.objects.create(
        stall=neighbour, by_user=keeper, rows=[], created_at="2026-11-25T08:30Z"
    )
    assert client.get(f"{PAGE}{sheet.pk}/").status_code == 404
    assert client.post(f"{PAGE}{sheet.pk}/").status_code == 404


def refused(client, content: bytes) -> str:
    page = client.post(PAGE, {"sheet": SimpleUploadedFile("goods.xlsx", content)})
    assert not Sheet.objects.exists()
    [sentence] = page.context["form"].errors["sheet"]
    return sentence


TOO_LARGE = "در هر جدول دست‌بالا ۵۰۰ ردیف جا می‌شود."
NO_TABLE = "این فایل جدول اکسلی نیست که بتوانیم بخوانیم. لطفاً فایل ‎.xlsx‎ بفرستید."


def test_five_hundred_rows_fit_and_one_more_does_not(client, stall):
    rows = [["", f"کالا {n}", 1000, 1, ""] for n in range(501)]
    assert send(client, *rows[:500]).status_code == 302
    Sheet.objects.all().delete()
    assert refused(client, a_table(*rows).read()) == TOO_LARGE


def test_a_table_of_100_000_rows_is_refused_without_being_read(client, stall):
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(HEADINGS)
    for n in range(100_000):
        sheet.append(["", f"k{n}", 1000, 1, ""])
    file = io.BytesIO()
    book.save(file)
    assert refused(client, file.getvalue()) == TOO_LARGE


def test_a_packed_bomb_is_refused_before_it_is_unpacked(client, stall):
    file = io.BytesIO(a_table().read())
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/worksheets/sheet2.xml", b" " * 50_000_000)
    assert refused(client, file.getvalue()) == TOO_LARGE


@pytest.mark.parametrize("content", [b"PK\x03\x04 no zip", b"a;b;c", b"<html></html>"])
def test_what_is_no_table_is_refused(client, stall, content):
    assert refused(client, content) == NO_TABLE


def test_other_headings_are_refused(client, stall):
    assert refused(client, a_table(["x"], headings=["این", "آن"]).read()).startswith(
        "سرستون‌ها مال ما نیست."
    )


def test_a_table_without_rows_is_refused(client, stall):
    assert refused(client, a_table().read()) == "در این جدول ردیفی نیست."


CELLS = st.one_of(
    st.none(),
    st.integers(-(10**14), 10**14),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
    st.booleans(),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
@settings(max_examples=40, deadline=None)
def test_whatever_stands_in_a_table_is_read_as_text_or_marked(rows):
    book = Workbook()
    book.active.append([column.heading for column in COLUMNS])
    for row in rows:
        book.active.append([_writable(value) for value in row])
    file = io.BytesIO()
    book.save(file)
    for _line, said in read_sheet(upload=ContentFile(file.getvalue()), columns=COLUMNS):
        assert set(said) == {"code", "title", "price"}
        for text in said.values():
            assert isinstance(text, str)
            assert "\x00" not in text


def _writable(value):
    return "".join(c for c in value if c.isprintable()) if isinstance(value, str) else value


@given(st.binary(max_size=300))
@settings(max_examples=60, deadline=None)
def test_whatever_bytes_come_are_a_table_or_refused(content):
    with pytest.raises(SheetRefused):
        read_sheet(upload=ContentFile(content), columns=COLUMNS)


@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30),
    st.integers(1, 10**8),
)
@settings(max_examples=40, deadline=None)
def test_what_is_written_is_read_back(text, price):
    content = write_sheet(COLUMNS, [["c", text, price], ["d", "x", to_persian_digits(str(price))]])
    rows = read_sheet(upload=ContentFile(content), columns=COLUMNS)
    assert rows[0][1]["price"] == str(price)
    assert rows[1][1]["price"] == to_persian_digits(str(price))
    assert FORMULA not in rows[0][1].values()
    assert NO_VALUE not in rows[0][1].values()
