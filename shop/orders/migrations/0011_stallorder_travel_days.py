"""How long a parcel was said to travel: from then on somebody asks whether it has arrived."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop_orders", "0010_close_what_was_released")]

    operations = [
        migrations.AddField(
            model_name="stallorder",
            name="travel_days",
            # Parcels from before it are taken to travel as long as a rate that says nothing.
            field=models.PositiveSmallIntegerField(db_default=3, verbose_name="days on the way"),
        )
    ]
