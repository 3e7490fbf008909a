"""Product files for tests, and the commands that read and write them."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

SAMPLE = Path(__file__).parents[1] / "data" / "products.csv"
# Real input that isn't part of the project: proved on the machines that have it.
SHARED = Path(__file__).parents[3] / "shared" / "data" / "shopify-apparel.csv"
HEADER = (
    "Handle,Title,Vendor,Type,Tags,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Image Src"
)


def import_file(file: Path, **options: Any) -> tuple[str, str]:
    """Import a file and return what was printed and what stands on stderr."""
    output, errors = io.StringIO(), io.StringIO()
    call_command("import_catalog", file, stdout=output, stderr=errors, **options)
    return output.getvalue(), errors.getvalue()


def refused(file: Path, **options: Any) -> list[str]:
    """Import a file that must be refused and return what stands on stderr, line by line."""
    errors = io.StringIO()
    with pytest.raises(CommandError, match="Nothing was imported") as refusal:
        call_command("import_catalog", file, stdout=io.StringIO(), stderr=errors, **options)
    assert refusal.value.returncode == 1
    return errors.getvalue().splitlines()


def export_file(file: Path) -> tuple[str, str]:
    """Export the shop and return what was printed and what stands on stderr."""
    output, errors = io.StringIO(), io.StringIO()
    call_command("export_catalog", file, stdout=output, stderr=errors)
    return output.getvalue(), errors.getvalue()


def generated(file: Path, rows: int, *, name: str = "cup") -> Path:
    """Write a file of so many rows: products in the sizes S, M, L, XL, some sold ahead."""
    lines = [HEADER]
    for row in range(rows):
        number, place = divmod(row, 4)
        head = f"Cup {number},Maker {number % 7},Kind {number % 5},cup,Size"
        size = ("S", "M", "L", "XL")[place]
        policy = "deny" if number % 10 else "continue"
        picture = f"https://pictures.example/{number}.jpg" if place == 0 else ""
        lines.append(
            f"{name}-{number},{',,,,' if place else head},{size},"
            f"{name.upper()}-{number}-{size},{row % 9},{policy},{10 + row % 50}.50,{picture}"
        )
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return file
