import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models


def words() -> django.contrib.postgres.fields.ArrayField:
    return django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), size=None)


class Migration(migrations.Migration):
    """The rows are copies: they go, and `reindex` writes them anew."""

    dependencies = [
        ("search", "0002_rows_outbox_and_targets"),
        ("catalogue", "0032_category_exclude_from_menu_category_long_description"),
    ]

    operations = [
        migrations.DeleteModel(name="SearchText"),
        migrations.CreateModel(
            name="SearchText",
            fields=[
                (
                    "product",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="catalogue.product",
                    ),
                ),
                ("version", models.BigIntegerField()),
                ("document", models.JSONField()),
                ("title_words", words()),
                ("stall_words", words()),
                ("words", words()),
                ("sounds", words()),
                ("consonants", words()),
                ("spelling", models.TextField()),
                ("category_paths", words()),
                ("stall_slug", models.CharField(max_length=80)),
                ("stall_name", models.CharField(max_length=80)),
                ("price", models.BigIntegerField(null=True)),
                ("in_stock", models.BooleanField()),
                ("made_days", models.PositiveSmallIntegerField()),
                ("listed_at", models.DateTimeField()),
            ],
            options={
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["words"], name="search_text_words"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["sounds"], name="search_text_sounds"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["consonants"], name="search_text_consonants"
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["spelling"],
                        name="search_text_spelling",
                        opclasses=["gin_trgm_ops"],
                    ),
                    django.contrib.postgres.indexes.GinIndex(
                        fastupdate=False,
                        fields=["category_paths"], name="search_text_categories"
                    ),
                    models.Index(fields=["stall_slug"], name="search_text_stall"),
                ],
            },
        ),
    ]
