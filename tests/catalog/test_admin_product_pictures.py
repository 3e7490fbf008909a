import struct
import zlib
from dataclasses import replace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from catalog import commands as catalog
from catalog.commands import ImageSpec, ProductSpec
from catalog.models import Product
from tests import staff
from tests.catalog.product_page import (
    errors_of,
    filled,
    page,
    picture,
    rows_of,
)

pytestmark = pytest.mark.django_db


def bomb(width: int, height: int) -> SimpleUploadedFile:
    """A PNG of a few bytes that says it is this large."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 1000)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    content = b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
    return SimpleUploadedFile("hat.png", content, "image/png")


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def pictured(spec: ProductSpec) -> Product:
    images = [
        ImageSpec(file=picture("one.png"), alt_text="One"),
        ImageSpec(source_url="https://cdn.example.com/two.png", alt_text="Two"),
    ]
    return catalog.save_product(spec=replace(spec, images=images)).product


def test_uploads_a_picture_and_shows_it_for_one_variant(client: Client, product: Product) -> None:
    small = product.variants.all()[0]
    data = filled(client, page(product))
    data |= {
        "images-TOTAL_FORMS": "2",
        "images-0-file": picture("front.png", 8),
        "images-0-alt_text": "From the front",
        "images-0-shown_for": str(small.pk),
        "images-1-file": picture("back.png"),
        "images-1-alt_text": "From behind",
        "images-1-shown_for": "",
    }

    response = client.post(page(product), data)

    assert response.status_code == 302
    front, back = product.images.all()
    assert (front.alt_text, front.variant, front.is_primary, front.width) == (
        "From the front",
        small,
        True,
        8,
    )
    assert (back.alt_text, back.variant, back.is_primary, back.sort_order) == (
        "From behind",
        None,
        False,
        1,
    )


def test_pictures_stay_when_the_page_is_saved_as_it_is(client: Client, pictured: Product) -> None:
    before = rows_of(pictured)

    client.post(page(pictured), filled(client, page(pictured)))

    assert rows_of(pictured) == before


def test_replaces_moves_and_removes_pictures(client: Client, pictured: Product) -> None:
    _one, two = pictured.images.all()
    changes = {"images-0-DELETE": "on", "images-1-file": picture("new.png", 6)}

    client.post(page(pictured), filled(client, page(pictured), **changes))

    kept = pictured.images.get()
    assert (kept.pk, kept.alt_text, kept.is_primary, kept.width) == (two.pk, "Two", True, 6)
    assert kept.source_url == "https://cdn.example.com/two.png"


def test_a_picture_moved_up_becomes_the_first(client: Client, pictured: Product) -> None:
    moved = {"images-0-sort_order": "5"}

    client.post(page(pictured), filled(client, page(pictured), **moved))

    assert list(pictured.images.values_list("alt_text", "is_primary")) == [
        ("Two", True),
        ("One", False),
    ]


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        (SimpleUploadedFile("hat.png", b"<script>alert(1)</script>"), "Upload a valid image."),
        (SimpleUploadedFile("hat.svg", b"<svg/>"), "Upload a valid image."),
        (picture("hat.html"), "File extension “html” is not allowed."),
        ("", "Choose a picture."),
        (bomb(50_000, 50_000), "Upload a valid image."),
        (bomb(8_000, 8_000), "This picture has more than 50 megapixels. Please shrink it."),
    ],
)
def test_takes_nothing_but_pictures(
    client: Client, product: Product, file: Any, sentence: str
) -> None:
    data = filled(client, page(product))
    data |= {"images-TOTAL_FORMS": "1", "images-0-file": file, "images-0-alt_text": "Hat"}

    response = client.post(page(product), data)

    assert sentence in errors_of(response)
    assert not product.images.exists()


def test_refuses_a_picture_that_is_too_large(
    client: Client, product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("catalog.admin.forms.LARGEST_PICTURE", 10)
    data = filled(client, page(product))
    data |= {"images-TOTAL_FORMS": "1", "images-0-file": picture(), "images-0-alt_text": "Hat"}

    response = client.post(page(product), data)

    assert "This picture is larger than 10 MB." in errors_of(response)
    assert not product.images.exists()


def test_shows_no_upload_that_was_not_stored(client: Client, pictured: Product) -> None:
    changes = {"name": "", "images-0-file": picture("new.png")}

    response = client.post(page(pictured), filled(client, page(pictured), **changes))

    assert "This field is required." in errors_of(response)
    assert "<img class" not in response.content.decode()
