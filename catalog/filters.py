"""The filters of list pages and of the API: one set for both."""

from typing import Any, ClassVar

import django_filters
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from catalog.models import Brand, Product


class ProductFilter(django_filters.FilterSet):
    """Narrows a list of products; several brands widen it (OR inside, AND across)."""

    brand = extend_schema_field({"type": "string", "description": "Slug of a brand"})(
        django_filters.ModelMultipleChoiceFilter(
            field_name="brand__slug",
            to_field_name="slug",
            queryset=Brand.objects.filter(is_active=True),
            label=_("Brand"),
            # The key is on the product itself: no DISTINCT needed.
            distinct=False,
        )
    )
    price_min = django_filters.NumberFilter(
        field_name="price", lookup_expr="gte", min_value=0, label=_("Price from")
    )
    price_max = django_filters.NumberFilter(
        field_name="price", lookup_expr="lte", min_value=0, label=_("Price to")
    )
    in_stock = django_filters.BooleanFilter(field_name="in_stock", label=_("In stock"))

    class Meta:
        model = Product
        fields: ClassVar[list[Any]] = []
