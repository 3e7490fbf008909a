"""Words that shoppers look for, beside those of the products themselves."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q

from catalog.models.languages import valid_language
from shopflow.lib.rows import Fact, Row


class Synonym(Row):
    """Another word that finds what `word` finds: whoever looks for `word` finds `synonym` too."""

    language = models.CharField(max_length=10)
    word = models.CharField(max_length=100)
    synonym = models.CharField(max_length=100)

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
        indexes = (GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_words_trgm"),)

    def __str__(self) -> str:
        return self.word
