"""Products from rows, by the rules of Shopify's product CSV; touches no database.

The first row of a handle carries the product; the rows below it, with the same handle, add
variants (an option value, a price) or pictures (only an address). Option names stand on the first
row alone; `Title` = `Default Title` means that there is nothing to choose.
https://help.shopify.com/en/manual/products/import-export/using-csv
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import groupby
from typing import BinaryIO

from django.utils.text import slugify

from shopflow.catalog_import.cells import Cells
from shopflow.catalog_import.parsed import ParsedImage, ParsedProduct, ParsedVariant
from shopflow.catalog_import.report import Report
from shopflow.catalog_import.rows import Row, read_rows

OPTIONS = (1, 2, 3)
FURTHER_OPTION = re.compile(r"Option[0-9]+ (Name|Value)")
KNOWN = frozenset(
    "Handle|Title|Body (HTML)|Vendor|Type|Tags|Published|Status|SEO Title|SEO Description|"
    "Option1 Name|Option1 Value|Option2 Name|Option2 Value|Option3 Name|Option3 Value|"
    "Variant SKU|Variant Grams|Variant Inventory Qty|Variant Inventory Policy|Variant Price|"
    "Variant Compare At Price|Variant Barcode|Variant Image|Cost per item|"
    "Image Src|Image Position|Image Alt Text".split("|")
)


def read_products(stream: BinaryIO, report: Report) -> Iterator[ParsedProduct]:
    """Yield the products of a file one by one; those with a fault are only in the report.

    Read to the end before you trust the report. Rows of one handle must stand together.
    """
    rows = (row for row in read_rows(stream, report, known=KNOWN) if _has_handle(row, report))
    first_lines: dict[str, int] = {}
    sku_lines: dict[str, int] = {}
    for slug, group in groupby(rows, key=lambda row: slugify(row["Handle"])):
        faults_before = len(report.faults)
        members = list(group)
        _claim_handle(slug, members[0], first_lines, report)
        product = read_product(slug, members, report)
        for variant in product.variants:
            _claim_sku(variant, sku_lines, report)
        if len(report.faults) == faults_before:
            yield product
    if further := [name for name in report.ignored_columns if FURTHER_OPTION.fullmatch(name)]:
        report.fault(1, f"A product has at most three options; here stands {further[0]}, too.")


def read_product(slug: str, rows: list[Row], report: Report) -> ParsedProduct:
    """Return the product that the rows of one handle describe; right if the report has no fault."""
    head = Cells(rows[0], report)
    title = head.text("Title", most=255)
    if not title:
        report.fault(head.line, f"Title is missing. The first row of '{slug}' needs one.")
    names = _option_names(head, report)
    status = head.one_of("Status", ("active", "draft", "archived"))
    variants = _variants(slug, names, rows, report)
    return ParsedProduct(
        line=head.line,
        slug=slug,
        title=title,
        body=head.html("Body (HTML)", most=50_000),
        brand=head.text("Vendor", most=100),
        category=head.text("Type", most=100),
        tags=_tags(head, report),
        is_published=head.flag("Published", empty=True) and status == "active",
        seo_title=head.text("SEO Title", most=200),
        seo_description=head.text("SEO Description", most=320),
        variants=variants,
        images=_images(rows, variants, report),
    )


def _has_handle(row: Row, report: Report) -> bool:
    handle = row["Handle"]
    if not handle:
        report.fault(row.line, "Handle is missing. Every row needs the handle of its product.")
    elif not slugify(handle):
        report.fault(row.line, f"Handle '{handle[:40]}' needs letters a to z or digits.")
    elif len(slugify(handle)) > 200:
        report.fault(row.line, f"Handle has {len(handle):,} characters. The most is 200.")
    else:
        return True
    return False


def _claim_handle(slug: str, row: Row, lines: dict[str, int], report: Report) -> None:
    began = lines.setdefault(slug, row.line)
    if began != row.line:
        report.fault(
            row.line, f"The rows of '{slug}' must stand together; they began on line {began}."
        )


def _claim_sku(variant: ParsedVariant, lines: dict[str, int], report: Report) -> None:
    taken = lines.setdefault(variant.sku, variant.line)
    if taken != variant.line:
        report.fault(
            variant.line,
            f"Variant SKU '{variant.sku}' already stands on line {taken}. "
            "Every variant needs its own.",
        )


def _option_names(head: Cells, report: Report) -> list[str]:
    names = [head.text(f"Option{number} Name", most=50) for number in OPTIONS]
    if names == ["Title", "", ""] and head.row["Option1 Value"] in ("Default Title", ""):
        return []
    given = [name for name in names if name]
    if names[: len(given)] != given:
        report.fault(head.line, "The option names have a gap. Begin with Option1 Name.")
    if len({name.casefold() for name in given}) < len(given):
        report.fault(head.line, f"Two options have the same name: {', '.join(given)}.")
    return given


def _variants(
    slug: str, names: list[str], rows: list[Row], report: Report
) -> tuple[ParsedVariant, ...]:
    variants = []
    lines: dict[tuple[str, ...], int] = {}
    for row in rows:
        if row is not rows[0] and not _is_variant(row):
            if not row["Image Src"]:
                report.warn(row.line, "Neither a variant nor a picture; the row is left out.")
            continue
        variant = _variant(slug, names, Cells(row, report), report)
        if variant is None:
            continue
        key = tuple(value.casefold() for value in variant.options.values())
        taken = lines.setdefault(key, row.line)
        if taken != row.line:
            what = " / ".join(variant.options.values()) or "without options"
            report.fault(row.line, f"Variant {what} of '{slug}' already stands on line {taken}.")
        else:
            variants.append(variant)
    return tuple(variants)


def _is_variant(row: Row) -> bool:
    return any(
        row[column]
        for column in ("Option1 Value", "Option2 Value", "Option3 Value", "Variant Price")
    )


def _variant(slug: str, names: list[str], cells: Cells, report: Report) -> ParsedVariant | None:
    values = _option_values(slug, names, cells, report)
    price = cells.amount("Variant Price")
    if not cells.row["Variant Price"]:
        report.fault(cells.line, "Variant Price is missing.")
    variant = ParsedVariant(
        line=cells.line,
        sku=cells.text("Variant SKU", most=100) or _sku(slug, values or []),
        is_sku_made=not cells.row["Variant SKU"],
        options=dict(zip(names, values or [], strict=False)),
        price=price or Decimal("0.00"),
        compare_at_price=_compare_at_price(cells, price, report),
        cost=cells.amount("Cost per item"),
        weight_grams=cells.grams("Variant Grams"),
        quantity=cells.units("Variant Inventory Qty"),
        backorder_policy=cells.one_of("Variant Inventory Policy", ("deny", "continue")),
        # Spreadsheets mark a number that is text with an apostrophe.
        barcode=cells.text("Variant Barcode", most=50).lstrip("'"),
        image_url=cells.address("Variant Image", most=500),
    )
    return None if values is None or price is None else variant


def _option_values(slug: str, names: list[str], cells: Cells, report: Report) -> list[str] | None:
    """Return one value per option name, or None when the row doesn't have just those."""
    values = [cells.text(f"Option{number} Value", most=100) for number in OPTIONS]
    if not names and values in (["Default Title", "", ""], ["", "", ""]):
        return []
    if all(values[: len(names)]) and not any(values[len(names) :]):
        return values[: len(names)]
    report.fault(
        cells.line,
        f"'{slug}' needs one value for each of its options ({', '.join(names)}); this row has "
        f"{sum(map(bool, values))}."
        if names
        else f"This row has an option value, but the first row of '{slug}' names no option.",
    )
    return None


