"""The office's role may add income entries, looks and history, never change them: no trigger has to hold for that."""

from django.db import migrations

TABLES = ", ".join(
    f"livelihood_{table}"
    for table in (
        "incomeentry",
        "accesslog",
        "householdevent",
        "personevent",
        "employmentplanevent",
        "loanevent",
        "stallplanlinkevent",
        "livelihoodlineevent",
    )
)
REVOKE = f"""
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'office') THEN
            REVOKE UPDATE, DELETE, TRUNCATE ON {TABLES} FROM office;
        END IF;
    END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("livelihood", "0001_initial")]

    operations = [migrations.RunSQL(REVOKE, migrations.RunSQL.noop)]
