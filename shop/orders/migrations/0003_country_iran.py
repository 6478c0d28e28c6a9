"""Addresses need their country; the shop sends within Iran."""

from django.db import migrations


def add_iran(apps, schema_editor):  # type: ignore[no-untyped-def]
    apps.get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="IR",
        defaults={
            "iso_3166_1_a3": "IRN",
            "iso_3166_1_numeric": "364",
            "printable_name": "Iran",
            "name": "Iran, Islamic Republic of",
            "is_shipping_country": True,
        },
    )


class Migration(migrations.Migration):
    dependencies = [
        ("shop_orders", "0002_stock_never_oversold"),
        ("address", "0006_auto_20181115_1953"),
    ]

    operations = [migrations.RunPython(add_iran, migrations.RunPython.noop)]
