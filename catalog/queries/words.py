"""What the words of a question mean: words of the catalogue, beginnings, synonyms, mistakes."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language

from catalog.models.search import CONFIGS
from catalog.models.words import WORD, clippings
from catalog.queries.spelling import likeliest

MOST_WORDS = 12
LONGEST_WORD = 40
LONGEST_PHRASE = 3  # words of which staff can say a synonym
SHORTEST_CODE, LONGEST_CODE = 3, 50
USUAL = "en"
FEW = 2000  # products that can be looked at one by one


@dataclass(frozen=True)
class Word:
    """A word of a question, and what it may mean where the catalogue hasn't just this word.

    `beginnings` are words of the catalogue that begin like it, the most common first; `nearest`
    those it may be a mistake for, `halves` the two it may be run together from. `count` is about
    how many products have it, or one of its beginnings; None where nobody knows.
    """

    text: str
    is_known: bool = True
    count: int | None = None
    beginnings: Sequence[str] = ()
    nearest: Sequence[str] = ()
    halves: Sequence[str] = ()

    @property
    def correction(self) -> str:
        """How it ought to be spelt; itself where nothing is wrong with it."""
        return " ".join(self.halves) or next(iter(self.nearest), self.text)

    def alternatives(self, *, corrected: bool = True) -> list[str]:
        """Return what stands for the word in a tsquery, any of them."""
        if self.is_known or self.beginnings:
            return [_quoted(self.text), *map(_quoted, self.beginnings)]
        if corrected and self.nearest:
            return [*map(_quoted, self.nearest)]
        if corrected and self.halves:
            return ["(" + " & ".join(map(_quoted, self.halves)) + ")"]
        return [_quoted(self.text)]


@dataclass(frozen=True)
class Phrase:
    """`length` words of a question from `start` on, and other words for all of them together."""

    start: int
    length: int
    words: str


@dataclass(frozen=True)
class Meaning:
    """What was asked for: its words, other words for some of them, and products by their code.

    `brands` are the names and slugs of those that are called so, `product_count` is about how many
    products the shop has.
    """

    words: Sequence[Word] = ()
    phrases: Sequence[Phrase] = ()
    products: Sequence[UUID] = ()
    brands: Sequence[tuple[str, str]] = ()
    product_count: int = 0

    @property
    def is_narrow(self) -> bool:
        """Whether so few products have all of the words that all of them can be looked at."""
        counts = [word.count for word in self.words if word.count is not None]
        everything = max(self.product_count, 1)
        expected = everything * prod(count / everything for count in counts)
        return bool(counts) and (
            min(counts) <= FEW or (expected <= FEW / 2 and min(counts) <= 10 * FEW)
        )

    @property
    def correction(self) -> str:
        """The question with its mistakes corrected; '' when there are none."""
        corrected = " ".join(word.correction for word in self.words)
        return corrected if corrected != " ".join(word.text for word in self.words) else ""

    def plain(self, *, corrected: bool = True) -> str:
        """Return the tsquery of products that hold any of the words themselves."""
        return " | ".join(
            option for word in self.words for option in word.alternatives(corrected=corrected)
        )

    def query(self, *, corrected: bool = True, joined: str = " & ") -> str:
        """Return the tsquery of products that hold all of the words, or what stands for them."""
        return joined.join(self._groups(corrected))

    def _groups(self, corrected: bool) -> Iterator[str]:
        """Yield an alternative for each word, or for the words of a phrase together."""
        start = 0
        while start < len(self.words):
            here = [phrase for phrase in self.phrases if phrase.start == start]
            length = max((phrase.length for phrase in here), default=1)
            words = self.words[start : start + length]
            parts = ["(" + " | ".join(w.alternatives(corrected=corrected)) + ")" for w in words]
            others = [_all_of(phrase.words) for phrase in here if phrase.length == length]
            yield "(" + " | ".join([" & ".join(parts), *filter(None, others)]) + ")"
            start += length


def split(text: str) -> list[str]:
    """Return the words of a text, in small letters; no more than can be looked for."""
    return [word[:LONGEST_WORD] for word in WORD.findall(text.lower())[:MOST_WORDS]]


def languages() -> list[str]:
    """Return in which languages is searched: the shopper's, and the catalogue's own."""
    return list(dict.fromkeys([(get_language() or USUAL).partition("-")[0], USUAL]))


def meaning_of(text: str, *, is_typing: bool = False) -> Meaning:
    """Look up, in one query, what the words of a text mean to this shop.

    `is_typing`: the last word may go on, though it is one already.
    """
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
                "unfinished": len(words) if is_typing else 0,
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
    if is_explained:
        return Word(text, beginnings=[word for word, _ in beginnings or ()])
    if is_known or beginnings:
        counts = [count or 0, *(its for _, its in beginnings or ())]
        known = None if is_known and count is None else sum(counts)
        return Word(text, is_known, known, beginnings=[word for word, _ in beginnings or ()])
    nearest, mistakes = likeliest(text, near or ())
    if halves and mistakes > 1:
        return Word(text, is_known=False, halves=halves)
    count = sum(its for word, its in near or () if word in nearest)
    return Word(text, is_known=False, count=count, nearest=nearest)


def _quoted(word: str) -> str:
    # Only letters, digits and points are left, so the quotes can't be broken out of.
    return f"'{word}'"


def _all_of(words: str) -> str:
    return " & ".join(map(_quoted, split(words)))


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
    SELECT *, CASE WHEN letters > 1 AND (NOT is_known OR place = %(unfinished)s) THEN (
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
