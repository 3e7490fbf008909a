"""The search: from a question to products, the best first, in two statements."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import F, Func, IntegerField, UUIDField, Value
from django.db.models.expressions import RawSQL

from catalog.models import Product, ProductQuerySet
from catalog.models.search import CONFIGS, SEARCH_CONFIG
from catalog.queries.meaning import Meaning, split
from catalog.queries.words import USUAL, languages, meaning_of
from shopflow.lib.paging import Order

BY_RELEVANCE = Order(["place", "id"])
# Of a word that ten thousand products have, those that sell best are ranked and can be paged
# through (performance 3: ranking all takes a hundred times as long); more words find the rest.
MOST_RANKED = 240  # ten pages
FEW_FOUND = 24  # less than a page: there is room for names in which the last word goes on
MOST_NAMED = 48  # from which those are chosen that are suggested


@dataclass(frozen=True)
class Found:
    """What was found, the best first, and by which words.

    `correction` is what was looked for instead of what was written, '' if nothing was wrong with
    it; `instead` what might have been looked for, had it been allowed. `is_loose`: no product has
    all of the words, these have some of them.
    """

    ids: Sequence[UUID] = ()
    correction: str = ""
    instead: str = ""
    is_loose: bool = False

    @property
    def products(self) -> ProductQuerySet:
        """The products with their place, for lists to narrow and sort; BY_RELEVANCE is theirs."""
        ids = Value(list(self.ids), output_field=ArrayField(UUIDField()))
        place = Func(ids, F("pk"), function="array_position", output_field=IntegerField())
        return Product.objects.visible().filter(pk__in=self.ids).annotate(place=place)


def search(*, text: str, shelf: UUID | None = None, corrects: bool = True) -> Found:
    """Return what is meant by a text, in one category and those below it or in all of the shop.

    Codes (SKUs, barcodes) come first, then products with all of its words: as they are, stemmed,
    begun, by a synonym, or with their mistakes corrected unless `corrects` says no. After a few of
    them follow names in which the last word goes on: for “back” the backpacks. Only where there is
    none at all, those with some of the words.
    """
    meaning = meaning_of(text)
    ids = _best(text, meaning, shelf=shelf, corrects=corrects)
    is_loose = not ids and len(meaning.words) > 1
    if is_loose:
        ids = _best(text, meaning, shelf=shelf, corrects=corrects, joined=" | ")
    return Found(
        ids=ids,
        correction=meaning.correction if corrects and ids else "",
        instead="" if corrects else meaning.correction,
        is_loose=is_loose and bool(ids),
    )


def named(meaning: Meaning) -> RawSQL:
    """Return the subquery of some products that have all the words in their names.

    The last word may go on. Of many, some that sell best.
    """
    sql = f"SELECT id FROM ({_holding('names')}) named"  # noqa: S608 - of the code
    query = meaning.query(begun=True)
    given = {"query": query, "config": SEARCH_CONFIG, "shelf": None, "most": MOST_NAMED}
    names = re.findall(r"%\((\w+)\)s", sql)
    return RawSQL(re.sub(r"%\(\w+\)s", "%s", sql), [given[name] for name in names])  # noqa: S611 - same


def all_words(text: str) -> SearchQuery | None:
    """Return the condition that each word of a text begins a word of `Product.search`.

    None when there is no word in it.
    """
    words = split(text)
    if not words:
        return None
    # Only letters, digits and points are left, so the raw query can't be broken out of.
    begun = " & ".join(f"'{word}':*" for word in words)
    return SearchQuery(begun, config=SEARCH_CONFIG, search_type="raw")


def _best(
    text: str, meaning: Meaning, *, shelf: UUID | None, corrects: bool, joined: str = " & "
) -> list[UUID]:
    if not meaning.words:
        return []
    language = languages()[0]
    is_narrow = meaning.is_narrow and joined == " & "
    goes_on = meaning.goes_on and joined == " & "
    rows = Product.objects.raw(
        _FOUND_AMONG_FEW if is_narrow else _FOUND_AMONG_MANY,
        {
            "query": meaning.query(corrected=corrects, joined=joined),
            "begun": meaning.query(corrected=corrects, begun=True) if goes_on else "",
            "plain": meaning.plain(corrected=corrects),
            "config": SEARCH_CONFIG,
            "language": language,
            "their_config": CONFIGS.get(language, "simple"),
            "text": text.lower(),
            "codes": list(meaning.products),
            "shelf": shelf,
            "most": MOST_RANKED,
            "few": FEW_FOUND,
        },
    )
    return [row.pk for row in rows]


# What `Product.objects.visible()` says, and the shelf.
_SHOWN = """
          p.is_active AND p.deleted_at IS NULL AND p.published_at <= statement_timestamp()
      AND (%(shelf)s::uuid IS NULL OR EXISTS (
              SELECT FROM product_categories s
              WHERE s.product_id = p.id AND s.category_id = %(shelf)s))"""
_QUERY = "to_tsquery(%(config)s::regconfig, %(query)s)"
_BEGUN = "to_tsquery(%(config)s::regconfig, %(begun)s)"
_THEIR_QUERY = "to_tsquery(%(their_config)s::regconfig, %(query)s)"
# What a word counts in text, keywords, brand and name.
_WEIGHTS = "'{0.05, 0.2, 0.6, 1}'"
# What was written counts more than what means the same.
_RANK = f"""2 * ts_rank({_WEIGHTS}, search, to_tsquery(%(config)s::regconfig, %(plain)s))
           + ts_rank({_WEIGHTS}, search, {_QUERY})"""
# Level by level, what sells best first, until there are enough: each is looked up in an index
# together with the words, so a word of every product costs no more than a rare one. Their type is
# the column's, or else the index couldn't be asked for both; and a range would read its whole end.
# `pg_backend_pid` has no meaning here: with it they can't be read by parallel workers, which take
# longer to start than this takes, and wouldn't keep to the order.
_LEVELS = (
    "popularity >= 6::smallint",
    *(f"popularity = {level}::smallint" for level in (5, 4, 3, 2, 1, 0)),
)


_NOT_ENOUGH = "(SELECT count(*) FROM named) < %(most)s"
_ONLY_FEW = """%(begun)s <> '' AND pg_backend_pid() > 0
      AND (SELECT count(*) FROM named) + (SELECT count(*) FROM others) < %(few)s"""


def _holding(column: str, *, query: str = _QUERY, condition: str = "pg_backend_pid() > 0") -> str:
    """Return the statement for products whose vector holds what is asked for, level by level."""
    levels = (
        f"(SELECT id, search, sales_count, name FROM products p"  # noqa: S608 - of the code
        f" WHERE {level} AND {column} @@ {query} AND {condition} AND {_SHOWN})"
        for level in _LEVELS
    )
    return f"SELECT * FROM ({' UNION ALL '.join(levels)}) levels LIMIT %(most)s"  # noqa: S608 - same


def _holding_few(column: str, *, condition: str = "TRUE") -> str:
    """Return the same for words that few products have: all of them are sorted."""
    return f"""
    SELECT * FROM (
        SELECT id, search, sales_count, name FROM products p
        WHERE {column} @@ {_QUERY} AND {condition} AND {_SHOWN} OFFSET 0
    ) few ORDER BY sales_count DESC, id DESC LIMIT %(most)s"""  # noqa: S608 - of the code


def _found(named: str, others: str) -> str:
    return f"""
