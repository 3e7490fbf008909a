from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError
from pytest_django import Settings

from catalog import commands as catalog
from catalog.commands import refresh_keywords
from catalog.models import Brand, Category, Product, ProductImage, ProductVariant
from inventory import commands as inventory
from inventory.models import Inventory, InventoryTransaction
from shopflow import demo
from tests import factories
from tests.ledger import ledger
from tests.shopflow.files import SAMPLE, SHARED, import_file, refused

pytestmark = pytest.mark.django_db

PICTURE = Path(demo.__file__).parent / "pictures" / "sunday-teapot-leaf-front.webp"
FILES = [
    pytest.param(file, products, variants, units, id=file.stem)
    for file, products, variants, units in ((SAMPLE, 8, 14, 95), (SHARED, 20, 22, 22))
    if file.exists()
]


@ledger("S2-153")
@pytest.mark.parametrize(("file", "products", "variants", "units"), FILES)
def test_makes_the_products_of_a_file(file: Path, products: int, variants: int, units: int) -> None:
    output, _ = import_file(file)

    assert output.splitlines()[0] == f"{products} created, 0 updated, 0 unchanged"
    assert Product.objects.count() == products
    assert ProductVariant.objects.count() == variants
    assert sum(Inventory.objects.values_list("quantity_on_hand", flat=True)) == units


@pytest.mark.parametrize(("file", "products", "variants", "units"), FILES)
def test_changes_nothing_the_second_time(
    file: Path, products: int, variants: int, units: int
) -> None:
    import_file(file)
    before = _everything()

    output, _ = import_file(file)

    assert output.splitlines()[0] == f"0 created, 0 updated, {products} unchanged"
    assert _everything() == before
    assert len(before[ProductVariant]) == variants


def test_fills_in_everything_the_format_says() -> None:
    import_file(SAMPLE)

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
    import_file(SAMPLE)

    images = ProductImage.objects.filter(product__slug="fog-raincoat")
    fields = ("source_url", "file", "is_primary", "variant__sku")
    assert list(images.values_list(*fields)) == [
        ("https://pictures.example/fog-raincoat-yellow.jpg", "", True, "PUD-FOG-YM"),
        ("https://pictures.example/fog-raincoat-grey.jpg", "", False, "PUD-FOG-GM"),
        ("https://pictures.example/fog-raincoat-hood.jpg", "", False, None),
        ("https://pictures.example/fog-raincoat-pocket.jpg", "", False, None),
    ]


def test_a_picture_goes_to_the_variant_that_the_file_names(tmp_path: Path) -> None:
    import_file(SAMPLE)

    picture = ",,,,https://pictures.example/fog-raincoat-{}.jpg,"
    import_file(_changed(tmp_path, picture.format("grey"), picture.format("hood")))

    images = ProductImage.objects.filter(product__slug="fog-raincoat")
    owners = images.values_list("variant__sku", flat=True)
    assert list(owners) == ["PUD-FOG-YM", None, "PUD-FOG-GM", None]


def test_a_variant_keeps_pictures_for_which_the_format_has_no_room(tmp_path: Path) -> None:
    import_file(SAMPLE)
    yellow = ProductVariant.objects.get(sku="PUD-FOG-YM")
    ProductImage.objects.filter(alt_text__startswith="A pocket").update(variant=yellow)

    import_file(_changed(tmp_path, "The hood with its drawstring", "The hood"))

    pocket = ProductImage.objects.get(alt_text__startswith="A pocket")
    assert ProductImage.objects.filter(alt_text="The hood").exists()
    assert pocket.variant == yellow


def test_hides_what_is_unpublished_or_a_draft() -> None:
    import_file(SAMPLE)

    hidden = Product.objects.filter(is_active=False).order_by("slug")
    assert [product.slug for product in hidden] == ["bud-vase", "wool-day-blanket"]


def test_writes_stock_through_the_ledger() -> None:
    import_file(SAMPLE)

    entry = InventoryTransaction.objects.get(inventory__variant__sku="RIVER-BLUE-SHIRT-S")
    assert (entry.quantity_change, entry.quantity_after) == (12, 12)
    assert (entry.type, entry.reason) == ("count_variance", "catalogue import")


