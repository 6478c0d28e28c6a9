"""What the desk's lists of parcels are read by, of all stalls at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop_orders", "0012_stallorder_pickup_point")]

    operations = [
        migrations.AddIndex(
            model_name="stallorder",
            index=models.Index(
                condition=models.Q(("state__in", ("new", "accepted", "packed", "sent"))),
                fields=["send_by", "id"],
                name="stall_order_on_its_way",
            ),
        ),
        migrations.AddIndex(
            model_name="stallorder",
            index=models.Index(
                condition=models.Q(("state__in", ("delivered", "closed"))),
                fields=["-delivered_at", "-id"],
                name="stall_order_arrived",
            ),
        ),
        migrations.AddIndex(
            model_name="stallorder",
            index=models.Index(
                condition=models.Q(("state__in", ("declined", "cancelled", "returned"))),
                fields=["state", "-created_at", "-id"],
                name="stall_order_ended",
            ),
        ),
    ]
