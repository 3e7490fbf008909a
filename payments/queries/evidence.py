"""What the shop can show a bank about a sale that a card holder disputes."""

from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from django.db.models import Q
from django.template.loader import render_to_string

from orders.models import Invoice, Order, OrderShipment
from payments.models import Dispute, Payment
from shopflow.lib.models import OutboxMessage

MAIL = "mail:"


@dataclass(frozen=True)
class Evidence:
    """Everything about one sale, as it was when asked for."""

    dispute: Dispute
    order: Order
    payments: list[Payment]
    shipments: list[OrderShipment]
    mails: list[OutboxMessage]
    papers: list[Invoice]

    @property
    def came_from(self) -> str:
        """The network address the order was placed from, or ''."""
        return str(self.order.metadata.get("ip_address", ""))


def evidence_of(dispute: Dispute) -> Evidence:
    """Return what belongs into the answer to a dispute."""
    order = Order.objects.with_details().get(pk=dispute.payment.order_id)
    shipments = order.shipments.order_by("id").prefetch_related("events", "items__order_item")
    payments = order.payments.order_by("id").prefetch_related("refunds")
    return Evidence(
        dispute=dispute,
        order=order,
        payments=list(payments),
        shipments=list(shipments),
        mails=_mails(order),
        papers=list(order.invoices.order_by("id")),
    )


def evidence_text(evidence: Evidence) -> str:
    """Return the evidence in words, as banks want it."""
    text = render_to_string("payments/evidence.txt", {"evidence": evidence})
    return "\n".join(line.rstrip() for line in text.splitlines()).strip() + "\n"


def evidence_pack(evidence: Evidence) -> bytes:
    """Return a ZIP of the words and of every document that is drawn."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED) as pack:
        pack.writestr("evidence.txt", evidence_text(evidence))
        for paper in evidence.papers:
            if paper.pdf:
                with paper.pdf.open("rb") as pdf:
                    pack.writestr(f"{paper}.pdf", pdf.read())
    return content.getvalue()


def _mails(order: Order) -> list[OutboxMessage]:
    """Return the mails about an order that were sent; each refers to what it tells of."""
    about = [order.pk]
    for parts in (order.shipments, order.payments, order.refunds, order.returns):
        about += parts.values_list("pk", flat=True)
    sent = Q(topic__startswith=MAIL, reference__in=map(str, about), sent_at__isnull=False)
    return list(OutboxMessage.objects.filter(sent).order_by("sent_at", "id"))
