"""What the shop says besides its products: pages, and the menus that lead to them."""

from django.db import models
from django.db.models import F, Q

from catalog.models.categories import Category
from catalog.models.languages import valid_language
from shopflow.lib.rows import Row


class ContentPage(Row):
    """A page of text in one language, such as the imprint or how to return things."""

    slug = models.SlugField(max_length=100, db_index=False)
    language = models.CharField(max_length=10)
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True, db_default="", help_text="Simple HTML")
    is_active = models.BooleanField(default=True, db_default=True)
    seo_title = models.CharField(max_length=200, blank=True, db_default="")
    seo_description = models.CharField(max_length=320, blank=True, db_default="")

    class Meta:
        db_table = "content_pages"
        db_table_comment = "Pages of text, one row per language"
        ordering = ("slug", "language")
        constraints = (
            valid_language(table="content_pages"),
            models.UniqueConstraint(fields=["slug", "language"], name="content_pages_unique"),
            models.CheckConstraint(
                condition=~Q(slug="") & ~Q(title=""), name="content_pages_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.title


class Menu(Row):
    """A list of links in a fixed place of every page, in one language."""

    code = models.SlugField(max_length=50, db_index=False, help_text="The place: header, footer")
    language = models.CharField(max_length=10)

    class Meta:
        db_table = "menus"
        db_table_comment = "Lists of links, one row per place and language"
        ordering = ("code", "language")
        constraints = (
            valid_language(table="menus"),
            models.UniqueConstraint(fields=["code", "language"], name="menus_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="menus_code_not_empty"),
        )

    def __str__(self) -> str:
        return f"{self.code} ({self.language})"


class MenuItem(Row):
    """A link of a menu to a category, a page or an address; without one it heads those below."""

    menu = models.ForeignKey(Menu, on_delete=models.CASCADE, related_name="items", db_index=False)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.CASCADE, related_name="children"
    )
    label = models.CharField(max_length=100)
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    page = models.ForeignKey(
        ContentPage, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    url = models.CharField(max_length=500, blank=True, db_default="")
    sort_order = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "menu_items"
        db_table_comment = "Links of menus"
        ordering = ("sort_order", "id")
        constraints = (
            models.CheckConstraint(condition=~Q(label=""), name="menu_items_label_not_empty"),
            models.CheckConstraint(
                condition=Q(category=None, page=None)
                | Q(category=None, url="")
                | Q(page=None, url=""),
                name="menu_items_one_target",
            ),
            models.CheckConstraint(condition=~Q(parent=F("id")), name="menu_items_not_own_parent"),
        )
        indexes = (models.Index(fields=["menu", "sort_order", "id"], name="menu_items_order_idx"),)

    def __str__(self) -> str:
        return self.label
