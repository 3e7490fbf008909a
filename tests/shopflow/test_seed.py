import io
import json
import stat
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from PIL import Image
from pytest_django import Settings

from accounts.models import User
from catalog import commands as catalog
from catalog.models import Brand, Category, PriceHistory, Product, ProductImage, ProductVariant
from inventory.models import Inventory, InventoryTransaction
from promotions.models import Coupon
from shipping.models import ShippingMethod, TaxRate
from shopflow import demo
from shopflow.demo.load import OPENED
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

FOLDER = Path(demo.__file__).parent
CATALOGUE = json.loads((FOLDER / "catalogue.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _own_folders(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    monkeypatch.setenv("SHOPFLOW_STATE", str(tmp_path))


@ledger("S2-155", "S4-16")
def test_loads_the_whole_demo_shop() -> None:
    output = _seed()

    assert output[0] == "Demo shop: 74 products created, 0 updated, 0 unchanged"
    assert Product.objects.visible().count() == 74
    assert ProductVariant.objects.count() == 259
    assert Brand.objects.count() == 14
    assert Category.objects.filter(parent=None).count() == 5
    assert Category.objects.exclude(parent=None).count() == 20


def test_changes_nothing_the_second_time() -> None:
    _seed()
    before = _everything()

    output = _seed()

    assert output == ["Demo shop: 0 products created, 0 updated, 74 unchanged"]
    assert _everything() == before


def test_once_leaves_a_shop_with_products_alone() -> None:
    catalog.save_product(
        spec=catalog.ProductSpec(
            slug="own", name="Own", variants=[catalog.VariantSpec(sku="OWN", price=Decimal(1))]
        )
    )

    output = _seed("--once")

    assert output == []
    assert [product.slug for product in Product.objects.all()] == ["own"]
    assert not User.objects.exists()


@ledger("S2-160")
def test_once_fills_an_empty_shop() -> None:
    _seed("--once")

    assert Product.objects.count() == 74


def test_has_every_case_a_shop_page_must_show() -> None:
    _seed()

    umbrella = Product.objects.get(slug="cloudburst-umbrella")
    tee = ProductVariant.objects.get(sku="FEN-TEE-COR-M")
    assert (umbrella.in_stock, umbrella.stock_quantity) == (False, 0)
    assert (tee.stock_quantity, tee.product.in_stock) == (0, True)
    assert ProductVariant.objects.get(sku="POT-TEA-BER-12").stock_quantity == 2
    assert ProductVariant.objects.get(sku="KES-TRA-MIN-42").stock_quantity == 1
    assert Product.objects.get(slug="pocket-mending-kit").images.count() == 0
    assert ProductVariant.objects.get(sku="ORL-MEN").option_values == {}
    assert ProductVariant.objects.get(sku="NOO-SOF-BLU").weight_grams == 54_000
    assert len(Product.objects.get(slug="unhurried-notebook").name) == 132
    assert Product.objects.get(slug="long-walk-scarf").compare_at_price == Decimal("64.00")
    assert Product.objects.get(slug="everyday-jeans").variants.count() == 66
    bicycle = Product.objects.get(slug="errand-bicycle")
    assert (bicycle.in_stock, bicycle.stock_quantity) == (True, 2)
    to_order = ProductVariant.objects.get(sku="HAF-BIC-L")
    assert (to_order.in_stock, to_order.stock_quantity) == (True, 0)
    assert Inventory.objects.get(variant=to_order).backorder_limit == 20
    names = " ".join(Product.objects.values_list("name", flat=True))
    for hard in ("Donaudampfschifffahrtskapitänsmütze", "☀️", "فانوس", "& 12″"):
        assert hard in names
    prices = ProductVariant.objects.order_by("price").values_list("price", flat=True)
    assert (prices[0], prices.reverse()[0]) == (Decimal("0.90"), Decimal("2480.00"))


def test_what_is_reduced_was_dearer_before() -> None:
    _seed()

    reduced = ProductVariant.objects.filter(compare_at_price__isnull=False)
    rows = PriceHistory.objects.filter(variant__in=reduced).order_by("variant", "valid")
    before = [row for row in rows if row.valid.upper is not None]
    assert len(before) == reduced.count() == 27
    assert all(row.valid.lower == OPENED for row in before)
    assert {row.variant_id: row.price for row in before} == dict(
        reduced.values_list("pk", "compare_at_price")
    )


@ledger("S2-16")
def test_stock_is_what_the_ledger_says() -> None:
    _seed()

    on_hand = {stock.pk: stock.quantity_on_hand for stock in Inventory.objects.all()}
    ledger = InventoryTransaction.objects.values_list("inventory_id", "quantity_change")
    assert len(on_hand) == 259
    assert dict(ledger) == {pk: units for pk, units in on_hand.items() if units}


def test_stores_the_pictures_once() -> None:
    _seed()
    _seed()

    stored = set(default_storage.listdir("products/demo")[1])
    shown = {Path(str(image.file)).name for image in ProductImage.objects.all()}
    assert stored == shown == {file.name for file in (FOLDER / "pictures").iterdir()}


def test_stores_a_picture_again_that_was_drawn_anew() -> None:
    _seed()
    name = "products/demo/sunday-teapot-leaf-front.webp"
    with default_storage.open(name, "wb") as file:
        file.write(b"an older drawing")

    _seed()

    assert default_storage.size(name) == (FOLDER / "pictures" / Path(name).name).stat().st_size


def test_shows_each_colour_its_own_picture() -> None:
    _seed()

    images = ProductImage.objects.filter(product__slug="sunday-teapot", variant__isnull=False)
    assert {
        (Path(str(image.file)).stem, image.variant.option_values["Glaze"])
        for image in images
        if image.variant
    } == {
        ("sunday-teapot-berry-front", "Berry"),
        ("sunday-teapot-berry-angle", "Berry"),
        ("sunday-teapot-berry-detail", "Berry"),
        ("sunday-teapot-cobalt-front", "Cobalt"),
        ("sunday-teapot-leaf-front", "Leaf"),
    }


def test_ships_to_and_taxes_two_countries() -> None:
    _seed()

    methods = ShippingMethod.objects.order_by("zone__name", "price")
    rates = TaxRate.objects.order_by("zone__name")
    assert [(m.zone.countries, m.name, m.price, m.free_above) for m in methods] == [
        (["DE"], "Standard", Decimal("6.90"), Decimal("90.00")),
        (["DE"], "Express", Decimal("17.90"), None),
        (["US"], "Standard", Decimal("5.90"), Decimal("75.00")),
        (["US"], "Express", Decimal("14.90"), None),
    ]
    assert [(r.tax_class, r.rate, r.included_in_price) for r in rates] == [
        ("standard", Decimal("0.190000"), True),
        ("standard", Decimal("0.080000"), False),
    ]


def test_makes_a_coupon_with_a_limit() -> None:
    _seed()

    coupon = Coupon.objects.get(code="WELCOME10")
    assert (coupon.discount_type, coupon.discount_value) == ("percentage", Decimal("10.00"))
    assert (coupon.usage_limit, coupon.usage_count) == (1000, 0)


def test_makes_people_whose_passwords_are_printed_and_kept(tmp_path: Path) -> None:
    output = _seed()

    file = tmp_path / "demo-logins.txt"
    lines = file.read_text().splitlines()
    owner, shopper = (User.objects.get(email=line.split()[0]) for line in lines)
    assert output[1:] == [f"Sign in as {line}" for line in lines]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert (owner.email, owner.is_staff, owner.is_superuser) == (
        "owner@shopflow.example",
        True,
        True,
    )
    assert (shopper.email, shopper.is_staff) == ("shopper@shopflow.example", False)
    assert owner.totp_devices.get().confirmed
    assert owner.check_password(lines[0].split()[1])
    assert shopper.check_password(lines[1].split()[1])


def test_keeps_the_passwords_of_people_who_exist(tmp_path: Path) -> None:
    _seed()
    User.objects.get(email="shopper@shopflow.example").delete()
    first = (tmp_path / "demo-logins.txt").read_text().splitlines()

    _seed()

    second = (tmp_path / "demo-logins.txt").read_text().splitlines()
    assert second[0] == first[0]
    assert second[1].startswith("shopper@shopflow.example  ")
    assert second[1] != first[1]


def test_writes_no_passwords_without_a_state_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("SHOPFLOW_STATE")

    output = _seed()

    assert len(output) == 3
    assert not (tmp_path / "demo-logins.txt").exists()


@pytest.mark.parametrize(
    "picture", [p for product in CATALOGUE["products"] for p in product["pictures"]], ids=str
)
def test_a_picture_is_small_and_described(picture: dict[str, str]) -> None:
    file = FOLDER / "pictures" / picture["file"]

    with Image.open(file) as image:
        size = image.size

    assert size == (1200, 1500)
    assert file.stat().st_size <= 20_000
    assert 10 <= len(picture["alt"]) <= 120


def _seed(*arguments: str) -> list[str]:
    output = io.StringIO()
    call_command("seed", *arguments, stdout=output)
    return output.getvalue().splitlines()


def _everything() -> list[list[Any]]:
    models = (Product, ProductVariant, ProductImage, Category, Inventory, Coupon, User)
    return [list(model._default_manager.order_by("pk").values()) for model in models]
