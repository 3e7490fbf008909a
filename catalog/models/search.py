"""What a product is found by: the documents of the full-text search and their weights."""

from typing import Any

from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models

# The text-search configurations of migration 0001: each drops accents before it stems.
SEARCH_CONFIG = "shop_english"
CONFIGS = {"en": SEARCH_CONFIG, "de": "shop_german"}
_CASES = " ".join(
    f"WHEN '{language}' THEN '{config}'::regconfig" for language, config in CONFIGS.items()
)


class Weighted(models.Func):
    template = "setweight(%(expressions)s, '%(weight)s')"
    output_field = SearchVectorField()


class AttributeVector(models.Func):
    template = f"to_tsvector('{SEARCH_CONFIG}'::regconfig, %(expressions)s)"
    output_field = SearchVectorField()


class Stripped(models.Func):
    """A vector without places and weights, so that equal words are equal values."""

    function = "strip"
    output_field = SearchVectorField()


class Code(models.Func):
    """An SKU as people type it: in any case, with or without what stands between its parts."""

    template = "upper(regexp_replace(%(expressions)s, '[^[:alnum:]]', '', 'g'))"
    output_field = models.TextField()


class Level(models.Func):
    """0 for what was never sold, 1 once, 2 from three times on, 3 from seven, and so on."""

    # Below 0 a CHECK refuses the row, after this.
    template = "floor(log(2, greatest(%(expressions)s, 0)::numeric + 1))::smallint"
    output_field = models.SmallIntegerField()


class TranslatedVector(models.Func):
    """The words of a text in the language that the row's column `language` names."""

    template = (
        f"to_tsvector(CASE \"language\" {_CASES} ELSE 'simple'::regconfig END, %(expressions)s)"
    )
    output_field = SearchVectorField()


def joined(*vectors: Any) -> Any:
    """Return the vectors as one, joined by `||`."""
    first, *others = vectors
    for vector in others:
        first = models.expressions.CombinedExpression(
            first, "||", vector, output_field=SearchVectorField()
        )
    return first


def product_words() -> Any:
    """The weighted words of a product (data model, catalog): name, brand and SKU, the rest."""
    return joined(
        SearchVector("name", weight="A", config=SEARCH_CONFIG)
        + SearchVector("brand_name", weight="B", config=SEARCH_CONFIG)
        + SearchVector("sku", weight="B", config="simple")
        + SearchVector("keywords", weight="C", config=SEARCH_CONFIG)
        + SearchVector("description", weight="D", config=SEARCH_CONFIG),
        Weighted(AttributeVector("attributes"), weight="C"),
    )


def name_words() -> Any:
    """What a product is called, and by whom it is made: whoever holds a word there comes first."""
    return SearchVector("name", weight="A", config=SEARCH_CONFIG) + SearchVector(
        "brand_name", weight="B", config=SEARCH_CONFIG
    )


def stems(field: str) -> Any:
    """The words of a field in the language of its row, as the index of products holds them."""
    return Stripped(TranslatedVector(field))


def translated_words() -> Any:
    """The weighted words of a product's translation, in the translation's language."""
    return joined(
        Weighted(TranslatedVector("name"), weight="A"),
        Weighted(TranslatedVector("description"), weight="D"),
    )
