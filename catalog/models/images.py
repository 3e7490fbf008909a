from django.db import models
from django.db.models import Q

from shopflow.lib.rows import Row


class ProductImage(Row):
    """A picture of a product, perhaps of one variant only."""

    product = models.ForeignKey(
        "catalog.Product", on_delete=models.CASCADE, related_name="images", db_index=False
    )
    variant = models.ForeignKey(
        "catalog.ProductVariant",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="images",
    )
    file = models.ImageField(
        upload_to="products/",
        blank=True,
        max_length=200,
        db_default="",
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
    # Smaller copies in other formats: width and format, such as 480.webp, to the file's name.
    derivatives = models.JSONField(default=dict, blank=True, db_default={}, editable=False)

    class Meta:
        db_table = "product_images"
        db_table_comment = "Pictures of products"
        ordering = ("sort_order", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["product"],
                condition=Q(is_primary=True),
                name="product_images_one_primary",
            ),
            models.CheckConstraint(
                condition=~Q(file="", source_url=""), name="product_images_has_picture"
            ),
        )
        indexes = (
            models.Index(fields=["product", "sort_order", "id"], name="product_images_order_idx"),
        )

    def __str__(self) -> str:
        return self.alt_text or self.file.name or self.source_url
