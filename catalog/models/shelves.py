from django.db import models

from catalog.models.categories import Category
from catalog.models.products import Product
from shopflow.lib.fields import MoneyField
from shopflow.lib.rows import Row


class ProductCategory(Row):
    """A product on a shelf: one row for its own shelves and one for each shelf above.

    The sort keys are copies, so a page of a root category is one index range scan.
    """

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="shelves")
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, related_name="shelved", db_index=False
    )
    is_direct = models.BooleanField(default=False, db_default=False)
    is_featured = models.BooleanField(default=False, db_default=False)
    price = MoneyField()
    published_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "product_categories"
        db_table_comment = "Products on shelves, ancestors included, with copies of the sort keys"
        constraints = (
            models.UniqueConstraint(
                fields=["category", "product"], name="product_categories_unique"
            ),
        )
        indexes = (
            models.Index(
                fields=["category", "-published_at", "-product"], name="product_categories_newest"
            ),
            models.Index(fields=["category", "price", "product"], name="product_categories_price"),
        )