WITH named AS MATERIALIZED ({named}
), others AS MATERIALIZED ({others}
), begun AS MATERIALIZED ({_holding("names", query=_BEGUN, condition=_ONLY_FEW)}
), translated AS MATERIALIZED (
    SELECT p.id, t.search, sales_count
    FROM product_translations t JOIN products p ON p.id = t.product_id
    WHERE t.language = %(language)s AND t.search @@ {_THEIR_QUERY} AND {_SHOWN}
      AND %(language)s <> '{USUAL}'
    ORDER BY sales_count DESC, p.id DESC LIMIT %(most)s
), ranked AS (
    SELECT id, 100 AS rank, sales_count FROM products p
    WHERE id = ANY (%(codes)s::uuid[]) AND {_SHOWN}
    UNION ALL
    SELECT id, 1 + 10 * (lower(name) = %(text)s)::int + {_RANK}, sales_count FROM named
    UNION ALL
    SELECT id, {_RANK}, sales_count FROM others
    UNION ALL
    SELECT id, -1 + ts_rank({_WEIGHTS}, search, {_BEGUN}), sales_count FROM begun
    UNION ALL
    SELECT id, 1 + 3 * ts_rank({_WEIGHTS}, search, {_THEIR_QUERY}), sales_count FROM translated
)
SELECT id FROM ranked GROUP BY id
ORDER BY max(rank) DESC, max(sales_count) DESC, id DESC LIMIT %(most)s
"""  # noqa: S608 - put together from what stands above


_FOUND_AMONG_MANY = _found(
    _holding("names"), _holding("search", condition=f"pg_backend_pid() > 0 AND {_NOT_ENOUGH}")
)
_FOUND_AMONG_FEW = _found(_holding_few("names"), _holding_few("search", condition=_NOT_ENOUGH))
