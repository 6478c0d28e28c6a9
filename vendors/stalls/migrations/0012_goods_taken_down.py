"""What staff decide of goods is written down, and stays as it was written."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

RIGHTS = """
    DO $$ BEGIN
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'storefront') THEN
            REVOKE INSERT, UPDATE, DELETE ON vendors_stalls_listingdecision FROM storefront;
        END IF;
        IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'office') THEN
            REVOKE UPDATE, DELETE ON vendors_stalls_listingdecision FROM office;
        END IF;
    END $$;
"""
STATES = [('draft', 'being written'), ('confirm', "waits for the stall holder's yes"), ('review', 'being looked at'), ('live', 'in the shop'), ('sent_back', 'sent back'), ('hidden', 'taken out')]


class Migration(migrations.Migration):

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ('vendors_stalls', '0011_when_goods_were_sent'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='taken_down_at',
            field=models.DateTimeField(null=True, verbose_name='taken down'),
        ),
        migrations.CreateModel(
            name='ListingDecision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_state', models.CharField(choices=STATES, max_length=9)),
                ('to_state', models.CharField(choices=STATES, max_length=9)),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='reason')),
                ('at', models.DateTimeField(verbose_name='decided')),
                ('by_user', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('listing', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.DO_NOTHING, related_name='decisions', to='vendors_stalls.listing')),
            ],
            options={
                'verbose_name': 'decision about goods',
                'verbose_name_plural': 'decisions about goods',
                'ordering': ['-at', '-pk'],
            },
        ),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
    ]
