"""What search keeps of each product, and what the search server has still to be told."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class SearchText(models.Model):
    """The search document of a product on show. The server's index is a copy of these rows.

    Without a server these rows are searched themselves. The columns of words hold each word folded,
    its stem, and each pair of neighbours as one, so that one lookup in an index answers a reading.
    """

    product = models.OneToOneField(
        "catalogue.Product", models.CASCADE, primary_key=True, related_name="+"
    )
    version = models.BigIntegerField()
    document = models.JSONField()
    title_words = ArrayField(models.TextField())
    stall_words = ArrayField(models.TextField())
    words = ArrayField(models.TextField())  # of title, stall, categories and description
    sounds = ArrayField(models.TextField())  # of title and stall
    consonants = ArrayField(models.TextField())  # of the title
    spelling = models.TextField()  # title and stall folded, for what is merely alike
    category_paths = ArrayField(models.TextField())
    stall_slug = models.CharField(max_length=80)
    stall_name = models.CharField(max_length=80)
    price = models.BigIntegerField(null=True)
    in_stock = models.BooleanField()
    made_days = models.PositiveSmallIntegerField()
    listed_at = models.DateTimeField()

    class Meta:
        # Without `fastupdate`, which would let a search wade through what was written last.
        indexes = [
            GinIndex(fields=["words"], fastupdate=False, name="search_text_words"),
            GinIndex(fields=["sounds"], fastupdate=False, name="search_text_sounds"),
            GinIndex(fields=["consonants"], fastupdate=False, name="search_text_consonants"),
            GinIndex(
                fields=["spelling"],
                fastupdate=False,
                opclasses=["gin_trgm_ops"],
                name="search_text_spelling",
            ),
            GinIndex(fields=["category_paths"], fastupdate=False, name="search_text_categories"),
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
