"""Invoices and credit notes: issued once, numbered without a gap, frozen, drawn as PDF/A."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import typst
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import ProductVariant
from orders import commands
from orders.commands import papers
from orders.commands.drawing import TEMPLATE, said
from orders.errors import OrderNotFound
from orders.models import Invoice, InvoiceCounter, Order
from orders.tasks import make_papers
from shopflow.invariants import violations
from shopflow.lib.ids import new_id
from tests import factories

pytestmark = pytest.mark.django_db
YEAR = timezone.now().year


@pytest.fixture(autouse=True)
def _seller(settings: Settings) -> None:
    settings.SHOP_NAME = "Knit & Co"
    settings.SHOP_ADDRESS = ["Beispielweg 1", "10115 Berlin"]
    settings.SHOP_VAT_ID = "DE123456789"


@pytest.fixture
def paid(order: Order) -> Order:
    return commands.confirm(order_id=order.pk, amount=order.total)


def give_back(order: Order, amount: str) -> list[Invoice]:
    """Money went back for an order, as payments tell it."""
    order.refresh_from_db()
    refunded = order.amount_refunded + Decimal(amount)
    commands.record_money(order_id=order.pk, paid=order.amount_paid, refunded=refunded)
    commands.want_papers(order_id=order.pk)
    return commands.issue_papers(order_id=order.pk)


def test_a_paid_order_gets_one_invoice(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)

    assert commands.issue_papers(order_id=paid.pk) == []
    commands.want_papers(order_id=paid.pk)
    assert commands.issue_papers(order_id=paid.pk) == []
    assert str(invoice) == f"INV-{YEAR}-1"
    assert (invoice.kind, invoice.order, invoice.corrects) == ("invoice", paid, None)
    assert (invoice.subtotal, invoice.shipping_cost) == (100, Decimal("5.90"))
    assert (invoice.tax, invoice.total) == (Decimal("8.88"), Decimal("114.78"))
    assert list(Invoice.objects.all()) == [invoice]
    paid.refresh_from_db()
    assert paid.papers_wanted_at is None


def test_an_unpaid_order_gets_none(order: Order) -> None:
    assert commands.issue_papers(order_id=order.pk) == []

    commands.want_papers(order_id=order.pk)

    assert commands.issue_papers(order_id=order.pk) == []
    assert not Invoice.objects.exists()
    assert not InvoiceCounter.objects.exists()


def test_nobody_issues_without_the_sellers_address(paid: Order, settings: Settings) -> None:
    address, settings.SHOP_ADDRESS = settings.SHOP_ADDRESS, []

    assert commands.issue_papers(order_id=paid.pk) == []
    make_papers()
    assert not Invoice.objects.exists()

    settings.SHOP_ADDRESS = address
    make_papers()
    assert Invoice.objects.get().pdf


def test_knows_no_other_order(db: None) -> None:
    for command in (commands.want_papers, commands.issue_papers):
        with pytest.raises(OrderNotFound):
            command(order_id=new_id())


def test_says_what_the_law_wants(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)

    name = paid.items.get().product_name
    today = invoice.issued_at.date().isoformat()
    assert invoice.snapshot["seller"] == {
        "lines": ["Knit & Co", "Beispielweg 1", "10115 Berlin"],
        "vat_id": "DE123456789",
    }
    assert invoice.snapshot["buyer"]["address_line_1"] == "1 Main Street"
    assert invoice.snapshot["order"] == paid.order_number
    assert (invoice.snapshot["ordered_on"], invoice.snapshot["paid_on"]) == (today, today)
    [line] = invoice.snapshot["lines"]
    assert (line["name"], line["quantity"], line["unit_price"]) == (name, 2, "50.00")
    rates = [(tax["rate"], tax["net"], tax["amount"]) for tax in invoice.snapshot["taxes"]]
    assert rates == [("0.088750", "100.00", "8.88"), ("0", "5.90", "0.00")]
    assert invoice.snapshot["paid"] == "114.78"


def test_stays_as_it_was_issued(paid: Order, settings: Settings) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)
    settings.SHOP_ADDRESS = ["Somewhere else"]
    paid.addresses.update(address_line_1="Moved")

    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.update(total=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Invoice.objects.update(snapshot={"total": 1})

    invoice.refresh_from_db()
    assert invoice.total == Decimal("114.78")
    assert said(invoice)["buyer"][1] == "1 Main Street"
    assert said(invoice)["seller"]["lines"][1] == "Beispielweg 1"


def test_reads_in_english(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)
    Invoice.objects.filter(pk=invoice.pk)
    invoice.issued_at = datetime(2026, 11, 21, 18, 40, tzinfo=UTC)

    text = said(invoice)

    assert text["issued_on"] == "November 21, 2026"
    assert text["buyer"] == ["Ada Byron", "1 Main Street", "New York, NY 10001", "United States"]
    assert text["total"] == "$114.78"
    assert text["lines"][0]["price"] == "$50.00"
    assert [tax["rate"] for tax in text["taxes"]] == ["8.875%", "0%"]
    assert text["sums"][-1] == {"what": "tax", "note": "", "amount": "$8.88"}
    assert text["paper"] == "letter"
    assert headings(text) == ["Invoice"]


def test_reads_in_german(variant: ProductVariant) -> None:
    with translation.override("de"):
        order = factories.placed_order((variant, 2))
    commands.confirm(order_id=order.pk, amount=order.total)
    [invoice] = commands.issue_papers(order_id=order.pk)
    invoice.issued_at = datetime(2026, 11, 21, 18, 40, tzinfo=UTC)

    text = said(invoice)

    assert text["issued_on"] == "21. November 2026"
    assert text["buyer"][-1] == "Vereinigte Staaten"
    assert text["total"] == "114,78\xa0$"
    assert [tax["rate"] for tax in text["taxes"]] == ["8,875\xa0%", "0\xa0%"]
    assert headings(text) == ["Rechnung"]


def headings(text: dict[str, Any]) -> list[str]:
    """What Typst itself says stands in the document as heading."""
    found = typst.query(
        TEMPLATE,
        "heading",
        field="body",
        root=TEMPLATE.parent,
        sys_inputs={"paper": json.dumps(text)},
    )
    return [body["text"] for body in json.loads(found)]


def test_is_drawn_as_pdf_a_once(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)

    commands.draw_paper(invoice_id=invoice.pk)

    invoice.refresh_from_db()
    assert invoice.pdf.name == f"invoices/INV-{YEAR}-1.pdf"
    with invoice.pdf.open("rb") as file:
        content = file.read()
    assert content.startswith(b"%PDF-")
    assert b"<pdfaid:part>3</pdfaid:part>" in content
    assert f"INV-{YEAR}-1".encode() in content
    default_storage.delete(invoice.pdf.name)
    commands.draw_paper(invoice_id=invoice.pk)
    assert not default_storage.exists(invoice.pdf.name)


def test_a_worker_killed_before_it_noted_the_file_draws_it_again(
    paid: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)
    monkeypatch.setattr(papers, "_note_drawn", killed)
    with pytest.raises(KeyboardInterrupt):
        commands.draw_paper(invoice_id=invoice.pk)
    monkeypatch.undo()

    make_papers()

    invoice.refresh_from_db()
    assert invoice.pdf.name == f"invoices/INV-{YEAR}-1.pdf"
    assert default_storage.listdir("invoices")[1] == [f"INV-{YEAR}-1.pdf"]


def killed(*_: Any, **__: Any) -> bool:
    raise KeyboardInterrupt


def test_an_erased_document_is_not_drawn(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)
    Invoice.objects.update(snapshot={})

    commands.draw_paper(invoice_id=invoice.pk)
    make_papers()

    assert Invoice.objects.get().pdf == ""


@pytest.mark.parametrize(
    "name", ["Łódź €", "Ελένη", '#panic("x")', "$x$ *b* <b>", "\\ \" ' `", "\u202ex", "\U000f0000"]
)
def test_what_somebody_wrote_is_text(paid: Order, name: str) -> None:
    paid.addresses.update(last_name=name)
    [invoice] = commands.issue_papers(order_id=paid.pk)

    commands.draw_paper(invoice_id=invoice.pk)

    assert Invoice.objects.get().pdf


def test_a_number_whose_document_falls_through_is_given_out_again(
    paid: Order, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.placed_order((variant, 1))
    commands.confirm(order_id=other.pk, amount=other.total)
    monkeypatch.setattr(papers, "announce", killed)
    with pytest.raises(KeyboardInterrupt):
        commands.issue_papers(order_id=paid.pk)
    monkeypatch.undo()

    [first] = commands.issue_papers(order_id=other.pk)
    [second] = commands.issue_papers(order_id=paid.pk)

    assert (first.number, second.number) == (1, 2)
    assert violations(instant_only=True)["invoice_numbers_have_no_gap"] == 0


def test_what_goes_back_is_credited_in_parts(paid: Order) -> None:
    [invoice] = commands.issue_papers(order_id=paid.pk)

    [first] = give_back(paid, "14.78")
    [second] = give_back(paid, "100.00")

    assert (str(first), str(second)) == (f"CN-{YEAR}-1", f"CN-{YEAR}-2")
    assert (first.kind, first.corrects, second.corrects) == ("credit_note", invoice, invoice)
    assert (first.subtotal, first.tax, first.total) == (
        Decimal("13.64"),
        Decimal("1.14"),
        Decimal("14.78"),
    )
    assert first.tax + second.tax == invoice.tax
    assert first.total + second.total == invoice.total
    assert (first.snapshot["is_whole"], second.snapshot["is_whole"]) == (False, True)
    assert said(first)["corrects"] == str(invoice)
    assert headings(said(first)) == ["Credit note"]
    commands.want_papers(order_id=paid.pk)
    assert commands.issue_papers(order_id=paid.pk) == []


def test_the_last_cents_never_make_a_tax_larger_than_the_refund(paid: Order) -> None:
    commands.issue_papers(order_id=paid.pk)
    notes = [note for _ in range(7) for note in give_back(paid, "0.01")]
    notes += give_back(paid, str(paid.total - Decimal("0.07")))

    assert [note.total for note in notes[:7]] == [Decimal("0.01")] * 7
    assert all(0 <= note.tax <= note.total for note in notes)
    assert sum(note.tax for note in notes) == paid.tax
    assert sum(note.total for note in notes) == paid.total


def test_money_of_a_closed_order_makes_no_papers(order: Order) -> None:
    commands.cancel(order_id=order.pk, reason="by the customer")
    commands.record_money(order_id=order.pk, paid=order.total, refunded=Decimal(0))

    assert give_back(order, str(order.total)) == []
    assert not Invoice.objects.exists()


def test_a_second_payment_that_went_back_credits_nothing(paid: Order) -> None:
    commands.issue_papers(order_id=paid.pk)
    commands.record_money(order_id=paid.pk, paid=2 * paid.total, refunded=Decimal(0))

    assert give_back(paid, str(paid.total)) == []
    assert Invoice.objects.count() == 1


def test_issuing_costs_so_many_statements(
    paid: Order, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(16):
        commands.issue_papers(order_id=paid.pk)
