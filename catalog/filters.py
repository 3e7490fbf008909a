"""The filters of list pages and of the API: one set for both."""

from typing import Any, ClassVar

import django_filters
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from catalog.models import Brand, Product


class BrandFilter(django_filters.ModelMultipleChoiceFilter):
    """Chosen by slug, compared by id: the planner knows how many products a brand has."""

    def get_filter_predicate(self, v: Brand) -> dict[str, Any]:
        return {self.field_name: v.pk}


def _brand(column: str) -> BrandFilter:
    filter_ = BrandFilter(
        field_name=column,
        to_field_name="slug",
        queryset=Brand.objects.filter(is_active=True),
        label=_("Brand"),
        # The key is on the product itself: no DISTINCT needed.
        distinct=False,
    )
    schema = {"type": "string", "description": "Slug of a brand"}
    return extend_schema_field(schema)(filter_)


def _price(column: str, lookup: str, label: Promise) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(
        field_name=column, lookup_expr=lookup, min_value=0, label=label
    )


def _in_stock(column: str) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(field_name=column, label=_("In stock"))


class ProductFilter(django_filters.FilterSet):
    """Narrows a list of products; several brands widen it (OR inside, AND across)."""

    brand = _brand("brand")
    price_min = _price("price", "gte", _("Price from"))
    price_max = _price("price", "lte", _("Price to"))
    in_stock = _in_stock("in_stock")

    class Meta:
        model = Product
        fields: ClassVar[list[Any]] = []


class ShelfFilter(ProductFilter):
    """The same for `on_shelf`: the shelf's copies are compared, so that its indexes answer."""

    brand = _brand("shelf_brand")
    price_min = _price("shelf_price", "gte", _("Price from"))
    price_max = _price("shelf_price", "lte", _("Price to"))
    in_stock = _in_stock("shelf_in_stock")

    class Meta(ProductFilter.Meta):
        pass
