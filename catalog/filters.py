"""The filters of list pages and of the API: one set for both."""

from collections.abc import Collection, Mapping
from typing import Any, ClassVar, cast

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
from django.db.models.fields.json import HasAnyKeys, KeyTextTransform, KeyTransform
from django.db.models.lookups import In
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field

from catalog.models import Brand, Product
from catalog.queries import traits

ATTRIBUTE = "attr_"
MOST_CHOSEN = 50  # values of one filter
LONGEST = 255
# Two parameters of an address, one facet of the page.
FACET_OF = {"price_min": "price", "price_max": "price"}


class ManyField(forms.Field):
    """Any number of short texts."""

    widget = forms.SelectMultiple

    def clean(self, value: Any) -> Any:
        """Return each once; raises ValidationError for too many, and for what no value can be."""
        values = list(dict.fromkeys(filter(None, value or [])))
        if len(values) > MOST_CHOSEN:
            raise ValidationError(_("These are too many values for one filter."))
        if any(len(text) > LONGEST or "\0" in text for text in values):
            raise ValidationError(_("This filter can't be read."))
        return values


class BrandField(ManyField):
    """Makers by slug. Those the page knows already are not asked for again."""

    known: Mapping[str, Brand] = {}

    def clean(self, value: Any) -> list[Brand]:
        slugs = super().clean(value)
        found = {slug: self.known[slug] for slug in slugs if slug in self.known}
        if missing := [slug for slug in slugs if slug not in found]:
            rows = Brand.objects.filter(slug__in=missing, is_active=True)
            found |= {brand.slug: brand for brand in rows}
        if unknown := [slug for slug in slugs if slug not in found]:
            message = _("We don't carry the brand “%(slug)s” (any more).")
            raise ValidationError(message, params={"slug": unknown[0][:LONGEST]})
        return [found[slug] for slug in slugs]


class BrandFilter(django_filters.Filter):
    """Chosen by slug, compared by id: the planner knows how many products a brand has."""

    field_class = BrandField

    def filter(self, qs: "QuerySet[Product]", value: list[Brand]) -> "QuerySet[Product]":
        if not value:
            return qs
        return qs.filter(**{f"{self.field_name}__in": [brand.pk for brand in value]})


class AttributeFilter(django_filters.Filter):
    """One of the values chosen is the product's, or among its values where it has several."""

    field_class = ManyField

    def filter(self, qs: "QuerySet[Product]", value: list[str]) -> "QuerySet[Product]":
        if not value:
            return qs
        slug = self.field_name
        several = HasAnyKeys(KeyTransform(slug, "attributes"), value)
        return qs.filter(Q(several) | Q(In(KeyTextTransform(slug, "attributes"), value)))


class NoField(forms.Field):
    """Of a filter that isn't there."""

    def clean(self, value: Any) -> Any:
        raise ValidationError(_("There is no such filter."))


class NoFilter(django_filters.Filter):
    field_class = NoField


def _brand(column: str) -> BrandFilter:
    schema = {
        "type": "array",
        "items": {"type": "string"},
        "description": "Slugs of brands; one of them is enough",
    }
    return extend_schema_field(schema)(BrandFilter(field_name=column, label=_("Brand")))


def _price(column: str, lookup: str, label: Promise) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(
        field_name=column, lookup_expr=lookup, min_value=0, label=label
    )


def _in_stock(column: str) -> django_filters.BooleanFilter:
    return django_filters.BooleanFilter(field_name=column, label=_("In stock"))


def _rating(column: str) -> django_filters.NumberFilter:
    return django_filters.NumberFilter(
        field_name=column, lookup_expr="gte", min_value=1, max_value=5, label=_("Stars, at least")
    )


class ProductFilter(django_filters.FilterSet):
    """Narrows a list of products; several values of one filter widen it (OR inside, AND across).

    Beside the filters below there is one per attribute that staff made filterable, `attr_<slug>`.
    """

    brand = _brand("brand")
    price_min = _price("price", "gte", _("Price from"))
    price_max = _price("price", "lte", _("Price to"))
    in_stock = _in_stock("in_stock")
    rating = _rating("rating_average")

    class Meta:
        model = Product
        fields: ClassVar[list[Any]] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        asked = [name for name in self.data or () if name.startswith(ATTRIBUTE)]
        known = traits() if asked else {}
        for name in asked:
            self._offer(name, known)

    @property
    def used(self) -> list[str]:
        """The facets in use, in the order of the address."""
        chosen = self.form.cleaned_data.items()
        names = [FACET_OF.get(name, name) for name, value in chosen if value not in (None, "", [])]
        return list(dict.fromkeys(names))

    def filter_queryset(self, queryset: "QuerySet[Product]") -> "QuerySet[Product]":
        return self.narrowed(queryset)

    def narrowed(
        self, queryset: "QuerySet[Product]", *, ignoring: Collection[str] = ()
    ) -> "QuerySet[Product]":
        """Return what the filters leave, but for those of some facets; unreadable ones leave all.

        Call it after `is_valid`.
        """
        for name, value in self.form.cleaned_data.items():
            if FACET_OF.get(name, name) not in ignoring:
                queryset = self.filters[name].filter(queryset, value)
        return queryset

    def _offer(self, name: str, known: Mapping[str, Any]) -> None:
        slug = name.removeprefix(ATTRIBUTE)
        is_there = slug in known and known[slug].is_filterable
        label = known[slug].name if is_there else slug
        kind = AttributeFilter if is_there else NoFilter
        made = kind(field_name=slug, label=label)
        made.parent, made.model = self, Product
        cast(dict[str, Any], self.filters)[name] = made


class ShelfFilter(ProductFilter):
    """The same for `on_shelf`: the shelf's copies are compared, so that its indexes answer."""

    brand = _brand("shelf_brand")
    price_min = _price("shelf_price", "gte", _("Price from"))
    price_max = _price("shelf_price", "lte", _("Price to"))
    in_stock = _in_stock("shelf_in_stock")
    rating = _rating("shelf_rating")

    class Meta(ProductFilter.Meta):
        pass
