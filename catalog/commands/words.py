"""The words of the catalogue, which misspelt ones are matched against."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from uuid import UUID

from django.conf import settings
from django.db import connection, models
from psycopg import sql

from catalog.models import Product, ProductTranslation, SearchWord
from catalog.models.words import clippings
from shopflow.lib.transactions import command

BATCH = 20_000
OWN_LANGUAGE = "en"
# Numbers and codes are either right or wrong.
WORD = re.compile(r"[^\W\d_]{2,40}")
_OWN = sql.SQL("""
    SELECT to_tsvector('simple', concat_ws(' ', name, brand_name, keywords, description))
           || jsonb_to_tsvector('simple', attributes, '["string"]')
    FROM products WHERE is_active AND deleted_at IS NULL AND id = ANY ({ids})
""")
_TRANSLATED = sql.SQL("""
    SELECT to_tsvector('simple', concat_ws(' ', name, description))
    FROM product_translations WHERE id = ANY ({ids})
""")


@command
def note_words(*, product_ids: Collection[UUID]) -> None:
    """Add the words of products to those misspelt ones are matched against. Safe to repeat.

    How many products have a word is counted by `rebuild_words`.
    """
    found = _counted(_OWN, product_ids)
    SearchWord.objects.bulk_create(_rows(OWN_LANGUAGE, found), ignore_conflicts=True)


@command
def rebuild_words() -> None:
    """Count anew which words products have, and forget those none has. Safe to repeat."""
    _replace(OWN_LANGUAGE, _OWN, Product.objects.all())
    for language, _ in settings.LANGUAGES:
        if language != OWN_LANGUAGE:
            rows = ProductTranslation.objects.filter(language=language)
            _replace(language, _TRANSLATED, rows)


def _replace(language: str, texts: sql.SQL, sources: "models.QuerySet[models.Model]") -> None:
    counts: Counter[str] = Counter()
    for ids in _batches(sources):
        counts.update(_counted(texts, ids))
    known = dict(SearchWord.objects.filter(language=language).values_list("word", "product_count"))
    changed = {word: count for word, count in counts.items() if known.get(word) != count}
    SearchWord.objects.bulk_create(
        _rows(language, changed),
        batch_size=5000,
        update_conflicts=True,
        unique_fields=["language", "word"],
        update_fields=["product_count", "clipped"],
    )
    gone = set(known) - set(counts)
    SearchWord.objects.filter(language=language, word__in=gone).delete()


def _batches(sources: "models.QuerySet[models.Model]") -> Iterator[list[UUID]]:
    rows = sources.order_by("pk").values_list("pk", flat=True)
    ids: list[UUID] = list(rows[:BATCH])
    while ids:
        yield ids
        ids = list(rows.filter(pk__gt=ids[-1])[:BATCH])


def _counted(texts: sql.SQL, ids: Collection[UUID]) -> Counter[str]:
    """Count in how many of the rows each word stands, whatever its weight."""
    with connection.cursor() as cursor:
        inner = texts.format(ids=sql.Literal(list(ids))).as_string(connection.connection)
        cursor.execute("SELECT word, ndoc FROM ts_stat(%s)", [inner])
        return Counter({word: count for word, count in cursor if WORD.fullmatch(word)})


def _rows(language: str, counts: Mapping[str, int]) -> Iterable[SearchWord]:
    return [
        SearchWord(language=language, word=word, product_count=count, clipped=clippings(word))
        for word, count in sorted(counts.items())
    ]
