"""Rules on Oscar's stock records that hold whatever code writes them."""

from django.db import migrations

ADD = """
    ALTER TABLE partner_stockrecord
        ADD CONSTRAINT stock_never_oversold
            CHECK (num_in_stock IS NULL OR coalesce(num_allocated, 0) <= num_in_stock),
        ADD CONSTRAINT stock_never_negative
            CHECK (coalesce(num_allocated, 0) >= 0 AND coalesce(num_in_stock, 0) >= 0),
        ADD CONSTRAINT stock_price_whole_rial
            CHECK (price IS NULL OR (price > 0 AND price = trunc(price)));
"""
DROP = """
    ALTER TABLE partner_stockrecord
        DROP CONSTRAINT stock_never_oversold,
        DROP CONSTRAINT stock_never_negative,
        DROP CONSTRAINT stock_price_whole_rial;
"""


class Migration(migrations.Migration):
    dependencies = [("shop_orders", "0001_initial"), ("partner", "0006_auto_20200724_0909")]

    operations = [migrations.RunSQL(ADD, DROP)]