def _compare_at_price(cells: Cells, price: Decimal | None, report: Report) -> Decimal | None:
    before = cells.amount("Variant Compare At Price")
    if before is None or price is None or before > price:
        return before
    if before > 0:
        # Real exports hold these; refusing the file would help nobody.
        report.warn(
            cells.line,
            f"Variant Compare At Price {before} is not above the price {price}; it is left out.",
        )
    return None


def _sku(slug: str, values: list[str]) -> str:
    """Return an SKU for a variant that has none: the same one for the same handle and options."""
    wanted = "-".join([slug, *values])
    plain = "-".join([slug, *(slugify(value) for value in values if slugify(value))])
    if plain == wanted.casefold().replace(" ", "-") and len(plain) <= 100:
        return plain.upper()
    # Something was lost (a “+”, another script, the end): a digest keeps two such values apart.
    digest = hashlib.sha256(wanted.encode()).hexdigest()[:8]
    return f"{plain[:91]}-{digest}".upper()


def _tags(head: Cells, report: Report) -> tuple[str, ...]:
    tags = [" ".join(tag.split()) for tag in head.row["Tags"].split(",")]
    for tag in tags:
        if len(tag) > 60:
            report.fault(head.line, f"Tag '{tag[:40]}…' is longer than 60 characters.")
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _images(
    rows: list[Row], variants: tuple[ParsedVariant, ...], report: Report
) -> tuple[ParsedImage, ...]:
    """Return the pictures in the order of their positions, each address once."""
    # Shopify lets variants share a picture; here it belongs to the first of them.
    owners = {variant.image_url: variant for variant in reversed(variants)}
    images: dict[str, ParsedImage] = {}
    for row in rows:
        cells = Cells(row, report)
        url = cells.address("Image Src", most=500)
        position = cells.position("Image Position")
        alt_text = cells.text("Image Alt Text", most=255)
        if url:
            images.setdefault(url, _image(url, row.line, owners, alt_text, position))
    for variant in variants:
        if variant.image_url:
            images.setdefault(variant.image_url, _image(variant.image_url, variant.line, owners))
    # No position means at the end, in the order of the file.
    return tuple(sorted(images.values(), key=lambda image: image.position or 10_001))


def _image(
    url: str,
    line: int,
    owners: Mapping[str, ParsedVariant],
    alt_text: str = "",
    position: int = 0,
) -> ParsedImage:
    owner = owners[url].options if url in owners else None
    return ParsedImage(line=line, url=url, alt_text=alt_text, owner=owner, position=position)
