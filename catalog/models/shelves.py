from decimal import Decimal

from django.db import models
from django.db.models import Q

from catalog.models.categories import Brand, Category
from catalog.models.products import Product
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class ProductCategory(Row):
    """A product on a shelf: one row for its own shelves and one for each shelf above.

    The sort keys and what a list is narrowed by are copies, so a page of a root category is one
    index range scan.
    """

    product = models.ForeignKey(
        Product, on_delete=models.CASCADE, related_name="shelves", db_index=False
    )
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="shelved", db_index=False
    )
    brand = models.ForeignKey(
        Brand,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )
    is_direct = models.BooleanField(default=False, db_default=False)
    is_featured = models.BooleanField(default=False, db_default=False)
    price = MoneyField()
    published_at = models.DateTimeField(null=True)
    in_stock = models.BooleanField(default=False, db_default=False)
    sales_count = models.IntegerField(default=0, db_default=0)
    rating_average = models.DecimalField(
        max_digits=3, decimal_places=2, default=Decimal(0), db_default=Decimal(0)
    )

    class Meta:
        db_table = "product_categories"
        db_table_comment = "Products on shelves, ancestors included, with copies of the sort keys"
        constraints = (
            models.UniqueConstraint(
                fields=["product", "category"], name="product_categories_unique"
            ),
        )
        # One for each order a shelf can be sorted by, and one for what of it a brand makes. Those
        # not sorted by price hold it all the same: a range in which there is nothing is then
        # looked for in the index alone.
        indexes = (
            models.Index(
                fields=["brand", "category", "-published_at", "-product"],
                name="product_categories_brand",
            ),
            models.Index(
                fields=["category", "-published_at", "-product"],
                include=["price", "in_stock"],
                name="product_categories_newest",
            ),
            models.Index(fields=["category", "price", "product"], name="product_categories_price"),
            models.Index(
                fields=["category", "-is_featured", "-published_at", "-product"],
                include=["price", "in_stock"],
                name="product_categories_featured",
            ),
            models.Index(
                fields=["category", "-rating_average", "-product"],
                include=["price", "in_stock"],
                name="product_categories_rating",
            ),
            models.Index(
                fields=["category", "-sales_count", "-product"],
                include=["price", "in_stock"],
                name="product_categories_bestselling",
            ),
        )


class CategoryFacet(Row):
    """How many products of a category a filter would leave, counted ahead of time.

    `facet` is the filter's name in the address (`brand`, `in_stock`, `attr_material`), `value` one
    of its values.
    """

    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="facets", db_index=False
    )
    facet = models.CharField(max_length=110)
    value = models.CharField(max_length=255)
    product_count = models.IntegerField()

    class Meta:
        db_table = "category_facets"
        db_table_comment = "How many products of a category each filter would leave"
        constraints = (
            models.UniqueConstraint(
                fields=["category", "facet", "value"], name="category_facets_unique"
            ),
            models.CheckConstraint(
                condition=Q(product_count__gte=0), name="category_facets_count_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.facet} {self.value}: {self.product_count}"
