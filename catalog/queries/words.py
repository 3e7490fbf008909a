"""What the words of a question mean to this shop: its words, beginnings, synonyms, mistakes."""

import re
from collections.abc import Sequence
from itertools import pairwise
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from catalog.models.search import CONFIGS
from catalog.models.words import clippings
from catalog.queries.meaning import Meaning, Phrase, Word, split
from catalog.queries.spelling import likeliest

LONGEST_PHRASE = 3  # words of which staff can say a synonym
SHORTEST_CODE, LONGEST_CODE = 3, 50
USUAL = "en"


def languages() -> list[str]:
    """Return in which languages is searched: the shopper's, and the catalogue's own."""
    return list(dict.fromkeys([(get_language() or USUAL).partition("-")[0], USUAL]))


def meaning_of(text: str) -> Meaning:
    """Look up, in one query, what the words of a text mean to this shop."""
    words = split(text)
    if not words:
        return Meaning()
    grams = _grams(words)
    spoken = languages()
    with connection.cursor() as cursor:
        cursor.execute(
            _MEANING,
            {
                "configs": [CONFIGS.get(language, "simple") for language in spoken],
                "languages": spoken,
                "words": words,
                "clippings": [" ".join(clippings(word)) for word in words],
                "grams": [" ".join(words[start : start + length]) for start, length in grams],
                "pairs": ["".join(pair) for pair in pairwise(words)],
                "code": _code(text),
                "last": len(words),
                "brand": "%".join(words) + "%",
            },
        )
        facts, others, pairs, products, brands, total = cursor.fetchone()
    phrases = [
        *(Phrase(grams[n - 1][0], grams[n - 1][1], other) for n, other in others or ()),
        *(Phrase(n - 1, 2, words="".join(words[n - 1 : n + 1])) for n in pairs or ()),
    ]
    explained = {n for phrase in phrases for n in range(phrase.start, phrase.start + phrase.length)}
    return Meaning(
        words=[
            _word(word, is_explained=n in explained, **facts[n]) for n, word in enumerate(words)
        ],
        phrases=phrases,
        products=[UUID(product) for product in products or ()],
        brands=[(name, slug) for name, slug in brands or ()],
        product_count=int(total),
    )


def _grams(words: Sequence[str]) -> list[tuple[int, int]]:
    """Return where each phrase that may have a synonym begins, and how many words it has."""
    return [
        (start, length)
        for length in range(1, LONGEST_PHRASE + 1)
        for start in range(len(words) - length + 1)
    ]


def _code(text: str) -> str:
    """Return the text as `catalog.models.search.Code` writes an SKU; '' if it can't be one."""
    code = re.sub(r"[\W_]", "", text).upper()
    return code if SHORTEST_CODE <= len(code) <= LONGEST_CODE else ""


def _word(
    text: str,
    *,
    is_explained: bool,
    is_known: bool,
    count: int | None,
    beginnings: list[tuple[str, int]] | None,
    near: list[tuple[str, int]] | None,
    halves: list[str] | None,
) -> Word:
    begun = [word for word, _ in beginnings or ()]
    if is_explained:
        return Word(text, is_known, beginnings=begun)
    if is_known:
        return Word(text, count=count, beginnings=begun)
    if beginnings:
        return Word(text, is_known=False, count=sum(its for _, its in beginnings), beginnings=begun)
    nearest, mistakes = likeliest(text, near or ())
    if halves and mistakes > 1:
        return Word(text, is_known=False, halves=halves)
    count = sum(its for word, its in near or () if word in nearest)
    return Word(text, is_known=False, count=count, nearest=nearest)


