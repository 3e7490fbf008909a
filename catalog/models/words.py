"""Words that shoppers look for, beside those of the products themselves."""

import re
import unicodedata

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q

from catalog.models.languages import valid_language
from catalog.models.search import stems
from shopflow.lib.rows import Fact, Row

# A number with its point, or letters and digits.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+")


def plain_words(text: str) -> str:
    """Return the words of a text in small letters, without what stands between them."""
    return " ".join(WORD.findall(text.lower()))


def folded(word: str) -> str:
    """Return a word in small letters without accents, as mistakes are counted."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def clippings(word: str) -> list[str]:
    """Return a word and what is left of it without one of its letters.

    Two words that are one mistake apart (a letter wrong, missing, too many, or two swapped) share
    one of them: https://wolfgarbe.medium.com/1000x-faster-spelling-correction-algorithm-2012
    """
    plain = folded(word)
    return sorted({plain, *(plain[:i] + plain[i + 1 :] for i in range(len(plain)))})


class Synonym(Row):
    """Another word that finds what `word` finds: whoever looks for `word` finds `synonym` too."""

    language = models.CharField(max_length=10)
    word = models.CharField(max_length=100)
    synonym = models.CharField(max_length=100)
    stems = models.GeneratedField(
        expression=stems("word"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        db_table = "synonyms"
        db_table_comment = "Words that mean the same to shoppers who search"
        ordering = ("language", "word", "synonym")
        constraints = (
            valid_language(table="synonyms"),
            models.UniqueConstraint(fields=["language", "word", "synonym"], name="synonyms_unique"),
            models.CheckConstraint(
                condition=~Q(word="") & ~Q(synonym=""), name="synonyms_not_empty"
            ),
            models.CheckConstraint(condition=~Q(word=F("synonym")), name="synonyms_not_itself"),
        )
        indexes = (models.Index(fields=["stems"], name="synonyms_stems_idx"),)

    def __str__(self) -> str:
        return f"{self.word} → {self.synonym}"


class SearchLog(Fact):
    """Something a shopper looked for, and how much was found. Nobody is named."""

    language = models.CharField(max_length=10)
    query = models.CharField(max_length=200)
    result_count = models.IntegerField()

    class Meta:
        db_table = "search_log"
        db_table_comment = "What shoppers looked for, above all what they didn't find"
        verbose_name_plural = "search log"
        ordering = ("-id",)
        constraints = (
            valid_language(table="search_log"),
            models.CheckConstraint(condition=~Q(query=""), name="search_log_query_not_empty"),
            models.CheckConstraint(
                condition=Q(result_count__gte=0), name="search_log_count_not_negative"
            ),
        )
        indexes = (
            models.Index(
                fields=["created_at"], condition=Q(result_count=0), name="search_log_missed_idx"
            ),
        )

    def __str__(self) -> str:
        return f"{self.query}: {self.result_count}"


class SearchWord(Row):
    """A word that products have, and how many: what a misspelt word is matched against."""

    language = models.CharField(max_length=10)
    word = models.CharField(max_length=100)
    product_count = models.IntegerField()
    clipped = ArrayField(
        models.CharField(max_length=100), default=list, db_default=[], editable=False
    )
    stems = models.GeneratedField(
        expression=stems("word"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        db_table = "search_words"
        db_table_comment = "Words of the catalogue, to match misspelt ones against"
        ordering = ("language", "word")
        constraints = (
            valid_language(table="search_words"),
            models.UniqueConstraint(fields=["language", "word"], name="search_words_unique"),
            models.CheckConstraint(condition=~Q(word=""), name="search_words_not_empty"),
            models.CheckConstraint(
                condition=Q(product_count__gt=0), name="search_words_count_positive"
            ),
        )
        indexes = (
            GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_words_trgm"),
            GinIndex(fields=["clipped"], name="search_words_clipped"),
            models.Index(fields=["stems"], name="search_words_stems_idx"),
        )

    def __str__(self) -> str:
        return self.word
