from decimal import Decimal
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone

from catalog.models.categories import Brand, Category
from catalog.models.search import Code, Level, name_words, product_words
from catalog.models.types import ProductType
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, one_of

# What lists show of the shop; whether it is published already, each query asks.
LISTED = Q(is_active=True, deleted_at=None)


class ProductQuerySet(models.QuerySet["Product"]):
    def visible(self) -> "ProductQuerySet":
        """What shoppers may see: published, active, not deleted."""
        return self.filter(is_active=True, deleted_at=None, published_at__lte=Now())

    def with_card(self) -> "ProductQuerySet":
        """Load what a product card shows: with the brand and the picture in front."""
        front = models.FilteredRelation("images", condition=Q(images__is_primary=True))
        cards = self.alias(primary_image=front)
        cards = cards.select_related("brand", "primary_image")  # type: ignore[misc]  # the alias
        return cards.defer("search", "names", "keywords", "description")


class Product(Row):
    """A thing we sell, in one or more variants.

    `price`, `compare_at_price`, `stock_quantity`, `in_stock`, `sales_count` and the ratings are
    read models: copies kept by commands so that a list page reads one row per card.
    """

    product_type = models.ForeignKey(
        ProductType, null=True, blank=True, on_delete=models.RESTRICT, related_name="products"
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    categories: Any = models.ManyToManyField(
        Category, through="catalog.ProductCategory", related_name="all_products"
    )
    brand = models.ForeignKey(
        Brand,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="products",
        db_index=False,
    )
    brand_name = models.CharField(max_length=100, blank=True, db_default="", editable=False)
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=200, db_index=False)
    sku = models.CharField("style code", max_length=100)
    description = models.TextField(blank=True, db_default="", help_text="Simple HTML")
    attributes = models.JSONField(default=dict, blank=True, db_default={})
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True, db_default=[])
    # What else it is found by: `catalog.commands.keywords`.
    keywords = models.TextField(blank=True, db_default="", editable=False)
    metadata = models.JSONField(default=dict, blank=True, db_default={})
    tax_class = models.CharField(max_length=30, default="standard", db_default="standard")
    is_active = models.BooleanField(default=True, db_default=True)
    is_featured = models.BooleanField(default=False, db_default=False)
    is_gift_card = models.BooleanField(
        "gift card",
        default=False,
        db_default=False,
        help_text="Money on a card: mailed instead of shipped, never out of stock, never reduced",
    )
    track_inventory = models.BooleanField(default=True, db_default=True)
    min_stock_level = models.IntegerField(default=0, db_default=0)
    published_at = models.DateTimeField(null=True, blank=True)
    seo_title = models.CharField(max_length=200, blank=True, db_default="")
    seo_description = models.CharField(max_length=320, blank=True, db_default="")
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    price = MoneyField(default=0, db_default=0, editable=False)
    compare_at_price = MoneyField(null=True, blank=True, editable=False)
    stock_quantity = models.IntegerField(default=0, db_default=0, editable=False)
    in_stock = models.BooleanField(default=False, db_default=False, editable=False)
    sales_count = models.IntegerField(default=0, db_default=0, editable=False)
    # 0 as long as nobody has rated: NULL would come first in a list of the best rated.
    rating_average = models.DecimalField(
        max_digits=3,
        decimal_places=2,
        default=Decimal(0),
        db_default=Decimal(0),
        editable=False,
    )
    rating_count = models.IntegerField(default=0, db_default=0, editable=False)
    # A flag of its own, so that an index on it leaves the figure free to move.
    is_low_in_stock = models.GeneratedField(
        expression=models.ExpressionWrapper(
            Q(
                track_inventory=True,
                min_stock_level__gt=0,
                stock_quantity__lte=F("min_stock_level"),
            ),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    search = models.GeneratedField(
        expression=product_words(), output_field=SearchVectorField(), db_persist=True
    )

    # Beside `search`, because its index doesn't know which word stands in a name.
    names = models.GeneratedField(
        expression=name_words(), output_field=SearchVectorField(), db_persist=True
    )
    popularity = models.GeneratedField(
        expression=Level("sales_count"), output_field=models.SmallIntegerField(), db_persist=True
    )

    objects: ClassVar = ProductQuerySet.as_manager()

    class Meta:
        db_table = "products"
        db_table_comment = "Things we sell"
        constraints = (
            models.UniqueConstraint(fields=["slug"], name="products_slug_unique"),
            models.UniqueConstraint(fields=["sku"], name="products_sku_unique"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug="") & ~Q(sku=""), name="products_not_empty"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="products_price_not_negative"),
            models.CheckConstraint(
                condition=Q(compare_at_price=None) | Q(compare_at_price__gt=F("price")),
                name="products_compare_at_above_price",
            ),
            models.CheckConstraint(
                condition=Q(stock_quantity__gte=0), name="products_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(min_stock_level__gte=0), name="products_min_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(sales_count__gte=0), name="products_sales_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(rating_count=0, rating_average=0)
                | Q(rating_count__gt=0, rating_average__gte=1, rating_average__lte=5),
                name="products_rating_1_to_5",
            ),
        )
        indexes = (
            # The best-selling products with a word are found without looking at the others, however
            # many have it: `catalog.queries.finding`.
            GinIndex(fields=["popularity", "search"], name="products_search_gin"),
            GinIndex(fields=["popularity", "names"], name="products_names_gin"),
            models.Index(Code("sku"), name="products_code_idx"),
            GinIndex(OpClass("attributes", name="jsonb_path_ops"), name="products_attributes_gin"),
            GinIndex(fields=["tags"], name="products_tags_gin"),
            GinIndex(OpClass("name", name="gin_trgm_ops"), name="products_name_trgm"),
            GinIndex(OpClass("sku", name="gin_trgm_ops"), name="products_sku_trgm"),
            models.Index(fields=["brand", "-published_at", "-id"], name="products_brand_idx"),
            models.Index(
                fields=["category", "price"], condition=LISTED, name="products_category_price_idx"
            ),
            models.Index(
                fields=["id"],
                condition=Q(is_low_in_stock=True, deleted_at=None),
                name="products_low_stock_idx",
            ),
            # One for each order a list can be sorted by.
            models.Index(
                fields=["-published_at", "-id"], condition=LISTED, name="products_newest_idx"
            ),
            models.Index(fields=["price", "id"], condition=LISTED, name="products_price_idx"),
            models.Index(
                fields=["-is_featured", "-published_at", "-id"],
                condition=LISTED,
                name="products_featured_idx",
            ),
            models.Index(
                fields=["-rating_average", "-id"], condition=LISTED, name="products_rating_idx"
            ),
            models.Index(
                fields=["-sales_count", "-id"], condition=LISTED, name="products_bestselling_idx"
            ),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_sale(self) -> bool:
        """Whether shoppers may see and buy it: what `visible()` asks, of a row at hand."""
        is_published = self.published_at is not None and self.published_at <= timezone.now()
        return self.is_active and self.deleted_at is None and is_published

    @property
    def average_rating(self) -> Decimal | None:
        """What shoppers think, 1 to 5; None as long as nobody has said."""
        return self.rating_average if self.rating_count else None


class BackorderPolicy(models.TextChoices):
    DENY = "deny"
    CONTINUE = "continue"


class ProductVariant(Row):
    """One buyable form of a product: the unit of price, stock, cart and order."""

    Backorder = BackorderPolicy

    product = models.ForeignKey(Product, on_delete=models.RESTRICT, related_name="variants")
    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=100)
    barcode = models.CharField(max_length=50, blank=True, db_default="")
    option_values = models.JSONField(default=dict, blank=True, db_default={})
    price = MoneyField()
    compare_at_price = MoneyField(null=True, blank=True)
    cost = MoneyField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(default=0, db_default=0)
    length_mm = models.IntegerField(null=True, blank=True)
    width_mm = models.IntegerField(null=True, blank=True)
    height_mm = models.IntegerField(null=True, blank=True)
    stock_quantity = models.IntegerField(default=0, db_default=0, editable=False)
    backorder_policy = models.CharField(
        max_length=10,
        choices=Backorder.choices,
        default=Backorder.DENY,
        db_default=Backorder.DENY,
    )
    sort_order = models.IntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "product_variants"
        db_table_comment = "Buyable forms of a product"
        ordering = ("sort_order", "id")
        constraints = (
            one_of("backorder_policy", BackorderPolicy, table="product_variants"),
            models.UniqueConstraint(fields=["sku"], name="product_variants_sku_unique"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(sku=""), name="product_variants_not_empty"
            ),
            models.CheckConstraint(
                condition=(Q(length_mm=None) | Q(length_mm__gt=0))
                & (Q(width_mm=None) | Q(width_mm__gt=0))
                & (Q(height_mm=None) | Q(height_mm__gt=0)),
                name="product_variants_dimensions_positive",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0), name="product_variants_price_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(compare_at_price=None) | Q(compare_at_price__gt=F("price")),
                name="product_variants_compare_at_above_price",
            ),
            models.CheckConstraint(
                condition=Q(cost=None) | Q(cost__gte=0),
                name="product_variants_cost_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(stock_quantity__gte=0),
                name="product_variants_stock_not_negative",
            ),
            models.UniqueConstraint(
                fields=["product", "option_values"],
                condition=Q(deleted_at=None),
                name="product_variants_options_unique",
            ),
        )
        indexes = (
            GinIndex(OpClass("sku", name="gin_trgm_ops"), name="product_variants_sku_trgm"),
            models.Index(Code("sku"), name="product_variants_code_idx"),
            models.Index(
                fields=["barcode"],
                condition=~Q(barcode=""),
                name="product_variants_barcode_idx",
            ),
        )

    def __str__(self) -> str:
        return f"{self.product} – {self.name}" if self.option_values else str(self.product)

    @property
    def is_buyable(self) -> bool:
        """Whether a shopper may put it into a cart (stock apart)."""
        return self.is_active and self.deleted_at is None

    @property
    def in_stock(self) -> bool:
        return self.stock_quantity > 0 or self.backorder_policy == self.Backorder.CONTINUE
