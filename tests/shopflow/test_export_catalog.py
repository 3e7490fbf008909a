import csv
import gc
import io
import os
import threading
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db.models import Model
from django.utils import timezone
from pytest_django import Settings

from catalog import commands as catalog
from catalog.commands import ImageSpec, ProductSpec, VariantSpec, refresh_keywords
from catalog.models import Category, Product, ProductImage, ProductVariant
from inventory import commands as inventory
from inventory.models import Inventory, InventoryTransaction
from shopflow import demo
from shopflow.catalog_export import rows, write
from shopflow.catalog_export.write import export_catalog
from tests import factories
from tests.books import books
from tests.shopflow.files import SAMPLE, SHARED, export_file, generated, import_file

pytestmark = pytest.mark.django_db

PICTURE = Path(demo.__file__).parent / "pictures" / "sunday-teapot-leaf-front.webp"
FILES = [
    pytest.param(file, number, id=file.stem)
    for file, number in ((SAMPLE, 8), (SHARED, 20))
    if file.exists()
]


@pytest.mark.parametrize(("file", "number"), FILES)
@pytest.mark.parametrize("stock", [False, True])
def test_importing_an_export_changes_nothing(
    file: Path, number: int, stock: bool, tmp_path: Path
) -> None:
    import_file(file)

    assert_changes_nothing(tmp_path, number, stock=stock)


def test_importing_an_export_of_the_demo_shop_changes_nothing(tmp_path: Path) -> None:
    call_command("seed", stdout=io.StringIO())

    assert_changes_nothing(tmp_path, 74)


def test_importing_an_export_of_an_odd_shop_changes_nothing(tmp_path: Path) -> None:
    odd_shop()

    assert_changes_nothing(tmp_path, 6, stock=True)


def test_importing_an_edited_export_changes_only_what_was_edited(tmp_path: Path) -> None:
    odd_shop()
    refresh_keywords()
    export_file(tmp_path / "shop.csv")
    before = facts()
    text = (tmp_path / "shop.csv").read_bytes()
    (tmp_path / "shop.csv").write_bytes(text.replace(b",9.00,", b",8.00,"))

    output, _ = import_file(tmp_path / "shop.csv")

    assert output.splitlines()[0] == "0 created, 5 updated, 1 unchanged"
    assert facts() == before.replace("Decimal('9.00')", "Decimal('8.00')")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("file", "number"), FILES)
def test_an_empty_shop_becomes_the_one_that_was_exported(
    file: Path, number: int, tmp_path: Path
) -> None:
    import_file(file)
    export_file(tmp_path / "first.csv")
    call_command("reset", empty=True, yes=True, stdout=io.StringIO())

    output, _ = import_file(tmp_path / "first.csv")
    export_file(tmp_path / "second.csv")

    assert output.splitlines()[0] == f"{number} created, 0 updated, 0 unchanged"
    assert (tmp_path / "second.csv").read_bytes() == (tmp_path / "first.csv").read_bytes()


def test_writes_what_the_format_says(tmp_path: Path) -> None:
    import_file(SAMPLE)

    output, errors = export_file(tmp_path / "shop.csv")

    coat = [row for row in read(tmp_path / "shop.csv") if row["Handle"] == "fog-raincoat"]
    assert (output, errors) == (f"8 products in 15 rows written to {tmp_path}/shop.csv\n", "")
    assert {column: cell for column, cell in coat[0].items() if cell} == {
        "Handle": "fog-raincoat",
        "Title": "Fog Raincoat",
        "Body (HTML)": "<p>Keeps the rain out and lets the walk in.</p>",
        "Vendor": "Puddlewright",
        "Type": "Coats",
        "Tags": "rain, coat",
        "Published": "TRUE",
        "Option1 Name": "Colour",
        "Option1 Value": "Yellow",
        "Option2 Name": "Size",
        "Option2 Value": "M",
        "Variant SKU": "PUD-FOG-YM",
        "Variant Grams": "820",
        "Variant Inventory Tracker": "shopify",
        "Variant Inventory Qty": "3",
        "Variant Inventory Policy": "deny",
        "Variant Fulfillment Service": "manual",
        "Variant Price": "129.00",
        "Variant Compare At Price": "159.00",
        "Variant Requires Shipping": "TRUE",
        "Variant Taxable": "TRUE",
        "Variant Barcode": "4000000000017",
        "Image Src": "https://pictures.example/fog-raincoat-yellow.jpg",
        "Image Position": "1",
        "Image Alt Text": "Yellow raincoat",
        "Gift Card": "FALSE",
        "Variant Image": "https://pictures.example/fog-raincoat-yellow.jpg",
        "Variant Weight Unit": "g",
        "Cost per item": "61.40",
        "Status": "active",
    }
    assert {column: cell for column, cell in coat[3].items() if cell} == {
        "Handle": "fog-raincoat",
        "Image Src": "https://pictures.example/fog-raincoat-pocket.jpg",
        "Image Position": "4",
        "Image Alt Text": "A pocket with a flap",
    }


