"""Who sells, as invoices name it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

LONGEST_LINE = 100
# Country, and up to 13 letters and digits: the longest formats VIES knows.
VAT_ID = re.compile(r"[A-Z]{2}[A-Z0-9]{2,13}")


@dataclass(frozen=True)
class Seller:
    """Name, lines of the address, VAT number; the last two may be empty."""

    name: str
    address: list[str]
    vat_id: str

    @classmethod
    def read(cls, parsed: Callable[..., Any]) -> "Seller":
        """Return what the environment says, by the reader of `shopflow.config`."""
        return cls(
            parsed("SHOP_NAME", _line, "ShopFlow", default="ShopFlow"),
            parsed("SHOP_ADDRESS", _lines, [], default=""),
            parsed("SHOP_VAT_ID", _vat_id, "", default=""),
        )


def _line(text: str) -> str:
    if not text.isprintable() or len(text) > LONGEST_LINE:
        raise ValueError(f"one line of at most {LONGEST_LINE} characters, please")
    return text


def _lines(text: str) -> list[str]:
    return [_line(part.strip()) for part in text.split("|") if part.strip()]


def _vat_id(text: str) -> str:
    if not VAT_ID.fullmatch(text):
        raise ValueError("write it with its country, such as DE123456789")
    return text
