"""What was decided, agreed to and done in a stall's name stays as it was written; staff's errands begin at the office."""

from django.db import migrations

RIGHTS = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'storefront') THEN
            REVOKE UPDATE, DELETE ON vendors_stalls_stalldecision, vendors_stalls_termsacceptance,
                vendors_stalls_actedfor FROM storefront;
            REVOKE INSERT, UPDATE, DELETE ON vendors_stalls_errand, vendors_stalls_terms FROM storefront;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'office') THEN
            REVOKE UPDATE, DELETE ON vendors_stalls_stalldecision, vendors_stalls_termsacceptance,
                vendors_stalls_actedfor FROM office;
            REVOKE DELETE ON vendors_stalls_errand, vendors_stalls_terms FROM office;
        END IF;
    END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('vendors_stalls', '0009_what_is_said_and_decided'),
    ]

    operations = [migrations.RunSQL(RIGHTS, migrations.RunSQL.noop)]
