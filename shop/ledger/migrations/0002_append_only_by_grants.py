"""The doors' roles may read and add to the books, never change them: no trigger has to hold for that."""

from django.db import migrations

TABLES = "shop_ledger_account, shop_ledger_transaction, shop_ledger_posting"
REVOKE = f"""
    DO $$ DECLARE door text; BEGIN
        FOR door IN SELECT rolname FROM pg_roles WHERE rolname IN ('storefront', 'office') LOOP
            EXECUTE format('REVOKE UPDATE, DELETE, TRUNCATE ON {TABLES} FROM %I', door);
        END LOOP;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("shop_ledger", "0001_initial")]

    operations = [migrations.RunSQL(REVOKE, migrations.RunSQL.noop)]