def test_does_not_bring_sold_units_back() -> None:
    import_file(SAMPLE)
    variant = ProductVariant.objects.get(sku="PUD-TIN")
    inventory.count(variant_id=variant.pk, quantity=11, reason="sold on the market")

    import_file(SAMPLE)

    assert Inventory.objects.get(variant=variant).quantity_on_hand == 11


def test_sets_the_stock_of_all_variants_when_asked() -> None:
    import_file(SAMPLE)
    variant = ProductVariant.objects.get(sku="PUD-TIN")
    inventory.count(variant_id=variant.pk, quantity=11, reason="sold on the market")

    import_file(SAMPLE, stock=True)

    assert Inventory.objects.get(variant=variant).quantity_on_hand == 30


@ledger("S2-153")
def test_a_dry_run_says_what_would_happen_and_changes_nothing() -> None:
    before = _everything()

    output, _ = import_file(SAMPLE, dry_run=True)

    assert output.splitlines()[0] == (
        "Dry run, nothing was changed: 8 created, 0 updated, 0 unchanged"
    )
    assert _everything() == before


def test_warns_without_refusing() -> None:
    _, errors = import_file(SAMPLE)

    assert errors.splitlines() == [
        "Line 11: Variant Compare At Price 24.50 is not above the price 24.50; it is left out. "
        "(only a warning)"
    ]


def test_applies_nothing_when_one_row_is_bad(tmp_path: Path) -> None:
    bad = _changed(tmp_path, "field-kettle,Field Kettle", "field-kettle,")
    before = _everything()

    errors = refused(bad)

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

    errors = refused(SAMPLE)

    assert errors[-1] == (
        "Line 18: The SKU PUD-KET belongs to another product. Choose a different one."
    )
    assert _everything() == before


def test_names_the_row_whose_stock_is_promised() -> None:
    import_file(SAMPLE)
    stock = Inventory.objects.filter(variant__sku="PUD-FOG-YL")
    stock.update(quantity_on_hand=9, quantity_reserved=7)

    errors = refused(SAMPLE, stock=True)

    assert errors[-1].startswith("Line 7: 7 units are promised to orders")
    assert stock.get().quantity_on_hand == 9


def test_shows_the_first_hundred_faults(tmp_path: Path) -> None:
    file = tmp_path / "bad.csv"
    rows = "".join(f"cup-{number},Cup,free\n" for number in range(103))
    file.write_text(f"Handle,Title,Variant Price\n{rows}")

    errors = refused(file)

    assert len(errors) == 101
    assert errors[-1] == "… and 3 more."


def test_changes_only_what_differs(tmp_path: Path) -> None:
    import_file(SAMPLE)

    output, _ = import_file(_changed(tmp_path, "manual,62,", "manual,58.50,"))

    assert output.splitlines()[0] == "0 created, 1 updated, 7 unchanged"
    assert Product.objects.get(slug="oat-flannel-shirt").price == Decimal("58.50")


def test_takes_a_variant_out_that_the_file_has_no_more(tmp_path: Path) -> None:
    import_file(SAMPLE)
    lines = SAMPLE.read_text(encoding="utf-8").splitlines(keepends=True)
    shorter = tmp_path / "shorter.csv"
    shorter.write_text("".join(lines[:3] + lines[4:]), encoding="utf-8")

    output, _ = import_file(shorter)

    live = ProductVariant.objects.filter(product__slug="river-blue-shirt", deleted_at=None)
    assert output.splitlines()[0] == "0 created, 1 updated, 7 unchanged"
    assert [variant.name for variant in live] == ["S", "M"]


def test_keeps_a_sku_that_replaced_a_made_one() -> None:
    import_file(SAMPLE)
    ProductVariant.objects.filter(sku="RIVER-BLUE-SHIRT-S").update(sku="RB-1")

    output, _ = import_file(SAMPLE)

    assert output.splitlines()[0] == "0 created, 0 updated, 8 unchanged"
    assert ProductVariant.objects.filter(sku="RB-1").exists()


