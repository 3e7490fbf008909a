"""The page of a product in the admin, as tests fill it in, and every row it may change."""

from dataclasses import replace
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from catalog.commands import ProductSpec
from catalog.models import Product
from tests import staff

LIST = "/admin/catalog/product/"
ADD = f"{LIST}add/"


def page(product: Product) -> str:
    return reverse("admin:catalog_product_change", args=[product.pk])


def filled(client: Client, address: str, **changes: Any) -> dict[str, Any]:
    """The form of a product as its page offers it, with some fields written anew."""
    return staff.form_of(client.get(address), "product_form") | changes


def picture(name: str = "hat.png", size: int = 4) -> SimpleUploadedFile:
    content = BytesIO()
    Image.new("RGB", (size, size), "red").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def twin_of(spec: ProductSpec) -> ProductSpec:
    """The same product once more, under its own address and SKUs."""
    variants = [replace(variant, sku=f"{variant.sku}-TWIN") for variant in spec.variants]
    return replace(spec, slug=f"{spec.slug}-twin", variants=variants)


def rows_of(product: Product) -> dict[str, Any]:
    """Every row a product has, apart from ids, times of change, its address and SKUs."""
    own = ("id", "created_at", "updated_at", "search", "slug", "sku", "product_id")
    product = Product.objects.get(pk=product.pk)

    def values(row: Any) -> dict[str, Any]:
        return {
            field.attname: getattr(row, field.attname)
            for field in row._meta.concrete_fields
            if field.attname not in own
        }

    return {
        "product": values(product),
        "variants": [values(variant) for variant in product.variants.all()],
        "shelves": [values(shelf) for shelf in product.shelves.order_by("category")],
        "images": [values(image) for image in product.images.all()],
    }


def errors_of(response: Any) -> str:
    assert response.status_code == 200
    return staff.text_of(response)
