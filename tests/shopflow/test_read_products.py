import io
from decimal import Decimal
from pathlib import Path

import pytest

from shopflow.catalog_import.parse import read_products
from shopflow.catalog_import.parsed import ParsedProduct
from shopflow.catalog_import.report import Report

SAMPLE = Path(__file__).parents[1] / "data" / "products.csv"
HEADER = "Handle,Title,Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Price"


def test_reads_the_products_and_variants_of_the_sample() -> None:
    products, report = _read(SAMPLE.read_bytes())

    assert [(product.slug, len(product.variants)) for product in products] == [
        ("river-blue-shirt", 3),
        ("oat-flannel-shirt", 1),
        ("fog-raincoat", 3),
        ("tin-lunchbox", 1),
        ("wool-day-blanket", 1),
        ("bud-vase", 2),
        ("cafe-apron", 2),
        ("field-kettle", 1),
    ]
    assert report.faults == []


def test_reads_every_field_of_a_variant() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    variant = products[2].variants[0]

    assert variant.line == 6
    assert variant.sku == "PUD-FOG-YM"
    assert variant.options == {"Colour": "Yellow", "Size": "M"}
    assert (variant.price, variant.compare_at_price) == (Decimal("129.00"), Decimal("159.00"))
    assert variant.cost == Decimal("61.40")
    assert (variant.weight_grams, variant.quantity) == (820, 3)
    assert variant.backorder_policy == "deny"
    assert variant.barcode == "4000000000017"
    assert variant.image_url == "https://pictures.example/fog-raincoat-yellow.jpg"


def test_reads_every_field_of_a_product() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    apron = products[6]

    assert apron.title == "Café Apron für zwei"
    assert apron.body == "Linen, with a loop for the towel."
    assert (apron.brand, apron.category) == ("Hearthmoor", "Kitchen")
    assert apron.tags == ("linen", "apron")
    assert apron.seo_title == "Linen café apron"
    assert apron.seo_description == "A linen apron with a loop for the towel."


def test_takes_pictures_from_variant_rows_and_from_rows_of_their_own() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    images = products[2].images

    assert [(image.line, image.position, image.alt_text) for image in images] == [
        (6, 1, "Yellow raincoat"),
        (8, 2, "Grey raincoat"),
        (9, 3, "The hood with its drawstring"),
        (10, 4, "A pocket with a flap"),
    ]


def test_hides_what_is_unpublished_or_a_draft() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    hidden = [product.slug for product in products if not product.is_published]

    assert hidden == ["wool-day-blanket", "bud-vase"]


@pytest.mark.parametrize(
    ("published", "status", "is_published"),
    [
        ("TRUE", "active", True),
        ("true", "", True),
        ("", "", True),
        ("FALSE", "active", False),
        ("TRUE", "draft", False),
        ("TRUE", "archived", False),
    ],
)
def test_a_product_is_shown_when_it_is_published_and_active(
    published: str, status: str, is_published: bool
) -> None:
    file = f"Handle,Title,Variant Price,Published,Status\ncup,Cup,5,{published},{status}\n"

    products, _ = _read(file.encode())

    assert [product.is_published for product in products] == [is_published]


def test_undoes_what_disarms_a_formula() -> None:
    file = "Handle,Title,Vendor,Variant Barcode,Variant Price\ncup,'=1+1,'Tis us,'0042,5\n"

    products, _ = _read(file.encode())

    assert (products[0].title, products[0].brand) == ("=1+1", "'Tis us")
    assert products[0].variants[0].barcode == "0042"


def test_rounds_weights_to_whole_grams() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    assert products[7].variants[0].weight_grams == 1451


def test_default_title_means_no_options() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    assert products[1].variants[0].options == {}


def test_makes_missing_skus_from_handle_and_options() -> None:
    products, _ = _read(SAMPLE.read_bytes())

    skus = [variant.sku for number in (0, 1, 6) for variant in products[number].variants]

    assert skus == [
        "RIVER-BLUE-SHIRT-S",
        "RIVER-BLUE-SHIRT-M",
        "RIVER-BLUE-SHIRT-L",
        "OAT-FLANNEL-SHIRT",
        "CAFE-APRON-SHORT",
        "CAFE-APRON-LONG-F0860F1A",
    ]


def test_keeps_made_skus_apart_and_within_their_length() -> None:
    long = "x" * 99
    file = f"{HEADER}\nbag,Bag,Kind,A,,,1\nbag,,,A+,,,1\nbag,,,{long},,,1\nbag,,,{long}y,,,1\n"

    products, report = _read(file.encode())

    skus = {variant.sku for variant in products[0].variants}
    assert report.faults == []
    assert len(skus) == 4
    assert max(len(sku) for sku in skus) == 100


def test_drops_a_compare_at_price_that_is_not_above_the_price_and_says_so() -> None:
    products, report = _read(SAMPLE.read_bytes())

    assert products[3].variants[0].compare_at_price is None
    assert [str(warning) for warning in report.warnings] == [
        "Line 11: Variant Compare At Price 24.50 is not above the price 24.50; it is left out."
    ]


def test_lists_the_columns_it_ignores() -> None:
    _, report = _read(SAMPLE.read_bytes())

    assert report.ignored_columns == (
        "Variant Inventory Tracker",
        "Variant Fulfillment Service",
        "Variant Requires Shipping",
        "Variant Taxable",
        "Gift Card",
        "Variant Weight Unit",
        "Variant Tax Code",
    )


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_reads_the_same_with_any_line_ending_and_byte_order_mark(
    ending: bytes, mark: bytes
) -> None:
    plain, _ = _read(SAMPLE.read_bytes())

    products, report = _read(mark + SAMPLE.read_bytes().replace(b"\n", ending))

    assert report.faults == []
    assert [product.slug for product in products] == [product.slug for product in plain]
    assert [product.variants for product in products] == [product.variants for product in plain]


def test_counts_lines_as_an_editor_does() -> None:
    file = f'{HEADER}\ncup,"Cup\nwith a\nbreak",,,,,5\njug,Jug,,,,,cheap\n'

    products, report = _read(file.encode())

    assert products[0].title == "Cup with a break"
    assert [str(fault) for fault in report.faults] == [
        "Line 5: Variant Price 'cheap' is not an amount. Write it like 9.99."
    ]


def test_makes_html_harmless() -> None:
    body = (
        '<p onclick=""steal()"" style=""color:red"">Soft<script>alert(1)</script> '
        '<a href=""javascript:alert(1)"">wool</a> <img src=""https://x.example/p.gif"">'
        "<strong>and warm</strong><!-- note --></p><iframe src=x></iframe>"
    )
    file = f'Handle,Title,Body (HTML),Variant Price\nhat,Hat,"{body}",12\n'

    products, _ = _read(file.encode())

    assert products[0].body == (
        '<p>Soft <a rel="nofollow noopener noreferrer">wool</a> <strong>and warm</strong></p>'
    )


def test_leaves_out_a_row_that_says_nothing_and_warns() -> None:
    products, report = _read(f"{HEADER}\ncup,Cup,,,,,5\ncup,,,,,,\n\n,,,,,,\n".encode())

    assert len(products[0].variants) == 1
    assert [str(warning) for warning in report.warnings] == [
        "Line 3: Neither a variant nor a picture; the row is left out."
    ]


def _read(file: bytes) -> tuple[list[ParsedProduct], Report]:
    report = Report()
    return list(read_products(io.BytesIO(file), report)), report