def test_keeps_what_the_format_cannot_say(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path
    import_file(SAMPLE)
    product = Product.objects.filter(slug="river-blue-shirt")
    product.update(is_featured=True, attributes={"Material": "Cotton"}, tax_class="reduced")
    uploaded = ProductImage.objects.create(
        product=product.get(),
        file=ContentFile(PICTURE.read_bytes(), name="own.webp"),
        alt_text="Own picture",
        sort_order=1,
    )
    refresh_keywords()

    output, _ = import_file(SAMPLE)

    assert output.splitlines()[0] == "0 created, 0 updated, 8 unchanged"
    assert product.values("is_featured", "attributes", "tax_class").get() == {
        "is_featured": True,
        "attributes": {"Material": "Cotton"},
        "tax_class": "reduced",
    }
    assert ProductImage.objects.get(pk=uploaded.pk).file.name == "products/own.webp"


def test_keeps_what_staff_made_of_a_variant(tmp_path: Path) -> None:
    import_file(SAMPLE)
    variant = ProductVariant.objects.filter(sku="PUD-FOG-YM")
    variant.update(is_active=False, name="Yellow, the small one")

    import_file(_changed(tmp_path, "PUD-FOG-YM,820,", "PUD-FOG-YM,830,"))

    assert variant.values("is_active", "name", "weight_grams").get() == {
        "is_active": False,
        "name": "Yellow, the small one",
        "weight_grams": 830,
    }


def test_sells_ahead_what_goes_on_selling() -> None:
    import_file(SAMPLE)

    limits = Inventory.objects.exclude(backorder_limit=0).values_list("variant__sku")
    assert list(limits) == [("PUD-KET",)]


def test_keeps_the_limit_that_staff_chose() -> None:
    import_file(SAMPLE)
    stock = Inventory.objects.filter(variant__sku__in=["PUD-KET", "PUD-TIN"])
    stock.update(backorder_limit=7)

    import_file(SAMPLE)

    assert set(stock.values_list("backorder_limit", flat=True)) == {7}


def test_a_changed_policy_changes_what_is_sold_ahead(tmp_path: Path) -> None:
    import_file(SAMPLE)

    import_file(
        _changed(tmp_path, "PUD-KET,1450.5,shopify,0,continue", "PUD-KET,1450.5,shopify,0,deny")
    )

    assert Inventory.objects.get(variant__sku="PUD-KET").backorder_limit == 0


def test_refuses_a_changed_policy_while_units_are_sold_ahead(tmp_path: Path) -> None:
    import_file(SAMPLE)
    Inventory.objects.filter(variant__sku="PUD-KET").update(quantity_reserved=2)

    errors = refused(_changed(tmp_path, "shopify,0,continue", "shopify,0,deny"))

    assert errors[-1] == "Line 18: More units than that are sold ahead already."
    assert ProductVariant.objects.get(sku="PUD-KET").backorder_policy == "continue"


def test_counts_nothing_that_is_as_the_file_says() -> None:
    import_file(SAMPLE)
    counted = list(Inventory.objects.order_by("pk").values())

    import_file(SAMPLE, stock=True)

    assert list(Inventory.objects.order_by("pk").values()) == counted


def test_keeps_the_shelf_of_a_product_among_those_of_one_name(tmp_path: Path) -> None:
    home = factories.category("Home")
    kitchen = factories.category("Kitchen", parent=home)
    import_file(SAMPLE)
    Category.objects.filter(slug="home").update(slug="house")
    factories.category("Kitchen")

    import_file(_changed(tmp_path, "manual,62,", "manual,58.50,"))

    assert Product.objects.get(slug="field-kettle").category == kitchen


def test_uses_the_category_and_brand_that_exist() -> None:
    home = catalog.save_category(name="For the kitchen", slug="kitchen")
    brand = catalog.save_brand(name="puddlewright")

    import_file(SAMPLE)

    kettle = Product.objects.get(slug="field-kettle")
    assert (kettle.category, kettle.brand) == (home, brand)
    assert Brand.objects.count() == 3
    assert Category.objects.count() == 4


def test_gives_a_category_in_another_script_an_address(tmp_path: Path) -> None:
    file = tmp_path / "shop.csv"
    file.write_text("Handle,Title,Type,Variant Price\ncup,Cup,茶碗,5\n", encoding="utf-8")

    import_file(file)
    import_file(file)

    category = Category.objects.get()
    assert (category.name, len(category.slug)) == ("茶碗", 12)


def test_says_so_when_the_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nothing\.csv can't be read: No such file"):
        import_file(tmp_path / "nothing.csv")


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
