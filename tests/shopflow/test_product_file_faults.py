import io

import pytest

from shopflow.catalog_import.parse import read_products
from shopflow.catalog_import.parsed import ParsedProduct
from shopflow.catalog_import.report import Report

HEADER = "Handle,Title,Option1 Name,Option1 Value,Option2 Value,Variant SKU,Variant Price"


def test_finds_all_faults_in_one_pass() -> None:
    rows = "cup,Cup,,,,,x\njug,,,,,,5\npot,Pot,,,,,-1\n"

    products, report = _read(f"{HEADER}\n{rows}pan,Pan,,,,,5\n".encode())

    assert [fault.line for fault in report.faults] == [2, 3, 4]
    assert [product.slug for product in products] == ["pan"]


@pytest.mark.parametrize(
    ("rows", "fault"),
    [
        (",Cup,,,,,5", "Line 2: Handle is missing. Every row needs the handle of its product."),
        ("!!,Cup,,,,,5", "Line 2: Handle '!!' needs letters a to z or digits."),
        ("cup,,,,,,5", "Line 2: Title is missing. The first row of 'cup' needs one."),
        (f"cup,{'T' * 256},,,,,5", "Line 2: Title has 256 characters. The most is 255."),
        ("cup,Cup,,,,,", "Line 2: Variant Price is missing."),
        (
            'cup,Cup,,,,,"9,99"',
            "Line 2: Variant Price '9,99' is not an amount. Write it as 9.99.",
        ),
        ("cup,Cup,,,,,-5", "Line 2: Variant Price '-5' is negative. Write 0 or more."),
        ("cup,Cup,,,,,9.999", "Line 2: Variant Price '9.999' has more than two decimals."),
        (
            "cup,Cup,,,,,10000000000",
            "Line 2: Variant Price '10000000000' is too much. The most is 9,999,999,999.99.",
        ),
        ("cup,Cup,,,,,1e3", "Line 2: Variant Price '1e3' is not an amount. Write it like 9.99."),
        (
            "cup,Cup,Size,S,,A-1,5\ncup,,,M,,A-1,5",
            "Line 3: Variant SKU 'A-1' already stands on line 2. Every variant needs its own.",
        ),
        (
            "cup,Cup,Size,S,,,5\ncup,,,s,,,5",
            "Line 3: Variant s of 'cup' already stands on line 2.",
        ),
        (
            "cup,Cup,,,,,5\ncup,,,,,,6",
            "Line 3: Variant without options of 'cup' already stands on line 2.",
        ),
        (
            "cup,Cup,Size,S,Red,,5",
            "Line 2: 'cup' needs one value for each of its options (Size); this row has 2.",
        ),
        (
            "cup,Cup,Size,,,,5",
            "Line 2: 'cup' needs one value for each of its options (Size); this row has 0.",
        ),
        (
            "cup,Cup,,Small,,,5",
            "Line 2: This row has an option value, but the first row of 'cup' names no option.",
        ),
        (
            "cup,Cup,,,,,5\njug,Jug,,,,,5\ncup,,,,,,6",
            "Line 4: The rows of 'cup' must stand together; they began on line 2.",
        ),
        (
            "cup,Cup, large,,,,,5",
            "Line 2: The row has 8 cells, the header 7. "
            "A text with a comma needs quotation marks around it.",
        ),
        (
            'cup,"Cup" large,,,,,5',
            "Line 2: A quotation mark is opened or closed in the wrong place, "
            "so the row has no clear end.",
        ),
        (
            'cup,"Cup,,,,,5\njug,Jug,,,,,5',
            "Line 2: A quotation mark is opened or closed in the wrong place, "
            "so the row has no clear end.",
        ),
    ],
)
def test_names_the_fault_and_its_line(rows: str, fault: str) -> None:
    _, report = _read(f"{HEADER}\n{rows}\n".encode())

    assert str(report.faults[0]) == fault


@pytest.mark.parametrize(
    ("column", "value", "fault"),
    [
        ("Variant Inventory Qty", "many", "is not a whole number of pieces."),
        ("Variant Inventory Qty", "1.5", "is not a whole number of pieces."),
        ("Variant Inventory Qty", "-3", "is negative. Write 0 or more."),
        ("Variant Inventory Qty", "1000001", "is too much. The most is 1,000,000."),
        ("Variant Inventory Policy", "maybe", "is unknown. Write deny or continue."),
        ("Cost per item", "free", "is not an amount. Write it like 9.99."),
        ("Cost per item", "-1", "is negative. Write 0 or more."),
        ("Variant Compare At Price", "free", "is not an amount. Write it like 9.99."),
        ("Variant Grams", "1 kg", "is not a weight in grams. Write a number like 450."),
        ("Variant Grams", "100000001", "is too heavy. The most is 100,000,000 grams."),
        ("Published", "perhaps", "is neither TRUE nor FALSE."),
        ("Status", "sold", "is unknown. Write active or draft or archived."),
        ("Image Src", "javascript:alert(1)", "is not a web address. It begins with https://."),
        ("Image Position", "first", "is not a whole number."),
    ],
)
def test_names_the_bad_cell(column: str, value: str, fault: str) -> None:
    _, report = _read(f"Handle,Title,Variant Price,{column}\ncup,Cup,5,{value}\n".encode())

    assert [str(note) for note in report.faults] == [f"Line 2: {column} '{value}' {fault}"]


