"""What clients see of the catalogue."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from catalog.models import Brand, Product, ProductImage, ProductVariant
from catalog.queries import SORTS, MenuCategory, Suggestion, category_trail
from shopflow.lib.api import MoneyValue

Output = serializers.Serializer


class BrandSerializer(serializers.ModelSerializer[Brand]):
    class Meta:
        model = Brand
        fields = ("slug", "name")
        read_only_fields = fields


class ImageSerializer(serializers.ModelSerializer[ProductImage]):
    """A picture; `url` is an address on this shop."""

    url = serializers.CharField(source="file.url")
    alt = serializers.CharField(source="alt_text")

    class Meta:
        model = ProductImage
        fields = ("url", "alt", "width", "height")
        read_only_fields = fields


class RatingSerializer(Output[Product]):
    """What shoppers think; no average as long as nobody has said."""

    average = serializers.FloatField(source="average_rating", allow_null=True)
    count = serializers.IntegerField(source="rating_count")


class ProductCardSerializer(serializers.ModelSerializer[Product]):
    """A product in a list; `price` is that of its cheapest variant."""

    brand = BrandSerializer(allow_null=True)
    price = MoneyValue()
    compare_at_price = MoneyValue(allow_null=True, help_text="What it cost before, if reduced")
    image = serializers.SerializerMethodField()
    rating = RatingSerializer(source="*")

    class Meta:
        model = Product
        fields: tuple[str, ...] = (
            "id",
            "slug",
            "name",
            "brand",
            "price",
            "compare_at_price",
            "in_stock",
            "image",
            "rating",
            "updated_at",
        )
        read_only_fields: tuple[str, ...] = fields

    @extend_schema_field(ImageSerializer(allow_null=True))
    def get_image(self, product: Product) -> Mapping[str, Any] | None:
        image: ProductImage | None = getattr(product, "primary_image", None)
        return ImageSerializer(image).data if image and image.file else None


class VariantSerializer(serializers.ModelSerializer[ProductVariant]):
    """One buyable form of a product. One in stock with 0 available can be ordered all the same."""

    options = serializers.DictField(source="option_values", child=serializers.CharField())
    price = MoneyValue()
    compare_at_price = MoneyValue(allow_null=True)
    in_stock = serializers.BooleanField()
    available = serializers.IntegerField(source="stock_quantity")

    class Meta:
        model = ProductVariant
        fields = (
            "id",
            "sku",
            "name",
            "options",
            "price",
            "compare_at_price",
            "in_stock",
            "available",
        )
        read_only_fields = fields


class CategoryStepSerializer(Output[Any]):
    """One step on the way from the root to a product's category."""

    name = serializers.CharField(source="0")
    path = serializers.CharField(source="1")


class ProductSerializer(ProductCardSerializer):
    """A product with everything its page shows; `description` is simple, sanitised HTML."""

    categories = serializers.SerializerMethodField()
    tags = serializers.ListField(child=serializers.CharField())
    attributes = serializers.DictField()
    images = serializers.SerializerMethodField()
    variants = VariantSerializer(source="buyable_variants", many=True)

    class Meta(ProductCardSerializer.Meta):
        fields = (
            *ProductCardSerializer.Meta.fields,
            "description",
            "categories",
            "tags",
            "attributes",
            "images",
            "variants",
        )
        read_only_fields = fields

    @extend_schema_field(CategoryStepSerializer(many=True))
    def get_categories(self, product: Product) -> list[dict[str, str]]:
        return [{"name": name, "path": path} for name, path in category_trail(product)]

    @extend_schema_field(ImageSerializer(many=True))
    def get_images(self, product: Product) -> Any:
        return ImageSerializer([i for i in product.images.all() if i.file], many=True).data

    @extend_schema_field(ImageSerializer(allow_null=True))
    def get_image(self, product: Product) -> Mapping[str, Any] | None:
        images = [i for i in product.images.all() if i.is_primary and i.file]
        return ImageSerializer(images[0]).data if images else None


class CategorySerializer(Output[Any]):
    """A shelf with the shelves in it; `path` is what `products/?category=` takes."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    path = serializers.CharField(source="slug_path")
    children = serializers.SerializerMethodField()

    @extend_schema_field({"type": "array", "items": {"$ref": "#/components/schemas/Category"}})
    def get_children(self, category: MenuCategory) -> Any:
        return CategorySerializer(category.children, many=True).data


@extend_schema_serializer(many=False)
class CategoryTreeSerializer(Output[Any]):
    """The whole tree, as a list of its roots."""

    results = CategorySerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class SuggestionSerializer(Output[Any]):
    """Something that may be meant: `kind` says what `name` is.

    Words to look for, the path of a category, the slug of a brand or of a product.
    """

    kind = serializers.ChoiceField(["words", "category", "brand", "product"])
    text = serializers.CharField()
    name = serializers.CharField()
    image = serializers.SerializerMethodField()

    @extend_schema_field(ImageSerializer(allow_null=True))
    def get_image(self, suggestion: Suggestion) -> Mapping[str, Any] | None:
        image = suggestion.image
        return ImageSerializer(image).data if image and image.file else None


@extend_schema_serializer(many=False)
class SuggestionsSerializer(Output[Any]):
    """All suggestions, at most ten; there are no further pages."""

    results = SuggestionSerializer(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)


class SuggestQuery(serializers.Serializer[Any]):
    q = serializers.CharField(max_length=200, help_text="What has been typed so far")


class ProductQuery(serializers.Serializer[Any]):
    """Which products are wanted, beside the filters."""

    ORDERINGS = ("relevance", *SORTS)

    q = serializers.CharField(
        required=False, allow_blank=True, max_length=200, help_text="Words to look for"
    )
    category = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=500,
        help_text="Path of a category, for example `clothing/shirts`; what is below it counts too",
    )
    ordering = serializers.ChoiceField(
        ORDERINGS,
        required=False,
        allow_blank=True,
        help_text="`relevance` goes with `q` and is the usual order there, else `newest`",
    )
    updated_since = serializers.DateTimeField(
        required=False, help_text="Only what changed at or after this time (RFC 3339)"
    )

    def to_internal_value(self, data: Any) -> Any:
        """An empty parameter is one that isn't there, as a form in a browser sends it."""
        return super().to_internal_value({name: value for name, value in data.items() if value})

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Raises ValidationError for relevance without words."""
        if attrs.get("ordering") == "relevance" and not attrs.get("q"):
            raise serializers.ValidationError({"ordering": "Relevance goes with `q`."})
        return attrs
