from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q

from catalog.models.categories import Category
from catalog.models.languages import valid_language
from catalog.models.products import Product
from catalog.models.search import translated_words
from shopflow.lib.rows import Row


class ProductTranslation(Row):
    """A product's texts in another language; what is empty stays in the shop's own."""

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="translations", db_index=False
    )
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, db_default="", help_text="Simple HTML")
    seo_title = models.CharField(max_length=200, blank=True, db_default="")
    seo_description = models.CharField(max_length=320, blank=True, db_default="")
    search = models.GeneratedField(
        expression=translated_words(), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        db_table = "product_translations"
        db_table_comment = "Texts of products in other languages"
        constraints = (
            valid_language(table="product_translations"),
            models.UniqueConstraint(
                fields=["product", "language"], name="product_translations_unique"
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="product_translations_name_not_empty"
            ),
        )
        indexes = (GinIndex(fields=["search"], name="product_translations_search"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"


class CategoryTranslation(Row):
    """A category's texts in another language; what is empty stays in the shop's own."""

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="translations", db_index=False
    )
    language = models.CharField(max_length=10)
    name = models.CharField(max_length=255)
    description = models.TextField(blank=True, db_default="")
    seo_title = models.CharField(max_length=200, blank=True, db_default="")
    seo_description = models.CharField(max_length=320, blank=True, db_default="")

    class Meta:
        db_table = "category_translations"
        db_table_comment = "Texts of categories in other languages"
        constraints = (
            valid_language(table="category_translations"),
            models.UniqueConstraint(
                fields=["category", "language"], name="category_translations_unique"
            ),
            models.CheckConstraint(
                condition=~Q(name=""), name="category_translations_name_not_empty"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.language})"
