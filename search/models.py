"""What search keeps of each product, and what the search server has still to be told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchText(models.Model):
    """The search document of a product on show. The server's index is a copy of these rows.

    Without a server these rows are searched themselves: the columns of words hold folded words with
    a space on either side of each, so that a word can be asked for whole or by its beginning.
    """

    product = models.OneToOneField(
        "catalogue.Product", models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.BigIntegerField()
    document = models.JSONField()
    title_words = models.TextField()
    stall_words = models.TextField()
    words = models.TextField()
    sounds = models.TextField()
    consonants = models.TextField()
    category_paths = ArrayField(models.TextField())
    stall_slug = models.CharField(max_length=80)
    price = models.BigIntegerField(null=True)
    in_stock = models.BooleanField()
    made_days = models.PositiveSmallIntegerField()
    listed_at = models.DateTimeField()

    class Meta:
        indexes = [
            GinIndex(fields=["words"], opclasses=["gin_trgm_ops"], name="search_text_words"),
            GinIndex(fields=["title_words"], opclasses=["gin_trgm_ops"], name="search_text_titles"),
            GinIndex(fields=["sounds"], opclasses=["gin_trgm_ops"], name="search_text_sounds"),
            GinIndex(fields=["category_paths"], name="search_text_categories"),
            models.Index(fields=["stall_slug"], name="search_text_stall"),
        ]

    def __str__(self) -> str:
        return str(self.product_id)


class SearchOutbox(models.Model):
    """A change the search server was not told yet. `error`: why it refuses the document."""

    class Op(models.TextChoices):
        INDEX = "index"
        DELETE = "delete"

    product_id = models.BigIntegerField()
    version = models.BigIntegerField()
    op = models.CharField(max_length=6, choices=Op.choices)
    error = models.TextField(blank=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.op} {self.product_id} v{self.version}"


class SearchTarget(models.Model):
    """An index of the server that is written to: the one in use, and one being built."""

    name = models.CharField(max_length=120, unique=True)
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name
