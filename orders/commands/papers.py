"""Invoices and credit notes: numbered without a gap, frozen, then drawn.

Why after the payment and by a worker: docs/decisions/0010-invoices-are-issued-when-paid.md.
"""

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from orders.commands import drawing, snapshots
from orders.commands.history import locked
from orders.models import Invoice, InvoiceCounter, Order
from orders.signals import papers_issued, papers_wanted
from shopflow.lib.money import ZERO
from shopflow.lib.news import announce
from shopflow.lib.transactions import command

SERIES: dict[str, str] = {Invoice.Kind.INVOICE: "INV", Invoice.Kind.CREDIT_NOTE: "CN"}


@command
def want_papers(*, order_id: UUID) -> None:
    """Let a worker issue what an order's money asks for. Safe to repeat."""
    order = locked(order_id)
    if order.papers_wanted_at is None:
        order.papers_wanted_at = timezone.now()
        order.save(update_fields=["papers_wanted_at", "updated_at"])
    announce(papers_wanted, order_id=order.pk)


@command
def issue_papers(*, order_id: UUID) -> list[Invoice]:
    """Issue the invoice of a paid order, and a credit note over what isn't credited yet.

    The counter of a series is the last row locked; what falls through gives its number back.
    Without the seller's address (SHOP_ADDRESS) nothing is issued and the order waits. Raises
    OrderNotFound. Safe to repeat.
    """
    order = locked(order_id)
    if order.papers_wanted_at is None or not settings.SHOP_ADDRESS:
        return []
    issued = []
    invoice = order.invoices.filter(kind=Invoice.Kind.INVOICE).first()
    if invoice is None and order.confirmed_at is not None:
        invoice = _issue(order, Invoice.Kind.INVOICE, *snapshots.of_invoice(order))
        issued.append(invoice)
    if invoice is not None and (note := _credit(order, invoice)) is not None:
        issued.append(note)
    order.papers_wanted_at = None
    order.save(update_fields=["papers_wanted_at", "updated_at"])
    for paper in issued:
        announce(papers_issued, invoice_id=paper.pk)
    return issued


def draw_paper(*, invoice_id: UUID) -> None:
    """Draw the PDF of a document that has none, and keep it. Safe to repeat.

    The file is written in no transaction. Of two that draw, or one that was killed in between, the
    same bytes come under the same name.
    """
    paper = Invoice.objects.filter(pk=invoice_id, pdf="").exclude(snapshot={}).first()
    if paper is None:
        return
    content = drawing.draw(paper)
    storage, name = paper.pdf.storage, f"invoices/{paper}.pdf"
    if storage.exists(name):
        storage.delete(name)
    name = storage.save(name, ContentFile(content))
    if not _note_drawn(invoice_id=invoice_id, name=name):
        storage.delete(name)


@command
def _note_drawn(*, invoice_id: UUID, name: str) -> bool:
    """Whether the file is the document's now; no if it was erased, or drawn under another name."""
    paper = Invoice.objects.select_for_update(no_key=True).get(pk=invoice_id)
    if not paper.snapshot or paper.pdf:
        return str(paper.pdf) == name
    paper.pdf.name = name
    paper.save(update_fields=["pdf", "updated_at"])
    return True


def _credit(order: Order, invoice: Invoice) -> Invoice | None:
    earlier = list(order.invoices.filter(kind=Invoice.Kind.CREDIT_NOTE).order_by("id"))
    credited = sum((note.total for note in earlier), ZERO)
    back = invoice.total - (order.amount_paid - order.amount_refunded) - credited
    if back <= 0:
        return None
    said = snapshots.of_credit_note(order, invoice, back, [note.snapshot for note in earlier])
    return _issue(order, Invoice.Kind.CREDIT_NOTE, *said, corrects=invoice)


def _issue(
    order: Order,
    kind: str,
    amounts: snapshots.Amounts,
    snapshot: dict[str, Any],
    corrects: Invoice | None = None,
) -> Invoice:
    now = timezone.now()
    series = f"{SERIES[kind]}-{now.year}"
    sums: dict[str, Decimal] = vars(amounts)
    return Invoice.objects.create(
        order=order,
        user_id=order.user_id,
        kind=kind,
        corrects=corrects,
        issued_at=now,
        currency=order.currency,
        prices_include_tax=order.prices_include_tax,
        snapshot=snapshot,
        series=series,
        number=_next_number(series),
        **sums,
    )


def _next_number(series: str) -> int:
    """Return the next number of a series, whose counter stays locked until the commit."""
    InvoiceCounter.objects.bulk_create([InvoiceCounter(series=series)], ignore_conflicts=True)
    counter = _locked_counter(series)
    counter.last_number += 1
    counter.save(update_fields=["last_number", "updated_at"])
    return counter.last_number


def _locked_counter(series: str) -> InvoiceCounter:
    return InvoiceCounter.objects.select_for_update(no_key=True).get(series=series)
