"""A document's snapshot as a PDF/A file, drawn by Typst."""

import json
import logging
from datetime import UTC, date
from decimal import Decimal
from typing import Any, Literal

import typst
from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from django.conf import settings

from orders.models import Invoice
from shopflow.lib.money import Money, as_read

log = logging.getLogger(__name__)
TEMPLATE = settings.BASE_DIR / "templates" / "orders" / "papers" / "paper.typ"
# ISO 19005-3, level A: archives read it in ten years, programs that read aloud read it now.
Standard = Literal["a-3a"]
STANDARD: Standard = "a-3a"
LETTER = {"US", "CA", "MX"}


def draw(paper: Invoice) -> bytes:
    """Return the PDF of a document; the same bytes each time. Uses its snapshot only.

    A letter that Typst's own fonts lack (Chinese, say) is looked for in those of the machine. Where
    it is in none, the file is no PDF/A, which must not have unknown letters, but it is there.
    """
    text = json.dumps(said(paper))
    for has_own_fonts_only in (True, False):
        try:
            return _compiled(paper, text, STANDARD, has_own_fonts_only=has_own_fonts_only)
        except typst.TypstError as error:
            log.warning("%s: %s", paper, error)
    return _compiled(paper, text, None, has_own_fonts_only=False)


def said(paper: Invoice) -> dict[str, Any]:
    """Return every text of the document, written as its language does."""
    snapshot = paper.snapshot
    language = snapshot["language"]
    issued = paper.issued_at.astimezone(UTC).date()

    def money(amount: Decimal | str) -> str:
        return as_read(Money(Decimal(amount), paper.currency), language)

    return {
        "kind": paper.kind,
        "number": str(paper),
        "language": language,
        "paper": "letter" if snapshot["buyer"]["country_code"] in LETTER else "a4",
        "issued": {"year": issued.year, "month": issued.month, "day": issued.day},
        "issued_on": _day(issued.isoformat(), language),
        "order": snapshot["order"],
        "ordered_on": _day(snapshot["ordered_on"], language),
        "paid_on": _day(snapshot["paid_on"], language),
        "is_ahead": snapshot["is_ahead"],
        "seller": snapshot["seller"],
        "buyer": _place(snapshot["buyer"], language),
        "delivery": _delivery(snapshot, language),
        "lines": [_line(line, money, language) for line in snapshot.get("lines", [])],
        "sums": _sums(paper, money),
        "total": money(paper.total),
        "settled": money(snapshot["paid"]),
        "taxes": [_tax(tax, money, language) for tax in snapshot["taxes"]],
        "prices_include_tax": paper.prices_include_tax,
        "exemption": snapshot.get("exemption", ""),
        "buyer_vat_id": snapshot.get("buyer_vat_id", ""),
        "corrects": snapshot.get("corrects", ""),
        "corrects_of": _day(snapshot.get("corrects_of", ""), language),
        "is_whole": snapshot.get("is_whole", False),
    }


def _compiled(
    paper: Invoice, text: str, standard: Standard | None, *, has_own_fonts_only: bool
) -> bytes:
    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        ignore_system_fonts=has_own_fonts_only,
        sys_inputs={"paper": text},
        pdf_standards=standard,
        timestamp=int(paper.issued_at.timestamp()),
    )


def _sums(paper: Invoice, money: Any) -> list[dict[str, str]]:
    rows = [{"what": "subtotal", "note": "", "amount": money(paper.subtotal)}]
    for line in paper.snapshot.get("discounts", []):
        code = f" ({line['code']})" if line["code"] else ""
        rows.append({"what": "discounts", "note": code, "amount": money(-Decimal(line["amount"]))})
    if paper.kind == Invoice.Kind.INVOICE:
        rows.append({"what": "shipping", "note": "", "amount": money(paper.shipping_cost)})
    if not paper.prices_include_tax:
        rows.append({"what": "tax", "note": "", "amount": money(paper.tax)})
    return rows


def _line(line: dict[str, Any], money: Any, language: str) -> dict[str, str]:
    discount = Decimal(line["discount"])
    return {
        "name": line["name"],
        "variant": line["variant"],
        "sku": line["sku"],
        "quantity": format_decimal(line["quantity"], locale=language),
        "price": money(line["unit_price"]),
        "discount": money(-discount) if discount else "",
        "total": money(line["total"]),
    }


def _tax(tax: dict[str, str], money: Any, language: str) -> dict[str, str]:
    amounts = {name: money(tax[name]) for name in ("net", "amount", "gross")}
    rate = format_percent(
        Decimal(tax["rate"]).normalize(), locale=language, decimal_quantization=False
    )
    return {"name": tax["name"] or "–", "rate": rate, **amounts}


def _delivery(snapshot: dict[str, Any], language: str) -> list[str] | None:
    place = snapshot.get("delivery")
    return _place(place, language) if place and place != snapshot["buyer"] else None


def _place(place: dict[str, str], language: str) -> list[str]:
    code = place["country_code"]
    city = (
        f"{place['city']}, {place['state']} {place['postal_code']}"
        if code == "US"
        else f"{place['postal_code']} {place['city']}"
    )
    country = str(Locale.parse(language).territories.get(code, code))
    lines = (
        place["company"],
        f"{place['first_name']} {place['last_name']}",
        place["address_line_1"],
        place["address_line_2"],
        city.strip(),
        country,
    )
    return [line for line in lines if line]


def _day(text: str, language: str) -> str:
    return format_date(date.fromisoformat(text), "long", locale=language) if text else ""
