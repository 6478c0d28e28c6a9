"""An approved payout keeps its amount and its account; the storefront's role approves nothing and sends nothing."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

# The market's worker runs at the storefront's door: it writes how a transfer ended, and nothing else here.
RIGHTS = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'storefront') THEN
            REVOKE INSERT, UPDATE, DELETE ON vendors_settlements_settlement, vendors_settlements_settlementline,
                vendors_settlements_payoutbatch FROM storefront;
            REVOKE INSERT, DELETE ON vendors_settlements_payout FROM storefront;
            REVOKE UPDATE, DELETE ON vendors_settlements_payoutaccount FROM storefront;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'office') THEN
            REVOKE UPDATE, DELETE ON vendors_settlements_payoutbatch FROM office;
            REVOKE UPDATE ON vendors_settlements_settlementline FROM office;
            REVOKE DELETE ON vendors_settlements_payout, vendors_settlements_payoutaccount FROM office;
        END IF;
    END $$;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('vendors_settlements', '0003_reference_of_a_return'),
    ]

    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name='payout',
            trigger=pgtrigger.compiler.Trigger(name='as_approved', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD."settlement_id" IS DISTINCT FROM (NEW."settlement_id") OR OLD."account_id" IS DISTINCT FROM (NEW."account_id") OR OLD."amount" IS DISTINCT FROM (NEW."amount") OR OLD."approved_by_id" IS DISTINCT FROM (NEW."approved_by_id"))', func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;", hash='e82bbc62097a715e7233886e0613ace9876ce931', operation='UPDATE', pgid='pgtrigger_as_approved_95acb', table='vendors_settlements_payout', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payout',
            trigger=pgtrigger.compiler.Trigger(name='kept', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;", hash='276a4be2203d0fcc7c68ea0d25e8c4b8a0370870', operation='DELETE', pgid='pgtrigger_kept_97c2b', table='vendors_settlements_payout', when='BEFORE')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='payoutaccount',
            trigger=pgtrigger.compiler.Trigger(name='begins_proposed', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (NEW."state" IS DISTINCT FROM \'proposed\')', func="RAISE EXCEPTION 'pgtrigger: Cannot insert rows from % table', TG_TABLE_NAME;", hash='8abb79e813234f02338e432212907934508fab0b', operation='INSERT', pgid='pgtrigger_begins_proposed_808c3', table='vendors_settlements_payoutaccount', when='BEFORE')),
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
