from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vendors_stalls', '0012_goods_taken_down'),
    ]

    operations = [
        migrations.AddField(
            model_name='listing',
            name='photos_changed_at',
            field=models.DateTimeField(null=True, verbose_name='photos changed'),
        ),
        migrations.AddField(
            model_name='listing',
            name='sizes_changed_at',
            field=models.DateTimeField(null=True, verbose_name='sizes changed'),
        ),
        migrations.AddIndex(
            model_name='listing',
            index=models.Index(condition=models.Q(('photos_changed_at__isnull', False), ('sizes_changed_at__isnull', False), _connector='OR'), fields=['id'], name='listing_changed_unseen'),
        ),
    ]
