from django.db import migrations


class Migration(migrations.Migration):
    """One sequence for all versions: a product deleted and made again never goes back to an old one."""

    operations = [
        migrations.RunSQL("CREATE SEQUENCE search_version", "DROP SEQUENCE search_version")
    ]
