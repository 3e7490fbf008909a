"""Invoices and credit notes: legal documents with numbers that have no gap."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from orders.models import totals
from orders.models.orders import Order
from shopflow.lib.fields import MoneyField
from shopflow.lib.postgres.rules import Frozen
from shopflow.lib.rows import Row, iso_currency, one_of


class InvoiceCounter(Row):
    """The last number given out in one series of documents.

    Its row is locked by the transaction that issues a document, so that a number whose document
    falls through is given out again: a law in many countries, and no gap for a sequence.
    """

    series = models.CharField(max_length=20)
    last_number = models.IntegerField(default=0, db_default=0)

    class Meta:
        db_table = "invoice_counters"
        db_table_comment = "Last number of each series of invoices"
        constraints = (
            models.UniqueConstraint(fields=["series"], name="invoice_counters_series_unique"),
            models.CheckConstraint(
                condition=~Q(series=""), name="invoice_counters_series_not_empty"
            ),
            models.CheckConstraint(
                condition=Q(last_number__gte=0), name="invoice_counters_number_not_negative"
            ),
        )

    def __str__(self) -> str:
        return f"{self.series} {self.last_number}"


class InvoiceKind(models.TextChoices):
    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"


class Invoice(Row):
    """A document for an order as it was issued; only its PDF is drawn later.

    `snapshot` holds seller, buyer, lines and taxes as printed; amounts are in `currency`, those of
    a credit note are what is given back, above zero.
    """

    Kind = InvoiceKind

    order = models.ForeignKey(Order, on_delete=models.RESTRICT, related_name="invoices")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.RESTRICT, related_name="+"
    )
    kind = models.CharField(
        max_length=20, choices=Kind.choices, default=Kind.INVOICE, db_default=Kind.INVOICE
    )
    series = models.CharField(max_length=20)
    number = models.IntegerField()
    corrects = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="credit_notes",
        help_text="The invoice a credit note takes back",
    )
    issued_at = models.DateTimeField(db_default=Now())
    currency = models.CharField(max_length=3)
    subtotal = MoneyField()
    discount_total = MoneyField(default=Decimal(0), db_default=Decimal(0))
    shipping_cost = MoneyField(default=Decimal(0), db_default=Decimal(0))
    tax = MoneyField(default=Decimal(0), db_default=Decimal(0))
    total = MoneyField()
    prices_include_tax = models.BooleanField(default=False, db_default=False)
    snapshot = models.JSONField(default=dict, db_default={})
    pdf = models.FileField(max_length=255, upload_to="invoices/", blank=True, db_default="")

    class Meta:
        db_table = "invoices"
        db_table_comment = "Invoices and credit notes, frozen but for the PDF"
        constraints = (
            one_of("kind", InvoiceKind, table="invoices"),
            iso_currency(table="invoices"),
            Frozen(
                fields=[
                    "order",
                    "kind",
                    "series",
                    "number",
                    "corrects",
                    "issued_at",
                    "currency",
                    "subtotal",
                    "discount_total",
                    "shipping_cost",
                    "tax",
                    "total",
                    "prices_include_tax",
                    "snapshot",
                ],
                name="invoices_frozen",
                erasable=["snapshot"],
            ),
            models.UniqueConstraint(fields=["series", "number"], name="invoices_number_unique"),
            models.CheckConstraint(condition=Q(number__gt=0), name="invoices_number_positive"),
            models.CheckConstraint(condition=~Q(series=""), name="invoices_series_not_empty"),
            models.CheckConstraint(
                condition=Q(kind="credit_note", corrects__isnull=False)
                | Q(kind="invoice", corrects=None),
                name="invoices_credit_note_corrects",
            ),
            totals.not_negative(table="invoices"),
            totals.adds_up(table="invoices"),
        )
        indexes = (models.Index(fields=["-issued_at", "-id"], name="invoices_issued_at_idx"),)

    def __str__(self) -> str:
        return f"{self.series}-{self.number}"
