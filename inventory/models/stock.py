"""Where stock lies, and how much of it."""

from django.db import models
from django.db.models import ExpressionWrapper, F, Q

from catalog.models import ProductVariant
from shopflow.lib.rows import Row


class Warehouse(Row):
    """A place that holds stock. The default one, with code MAIN, is made at install."""

    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    address = models.TextField(blank=True, db_default="")
    country_code = models.CharField(max_length=2, blank=True, db_default="")
    priority = models.IntegerField(default=0, db_default=0, help_text="Lowest ships first")
    is_active = models.BooleanField(default=True, db_default=True)
    is_default = models.BooleanField(default=False, db_default=False)

    class Meta:
        db_table = "warehouses"
        db_table_comment = "Places that hold stock"
        ordering = ("priority", "code")
        constraints = (
            models.UniqueConstraint(fields=["code"], name="warehouses_code_unique"),
            models.CheckConstraint(condition=~Q(code=""), name="warehouses_code_not_empty"),
            models.CheckConstraint(
                condition=Q(country_code__regex="^([A-Z]{2})?$"), name="warehouses_country_is_code"
            ),
            models.UniqueConstraint(
                fields=["is_default"],
                condition=Q(is_default=True),
                name="warehouses_one_default",
            ),
            models.CheckConstraint(
                condition=Q(is_default=False) | Q(is_active=True),
                name="warehouses_default_is_active",
            ),
        )

    def __str__(self) -> str:
        return self.name


class Inventory(Row):
    """How many units of a variant one warehouse holds and has promised.

    `quantity_reserved` counts units held for unpaid orders and waiting shoppers, and committed to
    paid orders; they leave `quantity_on_hand` when they ship. More than one bucket only for very
    hot products. No index names the counters: a sale then rewrites no index (HOT update).
    """

    variant = models.ForeignKey(
        ProductVariant, on_delete=models.RESTRICT, related_name="stock", db_index=False
    )
    warehouse = models.ForeignKey(Warehouse, on_delete=models.RESTRICT, related_name="stock")
    bucket = models.SmallIntegerField(default=0, db_default=0)
    quantity_on_hand = models.IntegerField(default=0, db_default=0)
    quantity_reserved = models.IntegerField(default=0, db_default=0)
    quantity_available = models.GeneratedField(
        expression=F("quantity_on_hand") - F("quantity_reserved"),
        output_field=models.IntegerField(),
        db_persist=True,
    )
    backorder_limit = models.IntegerField(default=0, db_default=0)
    reorder_point = models.IntegerField(default=0, db_default=0, help_text="0 = no alert")
    reorder_quantity = models.IntegerField(default=0, db_default=0)
    is_low = models.GeneratedField(
        # Not from `quantity_available`: a generated column can't read another.
        expression=ExpressionWrapper(
            Q(reorder_point__gt=0)
            & Q(reorder_point__gte=F("quantity_on_hand") - F("quantity_reserved")),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    warehouse_location = models.CharField("bin", max_length=50, blank=True, db_default="")
    last_counted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "inventory"
        db_table_comment = "Units held and promised, per variant, warehouse and bucket"
        verbose_name_plural = "inventory"
        constraints = (
            models.UniqueConstraint(
                fields=["variant", "warehouse", "bucket"], name="inventory_place_unique"
            ),
            models.CheckConstraint(
                condition=Q(quantity_on_hand__gte=0), name="inventory_on_hand_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__gte=0), name="inventory_reserved_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(quantity_reserved__lte=F("quantity_on_hand") + F("backorder_limit")),
                name="inventory_not_oversold",
            ),
            models.CheckConstraint(
                condition=Q(backorder_limit__gte=0), name="inventory_backorder_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(reorder_point__gte=0) & Q(reorder_quantity__gte=0),
                name="inventory_reorder_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(bucket__gte=0), name="inventory_bucket_not_negative"
            ),
        )
        indexes = (models.Index(fields=["id"], condition=Q(is_low=True), name="inventory_low_idx"),)

    def __str__(self) -> str:
        return f"{self.variant} in {self.warehouse}"
