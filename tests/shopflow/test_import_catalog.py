import io
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from pytest_django import Settings

from catalog import commands as catalog
from catalog.models import Brand, Category, Product, ProductImage, ProductVariant
from inventory import commands as inventory
from inventory.models import Inventory, InventoryTransaction
from shopflow import demo
from tests.ledger import ledger

pytestmark = pytest.mark.django_db

PICTURE = Path(demo.__file__).parent / "pictures" / "sunday-teapot-leaf-front.webp"
SAMPLE = Path(__file__).parents[1] / "data" / "products.csv"
# Real input that isn't part of the project: proved on the machines that have it.
SHARED = Path(__file__).parents[3] / "shared" / "data" / "shopify-apparel.csv"
FILES = [
    pytest.param(file, products, variants, units, id=file.stem)
    for file, products, variants, units in ((SAMPLE, 8, 14, 95), (SHARED, 20, 22, 22))
    if file.exists()
]


@ledger("S2-153")
@pytest.mark.parametrize(("file", "products", "variants", "units"), FILES)
def test_makes_the_products_of_a_file(file: Path, products: int, variants: int, units: int) -> None:
    output, _ = _import(file)

    assert output.splitlines()[0] == f"{products} created, 0 updated, 0 unchanged"
    assert Product.objects.count() == products
    assert ProductVariant.objects.count() == variants
    assert sum(Inventory.objects.values_list("quantity_on_hand", flat=True)) == units


@pytest.mark.parametrize(("file", "products", "variants", "units"), FILES)
def test_changes_nothing_the_second_time(
    file: Path, products: int, variants: int, units: int
) -> None:
    _import(file)
    before = _everything()

    output, _ = _import(file)

    assert output.splitlines()[0] == f"0 created, 0 updated, {products} unchanged"
    assert _everything() == before
    assert len(before[ProductVariant]) == variants


def test_fills_in_everything_the_format_says() -> None:
    _import(SAMPLE)

    coat = Product.objects.get(slug="fog-raincoat")
    variant = coat.variants.get(sku="PUD-FOG-YM")
    assert coat.name == "Fog Raincoat"
    assert coat.description == "<p>Keeps the rain out and lets the walk in.</p>"
    assert (str(coat.brand), str(coat.category)) == ("Puddlewright", "Coats")
    assert coat.tags == ["rain", "coat"]
    assert (coat.price, coat.compare_at_price) == (Decimal("129.00"), Decimal("159.00"))
    assert (coat.stock_quantity, coat.in_stock) == (10, True)
    assert variant.option_values == {"Colour": "Yellow", "Size": "M"}
    assert (variant.weight_grams, variant.cost) == (820, Decimal("61.40"))
    assert variant.barcode == "4000000000017"
    assert variant.stock_quantity == 3


def test_keeps_the_addresses_of_pictures_and_fetches_none() -> None:
    _import(SAMPLE)

    images = ProductImage.objects.filter(product__slug="fog-raincoat")
    fields = ("source_url", "file", "is_primary", "variant__sku")
    assert list(images.values_list(*fields)) == [
        ("https://pictures.example/fog-raincoat-yellow.jpg", "", True, "PUD-FOG-YM"),
        ("https://pictures.example/fog-raincoat-grey.jpg", "", False, "PUD-FOG-GM"),
        ("https://pictures.example/fog-raincoat-hood.jpg", "", False, None),
        ("https://pictures.example/fog-raincoat-pocket.jpg", "", False, None),
    ]


def test_hides_what_is_unpublished_or_a_draft() -> None:
    _import(SAMPLE)

    hidden = Product.objects.filter(is_active=False).order_by("slug")
    assert [product.slug for product in hidden] == ["bud-vase", "wool-day-blanket"]


def test_writes_stock_through_the_ledger() -> None:
    _import(SAMPLE)

    entry = InventoryTransaction.objects.get(inventory__variant__sku="RIVER-BLUE-SHIRT-S")
    assert (entry.quantity_change, entry.quantity_after) == (12, 12)
    assert (entry.type, entry.reason) == ("count_variance", "catalogue import")


def test_does_not_bring_sold_units_back() -> None:
    _import(SAMPLE)
    variant = ProductVariant.objects.get(sku="PUD-TIN")
    inventory.count(variant_id=variant.pk, quantity=11, reason="sold on the market")

    _import(SAMPLE)

    assert Inventory.objects.get(variant=variant).quantity_on_hand == 11


def test_sets_the_stock_of_all_variants_when_asked() -> None:
    _import(SAMPLE)
    variant = ProductVariant.objects.get(sku="PUD-TIN")
    inventory.count(variant_id=variant.pk, quantity=11, reason="sold on the market")

    _import(SAMPLE, stock=True)

    assert Inventory.objects.get(variant=variant).quantity_on_hand == 30


@ledger("S2-153")
def test_a_dry_run_says_what_would_happen_and_changes_nothing() -> None:
    before = _everything()

    output, _ = _import(SAMPLE, dry_run=True)

    assert output.splitlines()[0] == (
        "Dry run, nothing was changed: 8 created, 0 updated, 0 unchanged"
    )
    assert _everything() == before


def test_warns_without_refusing() -> None:
    _, errors = _import(SAMPLE)

    assert errors.splitlines() == [
        "Line 11: Variant Compare At Price 24.50 is not above the price 24.50; it is left out. "
        "(only a warning)"
    ]