def test_hides_what_is_hidden_and_leaves_out_what_is_deleted(tmp_path: Path) -> None:
    import_file(SAMPLE)
    catalog.delete_product(product_id=Product.objects.get(slug="tin-lunchbox").pk)

    export_file(tmp_path / "shop.csv")

    said = {row["Handle"]: row["Status"] for row in read(tmp_path / "shop.csv") if row["Status"]}
    assert "tin-lunchbox" not in said
    assert (said["bud-vase"], said["field-kettle"]) == ("draft", "active")


@pytest.mark.parametrize(
    "text", ["=1+2", "+49 30", "-20 %", "@SUM(A1)", "'=1", "＝1+2", "\t=1", '=HYPERLINK("x")']
)
def test_disarms_formulas(text: str, tmp_path: Path) -> None:
    variant = factories.variant_on_sale(name=text, tags=[text], seo_title=text)

    export_file(tmp_path / "shop.csv")
    before = books()
    import_file(tmp_path / "shop.csv")

    [row] = read(tmp_path / "shop.csv")
    assert {row["Title"], row["Tags"], row["SEO Title"]} == {f"'{text}"}
    assert books() == before
    assert Product.objects.get(pk=variant.product_id).name == text


def test_gives_uploaded_pictures_the_address_of_the_shop(
    settings: Settings, tmp_path: Path
) -> None:
    settings.SITE_URL = "https://shop.example"
    upload("cup", "the cup.webp")

    export_file(tmp_path / "shop.csv")

    [row] = read(tmp_path / "shop.csv")
    assert row["Image Src"] == "https://shop.example/media/products/the_cup.webp"


def test_knows_its_pictures_again_after_the_shop_has_moved(
    settings: Settings, tmp_path: Path
) -> None:
    upload("cup", "cup.webp")
    export_file(tmp_path / "shop.csv")
    before = books()
    settings.SITE_URL = "https://moved.example"

    output, _ = import_file(tmp_path / "shop.csv")

    assert output.splitlines()[0] == "0 created, 0 updated, 1 unchanged"
    assert books() == before


def test_names_what_the_format_cannot_say_and_leaves_it_out(tmp_path: Path) -> None:
    options = {"Size": "S", "Colour": "Red", "Fit": "Slim", "Length": "32"}
    save("jeans", VariantSpec(sku="J1", price=Decimal(5), option_values=options))
    save("cup", VariantSpec(sku="C1", price=Decimal(5)))
    save("bowl", VariantSpec(sku="B1", price=Decimal(5), option_values={"Size": ""}))

    output, errors = export_file(tmp_path / "shop.csv")

    assert output == f"1 products in 1 rows written to {tmp_path}/shop.csv\n"
    assert [row["Handle"] for row in read(tmp_path / "shop.csv")] == ["cup"]
    assert errors.splitlines() == [
        "Left out: bowl; 'bowl' needs one value for each of its options (Size); this row has 0.",
        "Left out: jeans; it has more than 3 options",
    ]


def test_replaces_the_file_only_once_it_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_file(SAMPLE)
    file = tmp_path / "shop.csv"
    file.write_text("the export of yesterday")
    done: list[Any] = []

    def fail(product: Product) -> Any:
        done.append(product)
        if len(done) > 4:
            raise KeyboardInterrupt
        return rows.rows_of(product)

    monkeypatch.setattr(write, "rows_of", fail)

    with pytest.raises(KeyboardInterrupt):
        export_file(file)

    assert file.read_text() == "the export of yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["shop.csv"]


def test_writes_into_a_pipe(tmp_path: Path) -> None:
    import_file(SAMPLE)
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read_from_it: list[str] = []
    reader = threading.Thread(target=lambda: read_from_it.append(pipe.read_text(encoding="utf-8")))
    reader.start()

    export_file(pipe)
    reader.join()

    assert read_from_it[0].count("\n") > 15
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_says_so_when_the_file_cannot_be_written(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"shop\.csv can't be written: No such file"):
        export_file(tmp_path / "no folder" / "shop.csv")


