from typing import ClassVar

from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db import models
from django.db.models import F, Q

from shopflow.lib.fields import LtreeField
from shopflow.lib.rows import Row


class CategoryQuerySet(models.QuerySet["Category"]):
    def visible(self) -> "CategoryQuerySet":
        return self.filter(is_active=True)


class Category(Row):
    """A shelf of the shop; shelves stand in shelves.

    `path` holds the ids from the root down to this row, as hexadecimal labels (PostgreSQL 15
    refuses hyphens), so a subtree is one index scan.
    """

    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="children",
        db_index=False,
    )
    path = LtreeField(editable=False)
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=100, db_index=False)
    description = models.TextField(blank=True, db_default="")
    sort_order = models.IntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)
    seo_title = models.CharField(max_length=200, blank=True, db_default="")
    seo_description = models.CharField(max_length=320, blank=True, db_default="")

    objects: ClassVar = CategoryQuerySet.as_manager()

    class Meta:
        db_table = "categories"
        db_table_comment = "Shelves of the shop, a tree"
        verbose_name_plural = "categories"
        ordering = ("sort_order", "name", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["parent", "slug"], nulls_distinct=False, name="categories_slug_unique"
            ),
            models.UniqueConstraint(fields=["path"], name="categories_path_unique"),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="categories_not_own_parent"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""), name="categories_not_empty"
            ),
        )
        indexes = (
            GistIndex(fields=["path"], name="categories_path_gist"),
            models.Index(fields=["slug"], name="categories_slug_idx"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def ancestor_ids(self) -> list[str]:
        """The ids (hexadecimal) from the root down to this category, itself included."""
        return self.path.split(".")


class Brand(Row):
    """Who makes a product."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, db_index=False)
    logo = models.ImageField(upload_to="brands/", blank=True, max_length=200, db_default="")
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        db_table = "brands"
        db_table_comment = "Makers of products"
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=["name"], name="brands_name_unique"),
            models.UniqueConstraint(fields=["slug"], name="brands_slug_unique"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(slug=""), name="brands_not_empty"),
        )
        indexes = (GinIndex(OpClass("name", name="gin_trgm_ops"), name="brands_name_trgm"),)

    def __str__(self) -> str:
        return self.name
