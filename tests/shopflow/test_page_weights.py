"""What a first visit costs, compressed as production does (ecosystem 3.1)."""

import re
from pathlib import Path

import brotli
import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from catalog.models import ProductVariant
from shopflow.demo.load import load_demo_shop

pytestmark = pytest.mark.django_db
KB = 1024
HTML, CSS, JS = 25 * KB, 15 * KB, 25 * KB


@pytest.fixture
def guest(settings: Settings, tmp_path: Path) -> Client:
    settings.MEDIA_ROOT = tmp_path
    load_demo_shop()
    client = Client()
    tee = ProductVariant.objects.get(sku="FEN-TEE-MEA-L")
    data = {"product": tee.product_id, "variant": tee.pk, "quantity": 1}
    client.post("/cart/add/", data, headers={"Sec-Fetch-Site": "same-origin"})
    return client


def test_every_page_is_light(guest: Client) -> None:
    for address in (
        "/",
        "/c/clothing/",
        "/c/home/",
        "/search/?q=tee",
        "/p/harbour-tee/",
        "/p/everyday-jeans/",
        "/cart/",
        "/checkout/",
        "/accounts/login/",
    ):
        response = guest.get(address)
        page = response.content.decode()

        assert response.status_code == 200, address
        assert compressed(page.encode()) <= HTML, address
        assert 0 < weight(page, r'<link rel="stylesheet" href="([^"]+)"') <= CSS, address
        assert 0 < weight(page, r'<script src="([^"]+)"') <= JS, address


def test_pictures_keep_their_place(guest: Client) -> None:
    for address in ("/", "/c/clothing/", "/p/harbour-tee/", "/cart/"):
        pictures = re.findall(r"<img [^>]+>", guest.get(address).content.decode())

        shifting = [tag for tag in pictures if not re.search(r'width="\d+" height="\d+"', tag)]
        assert pictures
        assert shifting == []


def compressed(content: bytes) -> int:
    return len(brotli.compress(content, quality=5))


def weight(page: str, pattern: str) -> int:
    """Of the files that a page names."""
    found = [finders.find(name.removeprefix("/static/")) for name in re.findall(pattern, page)]
    return sum(compressed(Path(str(file)).read_bytes()) for file in found)
