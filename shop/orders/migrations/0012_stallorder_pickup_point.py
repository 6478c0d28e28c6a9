"""Where a parcel is fetched stands with its order, and stays when its stall changes its way of sending."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("shop_orders", "0011_stallorder_travel_days")]

    operations = [
        migrations.AddField(
            model_name="stallorder",
            name="pickup_point",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stall_orders",
                to="shop_orders.pickuppoint",
            ),
        ),
        migrations.RunSQL(
            "UPDATE shop_orders_stallorder o SET pickup_point_id = r.pickup_point_id"
            " FROM shop_orders_shippingrate r"
            " WHERE r.partner_id = o.partner_id AND r.method = o.shipping_method"
            " AND o.shipping_method = 'pickup_office'",
            migrations.RunSQL.noop,
        ),
    ]