# `stems` has an empty vector for a word that every text has: it is left out of the search.
_MEANING = r"""
WITH asked AS MATERIALIZED (
    SELECT word, place, length(word) AS letters,
           string_to_array(clipped, ' ')::varchar[] AS clipped,
           ARRAY(SELECT strip(to_tsvector(config, word))
                 FROM unnest(%(configs)s::regconfig[]) AS config) AS stems
    FROM unnest(%(words)s::text[], %(clippings)s::text[])
         WITH ORDINALITY AS asked (word, clipped, place)
), known AS MATERIALIZED (
    SELECT *, ''::tsvector = ANY (stems) OR word ~ '[0-9]' OR count IS NOT NULL AS is_known
    FROM asked CROSS JOIN LATERAL (
        SELECT sum(w.product_count) AS count FROM search_words w
        WHERE w.stems = ANY (asked.stems) AND w.language = ANY (%(languages)s)
    ) having_it
), begun AS MATERIALIZED (
    SELECT *, CASE WHEN letters > 1 AND (NOT is_known OR place = %(last)s) THEN (
        SELECT json_agg(json_build_array(w.word, w.count)) FROM (
            SELECT w.word, max(w.product_count) AS count FROM search_words w
            WHERE w.language = ANY (%(languages)s)
              AND w.word > known.word AND w.word < known.word || U&'\+10FFFF'
            GROUP BY w.word ORDER BY count DESC, w.word LIMIT 12
        ) w
    ) END AS beginnings
    FROM known
)
SELECT
    (SELECT json_agg(json_build_object(
        'is_known', is_known, 'count', count, 'beginnings', beginnings, 'near',
        CASE WHEN NOT is_known AND beginnings IS NULL AND letters > 2 THEN (
            SELECT json_agg(json_build_array(near.word, near.product_count)) FROM (
                SELECT w.word, w.product_count FROM search_words w
                WHERE w.clipped && begun.clipped AND w.language = ANY (%(languages)s)
                UNION
                (SELECT w.word, w.product_count FROM search_words w
                 WHERE w.word %% begun.word AND w.language = ANY (%(languages)s)
                 ORDER BY similarity(w.word, begun.word) DESC, w.word LIMIT 30)
            ) near
        ) END, 'halves',
        CASE WHEN NOT is_known AND beginnings IS NULL THEN (
            SELECT json_build_array(left(begun.word, n), substr(begun.word, n + 1))
            FROM generate_series(3, letters - 3) AS n
            WHERE EXISTS (SELECT FROM search_words w WHERE w.language = ANY (%(languages)s)
                          AND w.word = left(begun.word, n))
              AND EXISTS (SELECT FROM search_words w WHERE w.language = ANY (%(languages)s)
                          AND w.word = substr(begun.word, n + 1))
            LIMIT 1
        ) END) ORDER BY place)
     FROM begun),
    (SELECT json_agg(json_build_array(gram.place, s.synonym) ORDER BY gram.place, s.synonym)
     FROM unnest(%(grams)s::text[]) WITH ORDINALITY AS gram (words, place)
     JOIN synonyms s ON s.language = ANY (%(languages)s) AND s.stems <> ''::tsvector
      AND s.stems = ANY (ARRAY(SELECT strip(to_tsvector(config, gram.words))
                               FROM unnest(%(configs)s::regconfig[]) AS config))),
    (SELECT json_agg(pair.place ORDER BY pair.place)
     FROM unnest(%(pairs)s::text[]) WITH ORDINALITY AS pair (word, place)
     WHERE EXISTS (
        SELECT FROM search_words w
        WHERE w.language = ANY (%(languages)s) AND w.stems <> ''::tsvector
        AND w.stems = ANY (ARRAY(SELECT strip(to_tsvector(config, pair.word))
                                 FROM unnest(%(configs)s::regconfig[]) AS config)))),
    (SELECT json_agg(id) FROM (
        SELECT id FROM products
        WHERE upper(regexp_replace(sku, '[^[:alnum:]]', '', 'g')) = %(code)s AND %(code)s <> ''
        UNION
        SELECT product_id FROM product_variants
        WHERE upper(regexp_replace(sku, '[^[:alnum:]]', '', 'g')) = %(code)s AND %(code)s <> ''
          AND is_active AND deleted_at IS NULL
        UNION
        SELECT product_id FROM product_variants
        WHERE barcode = %(code)s AND barcode <> '' AND is_active AND deleted_at IS NULL
     ) AS coded),
    (SELECT json_agg(json_build_array(name, slug)) FROM (
        SELECT name, slug FROM brands
        WHERE is_active AND (name ILIKE %(brand)s OR name ILIKE '%% ' || %(brand)s)
        ORDER BY name LIMIT 3
     ) AS makers),
    (SELECT reltuples FROM pg_class WHERE oid = 'products'::regclass)
"""
