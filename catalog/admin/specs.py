"""The filled-in page of a product as the spec its command takes."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from catalog.commands import ImageSpec, ProductSpec, VariantSpec

VARIANT_FIELDS = (
    "sku",
    "option_values",
    "price",
    "compare_at_price",
    "cost",
    "barcode",
    "weight_grams",
    "backorder_policy",
    "is_active",
)
PRODUCT_FIELDS = (
    "name",
    "slug",
    "sku",
    "description",
    "tags",
    "attributes",
    "tax_class",
    "is_active",
    "is_featured",
    "is_gift_card",
    "published_at",
    "seo_title",
    "seo_description",
)


def spec_of(form: Any, variants: Any, pictures: Any) -> ProductSpec:
    """Return what the valid form and the formsets of variants and pictures say."""
    data = form.cleaned_data
    return ProductSpec(
        **{name: data[name] for name in PRODUCT_FIELDS},
        brand_id=data["brand"].pk if data["brand"] else None,
        category_id=data["category"].pk if data["category"] else None,
        variants=[_variant_spec(part) for part in variants.kept_forms],
        images=list(_image_specs(pictures.kept_forms, _skus(variants.kept_forms))),
    )


def _variant_spec(form: Any) -> VariantSpec:
    row = None if form.instance._state.adding else form.instance
    return VariantSpec(
        **{name: form.cleaned_data[name] for name in VARIANT_FIELDS},
        name=_own_name(form, row),
        variant_id=row.pk if row else None,
    )


def _own_name(form: Any, row: Any) -> str:
    """Return a name somebody gave the variant; '' where it is made from the options."""
    if row is None:
        return ""
    made = " / ".join(form.initial["option_values"].values()) or "Standard"
    return "" if row.name == made else str(row.name)


def _skus(forms: Iterable[Any]) -> dict[UUID, str]:
    # A variant may get its new SKU and its picture in one go.
    return {form.instance.pk: form.cleaned_data["sku"] for form in forms}


def _image_specs(forms: Iterable[Any], skus: dict[UUID, str]) -> Iterator[ImageSpec]:
    for form in forms:
        data = form.cleaned_data
        row = None if form.instance._state.adding else form.instance
        shown_for = UUID(data["shown_for"]) if data["shown_for"] else None
        yield ImageSpec(
            file=data["file"] if "file" in form.changed_data else "",
            source_url=row.source_url if row else "",
            alt_text=data["alt_text"],
            variant_sku=skus.get(shown_for, "") if shown_for else "",
            image_id=row.pk if row else None,
        )
