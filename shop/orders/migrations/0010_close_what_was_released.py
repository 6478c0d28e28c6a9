"""Orders whose return window was over before there was a word for it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("shop_orders", "0009_release_by_day_of_delivery")]

    operations = [
        migrations.RunSQL(
            "UPDATE shop_orders_stallorder SET state = 'closed'"
            " WHERE state = 'delivered' AND released_at IS NOT NULL",
            "UPDATE shop_orders_stallorder SET state = 'delivered' WHERE state = 'closed'",
        )
    ]
