from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from catalog.models.categories import Brand, Category
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row, one_of

# The text-search configuration of migration 0001: english with accents removed.
SEARCH_CONFIG = "shop_english"


class _TagVector(models.Func):
    function = "array_to_tsvector"
    output_field = SearchVectorField()


class _Weighted(models.Func):
    template = "setweight(%(expressions)s, '%(weight)s')"
    output_field = SearchVectorField()


class _AttributeVector(models.Func):
    template = f"to_tsvector('{SEARCH_CONFIG}'::regconfig, %(expressions)s)"
    output_field = SearchVectorField()


def _search_document() -> Any:
    """The weighted words of a product (data model, catalog): name, brand and SKU, tags, text."""
    return models.expressions.CombinedExpression(
        models.expressions.CombinedExpression(
            SearchVector("name", weight="A", config=SEARCH_CONFIG)
            + SearchVector("brand_name", weight="B", config=SEARCH_CONFIG)
            + SearchVector("sku", weight="B", config="simple")
            + SearchVector("description", weight="D", config=SEARCH_CONFIG),
            "||",
            _Weighted(_TagVector("tags"), weight="C"),
            output_field=SearchVectorField(),
        ),
        "||",
        _Weighted(_AttributeVector("attributes"), weight="C"),
        output_field=SearchVectorField(),
    )


class ProductQuerySet(models.QuerySet["Product"]):
    def visible(self) -> "ProductQuerySet":
        """What shoppers may see: published, active, not deleted."""
        return self.filter(is_active=True, deleted_at=None, published_at__lte=Now())

    def with_card(self) -> "ProductQuerySet":
        """Load what a product card shows, in one query more for all pictures."""
        return self.select_related("brand").prefetch_related(
            models.Prefetch(
                "images",
                queryset=ProductImage.objects.filter(is_primary=True),
                to_attr="primary_images",
            )
        )


class Product(Row):
    """A thing we sell, in one or more variants.

    `price`, `compare_at_price`, `stock_quantity`, `in_stock`, `sales_count` and the ratings are
    read models: copies kept by commands so that a list page reads one row per card.
    """

    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    categories: Any = models.ManyToManyField(
        Category, through="catalog.ProductCategory", related_name="all_products"
    )
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="products"
    )
    brand_name = models.CharField(max_length=100, blank=True, db_default="", editable=False)
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=200, unique=True)
    sku = models.CharField("style code", max_length=100, unique=True)
    description = models.TextField(blank=True, db_default="", help_text="Simple HTML")
    attributes = models.JSONField(default=dict, blank=True, db_default={})
    tags = ArrayField(models.CharField(max_length=60), default=list, blank=True, db_default=[])
    metadata = models.JSONField(default=dict, blank=True, db_default={})
    tax_class = models.CharField(max_length=30, default="standard", db_default="standard")
    is_active = models.BooleanField(default=True, db_default=True)
    is_featured = models.BooleanField(default=False, db_default=False)
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
    rating_average = models.DecimalField(
        max_digits=3, decimal_places=2, null=True, blank=True, editable=False
    )
    rating_count = models.IntegerField(default=0, db_default=0, editable=False)
    search = models.GeneratedField(
        expression=_search_document(), output_field=SearchVectorField(), db_persist=True
    )

    objects: ClassVar = ProductQuerySet.as_manager()

    class Meta:
        db_table = "products"
        db_table_comment = "Things we sell"
        constraints = (
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="products_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at_price=None)
                | models.Q(compare_at_price__gt=models.F("price")),
                name="products_compare_at_above_price",
            ),
            models.CheckConstraint(
                condition=models.Q(stock_quantity__gte=0), name="products_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(min_stock_level__gte=0), name="products_min_stock_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(sales_count__gte=0), name="products_sales_not_negative"
            ),
        )
        indexes = (
            GinIndex(fields=["search"], name="products_search_gin"),
            GinIndex(OpClass("attributes", name="jsonb_path_ops"), name="products_attributes_gin"),
            GinIndex(fields=["tags"], name="products_tags_gin"),
            models.Index(fields=["-published_at", "-id"], name="products_newest_idx"),
            models.Index(fields=["price", "id"], name="products_price_idx"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def is_on_sale(self) -> bool:
        """Whether shoppers may see and buy it: what `visible()` asks, of a row at hand."""
        is_published = self.published_at is not None and self.published_at <= timezone.now()
        return self.is_active and self.deleted_at is None and is_published


class BackorderPolicy(models.TextChoices):
    DENY = "deny"
    CONTINUE = "continue"


class ProductVariant(Row):
    """One buyable form of a product: the unit of price, stock, cart and order."""

    Backorder = BackorderPolicy

    product = models.ForeignKey(Product, on_delete=models.RESTRICT, related_name="variants")
    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=100, unique=True)
    barcode = models.CharField(max_length=50, blank=True, db_default="")
    option_values = models.JSONField(default=dict, blank=True, db_default={})
    price = MoneyField()
    compare_at_price = MoneyField(null=True, blank=True)
    cost = MoneyField(null=True, blank=True)
    weight_grams = models.PositiveIntegerField(default=0, db_default=0)
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
            models.CheckConstraint(
                condition=models.Q(price__gte=0), name="product_variants_price_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(compare_at_price=None)
                | models.Q(compare_at_price__gt=models.F("price")),
                name="product_variants_compare_at_above_price",
            ),
            models.CheckConstraint(
                condition=models.Q(cost=None) | models.Q(cost__gte=0),
                name="product_variants_cost_not_negative",
            ),
            models.CheckConstraint(
                condition=models.Q(stock_quantity__gte=0),
                name="product_variants_stock_not_negative",
            ),
            models.UniqueConstraint(
                fields=["product", "option_values"],
                condition=models.Q(deleted_at=None),
                name="product_variants_options_unique",
            ),
        )
        indexes = (
            models.Index(
                fields=["barcode"],
                condition=~models.Q(barcode=""),
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


class ProductImage(Row):
    """A picture of a product, perhaps of one variant only."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="images")
    variant = models.ForeignKey(
        ProductVariant, null=True, blank=True, on_delete=models.SET_NULL, related_name="images"
    )
    file = models.ImageField(
        upload_to="products/",
        blank=True,
        max_length=200,
        width_field="width",
        height_field="height",
    )
    source_url = models.URLField(
        max_length=500,
        blank=True,
        db_default="",
        help_text="Where an imported picture came from; never shown from there",
    )
    alt_text = models.CharField(max_length=255, blank=True, db_default="")
    sort_order = models.IntegerField(default=0, db_default=0)
    is_primary = models.BooleanField(default=False, db_default=False)
    width = models.PositiveIntegerField(null=True, blank=True, editable=False)
    height = models.PositiveIntegerField(null=True, blank=True, editable=False)

    class Meta:
        db_table = "product_images"
        db_table_comment = "Pictures of products"
        ordering = ("sort_order", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["product"],
                condition=models.Q(is_primary=True),
                name="product_images_one_primary",
            ),
            models.CheckConstraint(
                condition=~models.Q(file="", source_url=""), name="product_images_has_picture"
            ),
        )

    def __str__(self) -> str:
        return self.alt_text or self.file.name or self.source_url