@pytest.mark.parametrize(
    ("column", "most"),
    [
        ("Vendor", 100),
        ("Type", 100),
        ("SEO Title", 200),
        ("SEO Description", 320),
        ("Variant SKU", 100),
        ("Variant Barcode", 50),
        ("Body (HTML)", 50_000),
    ],
)
def test_refuses_a_text_that_is_too_long(column: str, most: int) -> None:
    file = f"Handle,Title,Variant Price,{column}\ncup,Cup,5,{'x' * most}\njug,Jug,5,{'y' * most}y\n"

    products, report = _read(file.encode())

    assert [product.slug for product in products] == ["cup"]
    assert [str(fault) for fault in report.faults] == [
        f"Line 3: {column} has {most + 1:,} characters. The most is {most:,}."
    ]


def test_refuses_a_tag_that_is_too_long() -> None:
    file = f'Handle,Title,Variant Price,Tags\ncup,Cup,5,"red,{"x" * 61}"\n'

    _, report = _read(file.encode())

    assert [str(fault) for fault in report.faults] == [
        f"Line 2: Tag '{'x' * 40}…' is longer than 60 characters."
    ]


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ("Size,size", "Line 2: Two options have the same name: Size, size."),
        (",Size", "Line 2: The option names have a gap. Begin with Option1 Name."),
    ],
)
def test_refuses_option_names_that_make_no_sense(names: str, fault: str) -> None:
    header = "Handle,Title,Option1 Name,Option2 Name,Option1 Value,Option2 Value,Variant Price"

    _, report = _read(f"{header}\ncup,Cup,{names},S,M,5\n".encode())

    assert str(report.faults[0]) == fault


def test_refuses_a_fourth_option() -> None:
    header = "Handle,Title,Option1 Name,Option1 Value,Option4 Name,Option4 Value,Variant Price"

    _, report = _read(f"{header}\ncup,Cup,Size,S,Fit,Slim,5\n".encode())

    assert [str(fault) for fault in report.faults] == [
        "Line 1: A product has at most three options; here stands Option4 Name, too."
    ]


@pytest.mark.parametrize(
    ("file", "fault"),
    [
        (b"", "The file is empty."),
        (
            b"Handle,Title\ncup,Cup\n",
            "Line 1: This is no Shopify product file: it lacks the columns Variant Price.",
        ),
        (
            b'{"products": []}\n',
            "Line 1: This is no Shopify product file: "
            "it lacks the columns Handle, Title, Variant Price.",
        ),
        (
            b"Handle;Title;Variant Price\ncup;Cup;5\n",
            "Line 1: The columns are separated by semicolons. Save the file with commas.",
        ),
        (
            b"Handle,Title,Title,Variant Price\ncup,Cup,Cup,5\n",
            "Line 1: These columns stand there twice: Title.",
        ),
        (
            b"\x89PNG\r\n\x1a\n\x00\x00",
            "Line 1: This is not UTF-8 text. Save the file as “CSV UTF-8”.",
        ),
        (
            "Handle,Title,Variant Price\ncup,Cup,5\ncafe,Café,5\n".encode("cp1252"),
            "Line 3: This is not UTF-8 text. Save the file as “CSV UTF-8”.",
        ),
        (
            "Handle,Title,Variant Price\n".encode("utf-16"),
            "Line 1: A zero byte stands here: this is no text file. Export it anew.",
        ),
        (
            b"Handle,Title,Variant Price\ncup,C\0up,5\n",
            "Line 2: A zero byte stands here: this is no text file. Export it anew.",
        ),
        (
            b"Handle,Title,Variant Price\rcup,Cup,5\r",
            "Line 1: A bare carriage return stands here. Save the file with ordinary line ends.",
        ),
        (
            b"Handle,Title,Variant Price\ncup," + b"C" * 131_073 + b",5\n",
            "Line 2: A cell here is longer than 131,072 characters.",
        ),
    ],
)
def test_refuses_what_is_no_product_file(file: bytes, fault: str) -> None:
    products, report = _read(file)

    assert products == []
    assert [str(note) for note in report.faults] == [fault]


def _read(file: bytes) -> tuple[list[ParsedProduct], Report]:
    report = Report()
    return list(read_products(io.BytesIO(file), report)), report