def test_holds_only_a_few_products_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import_file(generated(tmp_path / "many.csv", 160))
    monkeypatch.setattr(write, "AT_A_TIME", 5)
    most = 0

    def look(doing: str, done: int, total: int) -> None:
        nonlocal most
        assert (doing, total) == ("Writing", 40)
        if done % 10:
            return
        gc.collect()
        most = max(most, sum(type(thing) is Product for thing in gc.get_objects()))

    written = export_catalog(io.StringIO(), tell=look)

    assert (written.products, written.rows) == (40, 160)
    # Those at hand and those just read.
    assert most <= 10


def odd_shop() -> None:
    """Products as staff, raw SQL and years make them."""
    women, men = factories.category("Women"), factories.category("Men")
    shirts = [
        catalog.save_category(name="Shirts", slug=slug, parent_id=parent.pk)
        for parent, slug in ((women, "shirts"), (men, "shirts"))
    ]
    save(
        "two-blanks",
        VariantSpec(sku="TWO  BLANKS", price=Decimal("0.00"), barcode="'123", cost=Decimal(0)),
        name="Two  blanks\tand a tab ",
        category_id=shirts[1].pk,
        description="<p style='color: red'>Never  made <b>harmless",
        tags=["a,b", "a", " a "],
        seo_title="=1+1",
    )
    sizes = [
        VariantSpec(
            sku=f"W-{size}", price=Decimal(9), option_values={"Width": "Wide", "Size": size}
        )
        for size in "SM"
    ]
    save("wide", *sizes, category_id=shirts[0].pk)
    ProductVariant.objects.filter(sku="W-M").update(is_active=False, name="Medium, said by staff")
    scheduled = save("later", VariantSpec(sku="LATER", price=Decimal(9)))
    Product.objects.filter(pk=scheduled.pk).update(
        published_at=timezone.now() + timedelta(days=9), is_featured=True, tax_class="reduced"
    )
    save("choice", VariantSpec(sku="T", price=Decimal(9), option_values={"Title": "Default Title"}))
    stocked = save("limit", VariantSpec(sku="LIMIT", price=Decimal(9)))
    [variant] = stocked.variants.all()
    inventory.count(variant_id=variant.pk, quantity=4, reason="opening")
    inventory.allow_backorders(variant_id=variant.pk, limit=3)
    upload("pictures", "one.webp", "two.webp", "three.webp")
    ProductImage.objects.filter(product__slug="pictures").update(
        variant=ProductVariant.objects.get(sku="PICTURES"), alt_text="  two  blanks "
    )
    catalog.delete_product(product_id=save("gone", VariantSpec(sku="GONE", price=Decimal(7))).pk)
    assert Category.objects.filter(name="Shirts").count() == 2


def save(slug: str, *variants: VariantSpec, **facts: Any) -> Product:
    spec = ProductSpec(**{"slug": slug, "name": slug.title(), "variants": variants, **facts})
    return catalog.save_product(spec=spec).product


def upload(slug: str, *names: str) -> Product:
    """A product whose pictures staff have uploaded."""
    files = [ContentFile(PICTURE.read_bytes(), name=name) for name in names]
    return save(
        slug,
        VariantSpec(sku=slug.upper(), price=Decimal(9)),
        images=[ImageSpec(file=file) for file in files],
    )


def assert_changes_nothing(folder: Path, number: int, *, stock: bool = False) -> None:
    first, second = folder / "first.csv", folder / "second.csv"
    _, errors = export_file(first)
    before = books()

    output, faults = import_file(first, stock=stock)
    export_file(second)

    assert (errors, faults) == ("", "")
    assert output.splitlines()[0] == f"0 created, 0 updated, {number} unchanged"
    assert books() == before
    assert second.read_bytes() == first.read_bytes()


def facts() -> str:
    """What is shown of the catalogue and its stock; when it last changed apart."""
    models: list[type[Model]] = [Category, Product, ProductVariant, ProductImage]
    models += [Inventory, InventoryTransaction]
    rows = [row for model in models for row in model._default_manager.order_by("pk").values()]
    kept = [{name: row[name] for name in row if name != "updated_at"} for row in rows]
    return "\n".join(map(str, kept))


def read(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
