"""Parsed products into the shop: one transaction for the whole file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import BinaryIO

from catalog import commands as catalog
from catalog.errors import ProductsRefused
from shopflow.catalog_export.products import live_variants, with_parts
from shopflow.catalog_import.names import Names
from shopflow.catalog_import.parse import read_products
from shopflow.catalog_import.parsed import ParsedProduct
from shopflow.catalog_import.present import Present
from shopflow.catalog_import.report import Note, Report
from shopflow.catalog_import.specs import spec_of
from shopflow.catalog_import.stock import Stock
from shopflow.lib.transactions import command

AT_A_TIME = 200
Tell = Callable[[str, int, int], None]


@dataclass
class Outcome:
    """What an import did, or would do; nothing was changed when there are faults."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    faults: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)
    ignored_columns: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Change:
    """A product the file says something new of, what is there now, and what it should be."""

    parsed: ParsedProduct
    present: Present | None
    spec: catalog.ProductSpec

    @classmethod
    def of(cls, parsed: ParsedProduct, present: Present | None, names: Names) -> "_Change":
        return cls(parsed, present, spec_of(parsed, present, names))


class _TakenBack(Exception):
    """Ends the transaction so that nothing is kept."""


def import_catalog(
    stream: BinaryIO, *, with_stock: bool = False, dry_run: bool = False, tell: Tell
) -> Outcome:
    """Make the products of a Shopify CSV file part of the shop: all of them or none.

    Products match by handle, variants by option values. Variants and imported pictures that the
    file doesn't name leave the shop; what the format can't say stays as it is. Stock is set for
    new variants only (a second import must not bring sold units back), for all `with_stock`.
    Pictures are not fetched, their addresses are kept. `tell` hears what is being done and how
    many of how many are. Safe to repeat.
    """
    report = Report()
    products = list(_reading(stream, report, tell))
    outcome = Outcome(
        faults=report.faults, warnings=report.warnings, ignored_columns=report.ignored_columns
    )
    if outcome.faults:
        return outcome
    try:
        _apply(products, outcome, with_stock=with_stock, dry_run=dry_run, tell=tell)
    except _TakenBack:
        if outcome.faults:
            outcome.created = outcome.updated = outcome.unchanged = 0
    return outcome


def _reading(stream: BinaryIO, report: Report, tell: Tell) -> Iterator[ParsedProduct]:
    for number, product in enumerate(read_products(stream, report), start=1):
        tell("Reading", number, 0)
        yield product


@command
def _apply(
    products: Sequence[ParsedProduct],
    outcome: Outcome,
    *,
    with_stock: bool,
    dry_run: bool,
    tell: Tell,
) -> None:
    # Counted anew when the transaction is tried again after a deadlock.
    outcome.created = outcome.updated = outcome.unchanged = 0
    outcome.faults = []
    names, stock = Names(), Stock(with_all=with_stock)
    for start in range(0, len(products), AT_A_TIME):
        batch = products[start : start + AT_A_TIME]
        tell("Saving products", start, len(products))
        _save(batch, outcome, names, stock)
    # Stock comes last, as everywhere.
    tell("Counting stock", len(products), len(products))
    outcome.faults += stock.write()
    if outcome.faults or dry_run:
        outcome.faults.sort(key=lambda fault: fault.line)
        raise _TakenBack


def _save(batch: Sequence[ParsedProduct], outcome: Outcome, names: Names, stock: Stock) -> None:
    """Save some products and note what their variants' stock should be."""
    news: list[ParsedProduct] = []
    there = _present(batch)
    for parsed in batch:
        present = there.get(parsed.slug)
        if present and present.says(parsed):
            outcome.unchanged += 1
            stock.note(parsed, present, [row.pk for row in live_variants(present.product)])
        else:
            news.append(parsed)
    # Only now under lock: shoppers don't wait for what a file leaves as it is.
    there = _present(news, lock=True)
    changes = [_Change.of(parsed, there.get(parsed.slug), names) for parsed in news]
    for change, saved in _saved(changes, outcome):
        setattr(outcome, saved.change, getattr(outcome, saved.change) + 1)
        ids = [saved.variants[variant.sku].pk for variant in change.spec.variants]
        stock.note(change.parsed, change.present, ids)


def _present(batch: Sequence[ParsedProduct], *, lock: bool = False) -> dict[str, Present]:
    rows = with_parts().filter(slug__in=[parsed.slug for parsed in batch])
    if lock:
        rows = rows.select_for_update(no_key=True, of=("self",)).order_by("pk")
    return {product.slug: Present.of(product) for product in rows}


def _saved(
    changes: Sequence[_Change], outcome: Outcome
) -> Iterable[tuple[_Change, catalog.SavedProduct]]:
    try:
        return zip(changes, catalog.save_products(specs=[c.spec for c in changes]), strict=True)
    except ProductsRefused as refused:
        # Go on with the rest, to name every fault of the file; all is taken back at its end.
        for number, error in refused.refusals.items():
            outcome.faults.append(Note(changes[number].parsed.line, str(error)))
        rest = [c for number, c in enumerate(changes) if number not in refused.refusals]
        return zip(rest, catalog.save_products(specs=[c.spec for c in rest]), strict=True)
