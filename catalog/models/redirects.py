from django.db import models
from django.db.models import Q

from catalog.models.categories import Brand, Category
from catalog.models.products import Product
from shopflow.lib.rows import Row


class SlugRedirect(Row):
    """An address that a product, a category or a brand once had; it leads to today's.

    `slug` is what stood after /p/, /c/ or /brands/; of a category the slugs from the root down.
    """

    slug = models.CharField(max_length=500)
    product = models.ForeignKey(
        Product, null=True, blank=True, on_delete=models.CASCADE, related_name="old_slugs"
    )
    category = models.ForeignKey(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="old_slugs"
    )
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.CASCADE, related_name="old_slugs"
    )

    class Meta:
        db_table = "slug_redirects"
        db_table_comment = "Addresses that products, categories and brands once had"
        constraints = (
            models.CheckConstraint(
                condition=Q(product__isnull=False, category=None, brand=None)
                | Q(product=None, category__isnull=False, brand=None)
                | Q(product=None, category=None, brand__isnull=False),
                name="slug_redirects_one_target",
            ),
            models.CheckConstraint(condition=~Q(slug=""), name="slug_redirects_slug_not_empty"),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(product__isnull=False),
                name="slug_redirects_product_unique",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(category__isnull=False),
                name="slug_redirects_category_unique",
            ),
            models.UniqueConstraint(
                fields=["slug"],
                condition=Q(brand__isnull=False),
                name="slug_redirects_brand_unique",
            ),
        )

    def __str__(self) -> str:
        return self.slug
