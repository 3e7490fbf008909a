from django.db import models
from django.db.models import Q

from shopflow.lib.rows import Row, one_of


class AttributeType(models.TextChoices):
    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    COLOUR = "colour"


class Attribute(Row):
    """Something that can be said of products: a material, a length, a colour.

    The values stand in `products.attributes`, under the slug; numbers are in `unit`.
    """

    Type = AttributeType

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, db_index=False)
    type = models.CharField(
        max_length=10, choices=Type.choices, default=Type.TEXT, db_default=Type.TEXT
    )
    unit = models.CharField(max_length=20, blank=True, db_default="")
    is_filterable = models.BooleanField(default=False, db_default=False)
    sort_order = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "attributes"
        db_table_comment = "What can be said of products"
        ordering = ("sort_order", "name", "id")
        constraints = (
            one_of("type", AttributeType, table="attributes"),
            models.UniqueConstraint(fields=["name"], name="attributes_name_unique"),
            models.UniqueConstraint(fields=["slug"], name="attributes_slug_unique"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""), name="attributes_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(unit="") | Q(type="number"), name="attributes_unit_of_a_number"
            ),
        )

    def __str__(self) -> str:
        return self.name


class AttributeChoice(Row):
    """One of the values an attribute of type choice or colour may have."""

    attribute = models.ForeignKey(
        Attribute, on_delete=models.CASCADE, related_name="choices", db_index=False
    )
    value = models.CharField(max_length=100)
    colour = models.CharField(
        max_length=7, blank=True, db_default="", help_text="As #rrggbb, for a colour"
    )
    sort_order = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "attribute_choices"
        db_table_comment = "Values that attributes are chosen from"
        ordering = ("sort_order", "value", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["attribute", "value"], name="attribute_choices_value_unique"
            ),
            models.CheckConstraint(condition=~Q(value=""), name="attribute_choices_not_empty"),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"),
                name="attribute_choices_colour_valid",
            ),
        )

    def __str__(self) -> str:
        return self.value


class ProductType(Row):
    """A kind of product, such as shirts: it says which attributes its products have."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, db_index=False)
    attributes: "models.ManyToManyField[Attribute, ProductTypeAttribute]" = models.ManyToManyField(
        Attribute, through="catalog.ProductTypeAttribute", related_name="product_types"
    )

    class Meta:
        db_table = "product_types"
        db_table_comment = "Kinds of products"
        ordering = ("name", "id")
        constraints = (
            models.UniqueConstraint(fields=["name"], name="product_types_name_unique"),
            models.UniqueConstraint(fields=["slug"], name="product_types_slug_unique"),
            models.CheckConstraint(
                condition=~Q(name="") & ~Q(slug=""), name="product_types_not_empty"
            ),
        )

    def __str__(self) -> str:
        return self.name


class ProductTypeAttribute(Row):
    """An attribute that products of a type have, or must have."""

    product_type = models.ForeignKey(
        ProductType, on_delete=models.CASCADE, related_name="type_attributes", db_index=False
    )
    attribute = models.ForeignKey(Attribute, on_delete=models.RESTRICT, related_name="+")
    is_required = models.BooleanField(default=False, db_default=False)
    sort_order = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "product_type_attributes"
        db_table_comment = "Which attributes products of a type have"
        ordering = ("sort_order", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["product_type", "attribute"], name="product_type_attributes_unique"
            ),
        )

    def __str__(self) -> str:
        return f"{self.attribute_id} of {self.product_type_id}"
