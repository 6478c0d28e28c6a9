"""The search document of a product: a written list of fields, to find it and to draw its card.

Nothing is copied from a model as a whole, so nothing of a person can slip in.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from elasticsearch_dsl import (
    Boolean,
    Date,
    Document,
    Index,
    Keyword,
    Long,
    MetaField,
    Object,
    Short,
    Text,
    mapped_field,
)

from search import analysis


def _text(*variants: str) -> Any:
    known = {
        "stem": Text(analyzer=analysis.STEM, search_analyzer=analysis.STEM_QUERY),
        "sound": Text(analyzer=analysis.SOUND, search_analyzer=analysis.SOUND_QUERY),
        "latin": Text(analyzer=analysis.LATIN, search_analyzer="whitespace"),
        "auto": Text(analyzer=analysis.BEGINNINGS, search_analyzer=analysis.TEXT_QUERY),
    }
    return Text(
        analyzer=analysis.TEXT,
        search_analyzer=analysis.TEXT_QUERY,
        fields={variant: known[variant] for variant in variants},
    )


class ProductDocument(Document):
    """One product that a shopper may see. Its id is the product's, its version the row's."""

    product_id: int = mapped_field(Long())
    title: str = mapped_field(_text("stem", "sound", "latin", "auto"))
    stall_name: str = mapped_field(_text("stem", "sound", "auto"))
    categories: str = mapped_field(_text("stem"))
    description: str = mapped_field(
        Text(analyzer=analysis.STEM, search_analyzer=analysis.STEM_QUERY)
    )
    category_paths: list[str] = mapped_field(Keyword())
    stall_slug: str = mapped_field(Keyword())
    stall_facet: str = mapped_field(Keyword(normalizer=analysis.KEYWORD))
    ships: list[str] = mapped_field(Keyword())
    price: int = mapped_field(Long())
    in_stock: bool = mapped_field(Boolean())
    made_days: int = mapped_field(Short())
    listed_at: str = mapped_field(Date())
    sort_title: str = mapped_field(Keyword())
    card: dict[str, Any] = mapped_field(Object(enabled=False))

    class Meta:
        dynamic = MetaField("strict")


# Long enough that no late write can bring back what was deleted during a rebuild.
SETTINGS = {"number_of_shards": 1, "auto_expand_replicas": "0-1", "gc_deletes": "1h"}


def new_index(name: str) -> Index:
    """An index of this name with our mapping, not yet made on the server."""
    index = Index(name)
    index.document(ProductDocument)
    index.settings(**SETTINGS)
    return index


def mapping_hash() -> str:
    """Changes when the mapping or the analysis does: then the index must be built anew."""
    body = json.dumps(new_index("any").to_dict(), sort_keys=True, default=str)
    return hashlib.sha256(body.encode()).hexdigest()[:8]