def test_applies_nothing_when_one_row_is_bad(tmp_path: Path) -> None:
    bad = _changed(tmp_path, "field-kettle,Field Kettle", "field-kettle,")
    before = _everything()

    errors = _refused(bad)

    assert errors[-1] == "Line 18: Title is missing. The first row of 'field-kettle' needs one."
    assert _everything() == before


def test_applies_nothing_when_a_sku_belongs_to_another_product(tmp_path: Path) -> None:
    catalog.save_product(
        spec=catalog.ProductSpec(
            slug="other",
            name="Other",
            variants=[catalog.VariantSpec(sku="PUD-KET", price=Decimal(1))],
        )
    )
    before = _everything()

    errors = _refused(SAMPLE)

    assert errors[-1] == (
        "Line 18: The SKU PUD-KET belongs to another product. Choose a different one."
    )
    assert _everything() == before


def test_names_the_row_whose_stock_is_promised() -> None:
    _import(SAMPLE)
    stock = Inventory.objects.filter(variant__sku="PUD-FOG-YL")
    stock.update(quantity_on_hand=9, quantity_reserved=7)

    errors = _refused(SAMPLE, stock=True)

    assert errors[-1].startswith("Line 7: 7 units are promised to orders")
    assert stock.get().quantity_on_hand == 9


def test_shows_the_first_hundred_faults(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    rows = "".join(f"cup-{number},Cup,free\n" for number in range(103))
    file.write_text(f"Handle,Title,Variant Price\n{rows}")

    errors = _refused(file)

    assert len(errors) == 101
    assert errors[-1] == "… and 3 more."


def test_changes_only_what_differs(tmp_path: Path) -> None:
    _import(SAMPLE)

    output, _ = _import(_changed(tmp_path, "manual,62,", "manual,58.50,"))

    assert output.splitlines()[0] == "0 created, 1 updated, 7 unchanged"
    assert Product.objects.get(slug="oat-flannel-shirt").price == Decimal("58.50")


def test_takes_a_variant_out_that_the_file_has_no_more(tmp_path: Path) -> None:
    _import(SAMPLE)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("".join(lines[:3] + lines[4:]), encoding="utf-8")

    output, _ = _import(shorter)

    live = ProductVariant.objects.filter(product__slug="river-blue-shirt", deleted_at=None)
    assert output.splitlines()[0] == "0 created, 1 updated, 7 unchanged"
    assert [variant.name for variant in live] == ["S", "M"]


def test_keeps_a_sku_that_replaced_a_made_one() -> None:
    _import(SAMPLE)
    ProductVariant.objects.filter(sku="RIVER-BLUE-SHIRT-S").update(sku="RB-1")

    output, _ = _import(SAMPLE)

    assert output.splitlines()[0] == "0 created, 0 updated, 8 unchanged"
    assert ProductVariant.objects.filter(sku="RB-1").exists()


def test_keeps_what_the_format_cannot_say(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    _import(SAMPLE)
    product = Product.objects.filter(slug="river-blue-shirt")
    product.update(is_featured=True, attributes={"Material": "Cotton"}, tax_class="reduced")
    uploaded = ProductImage.objects.create(
        product=product.get(),
        file=ContentFile(PICTURE.read_bytes(), name="own.webp"),
        alt_text="Own picture",
        sort_order=1,
    )

    output, _ = _import(SAMPLE)

    assert output.splitlines()[0] == "0 created, 0 updated, 8 unchanged"
    assert product.values("is_featured", "attributes", "tax_class").get() == {
        "is_featured": True,
        "attributes": {"Material": "Cotton"},
        "tax_class": "reduced",
    }
    assert ProductImage.objects.get(pk=uploaded.pk).file.name == "products/own.webp"


def test_uses_the_category_and_brand_that_exist() -> None:
    home = catalog.save_category(name="For the kitchen", slug="kitchen")
    brand = catalog.save_brand(name="puddlewright")

    _import(SAMPLE)

    kettle = Product.objects.get(slug="field-kettle")
    assert (kettle.category, kettle.brand) == (home, brand)
    assert Brand.objects.count() == 3
    assert Category.objects.count() == 4


def test_gives_a_category_in_another_script_an_address(tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("Handle,Title,Type,Variant Price\ncup,Cup,茶碗,5\n", encoding="utf-8")

    _import(file)
    _import(file)

    category = Category.objects.get()
    assert (category.name, len(category.slug)) == ("茶碗", 12)


def test_says_so_when_the_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv can't be read: No such file"):
        _import(tmp_path / "nothing.csv")


def _import(file: Path, **options: Any) -> tuple[str, str]:
    output, errors = io.StringIO(), io.StringIO()
    call_command("import_catalog", file, stdout=output, stderr=errors, **options)
    return output.getvalue(), errors.getvalue()


def _refused(file: Path, **options: Any) -> list[str]:
    """Import a file that must be refused and return what stands on stderr, line by line."""
    errors = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported") as refusal:
        call_command("import_catalog", file, stdout=io.StringIO(), stderr=errors, **options)
    assert refusal.value.returncode == 1
    return errors.getvalue().splitlines()


def _changed(folder: Path, old: str, new: str) -> Path:
    """Return a copy of the sample with one text replaced."""
    sample = SAMPLE.read_text(encoding="utf-8")
    assert sample.count(old) == 1
    copy = folder / "changed.csv"
    copy.write_text(sample.replace(old, new), encoding="utf-8")
    return copy


def _everything() -> dict[Any, list[Any]]:
    catalogue = (Category, Brand, Product, ProductVariant, ProductImage)
    models = (*catalogue, Inventory, InventoryTransaction)
    return {model: list(model._default_manager.order_by("pk").values()) for model in models}
