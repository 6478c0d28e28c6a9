from django.db import migrations, models

# What waits already stands in the order it had.
WAITING = "UPDATE vendors_stalls_listing SET sent_at = created_at WHERE state = 'review';"


class Migration(migrations.Migration):

    dependencies = [
        ('vendors_stalls', '0010_what_is_only_ever_added'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='sent_at',
            field=models.DateTimeField(null=True, verbose_name='sent in'),
        ),
        migrations.RunSQL(WAITING, migrations.RunSQL.noop),
        migrations.RemoveIndex(
            model_name='listing',
            name='listing_to_look_at',
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('state', 'review')), fields=['sent_at', 'id'], name='listing_to_look_at'),
        ),
    ]
