"""Answers about orders: whose they are, and the links guests follow."""

import base64
import hmac
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from accounts.models import User
from orders.errors import OrderNotFound, PaperNotFound, PaperNotReady
from orders.models import Invoice, Order, OrderChange
from orders.queries.changes import TakenOut, changes_of
from orders.queries.parcels import MailLine, packed_of, shown_notes
from orders.queries.returns import read_return
from shopflow.lib.mail import TOPIC, reads_for_mails
from shopflow.lib.models import OutboxMessage
from shopflow.lib.paging import Order as SortOrder
from shopflow.lib.transactions import reading_as

BY_NEWEST = SortOrder(["-id"])
TOKEN_PURPOSE = b"orders.guest-link:"
VERSION_BYTES = 2
MAC_BYTES = 32
CLAIM_BYTES = 16 + VERSION_BYTES
LONGEST_NUMBER = 30


class Fact(StrEnum):
    """What a mail about an order tells; `orders/<fact>` is its kind."""

    PLACED = "placed"
    PAID = "paid"
    PAYMENT_FAILED = "payment_failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    REFUNDED = "refunded"
    PAYMENT_LINK = "payment_link"
    CHANGED = "changed"
    NOTE = "note"


# What stays true of an order and can be told again; a note is written once.
TOLD_AGAIN = tuple(
    fact for fact in Fact if fact not in {Fact.NOTE, Fact.CHANGED, Fact.PAYMENT_FAILED}
)


def guest_token(order: Order) -> str:
    """Return the token of a guest's link: the order's id, a version, and their HMAC (256 bits).

    Nothing is stored, so a later mail can make the same link again; raising the order's
    `guest_token_version` ends all links given out.
    """
    return _token(order.pk, order.guest_token_version)


def order_id_of(token: str) -> UUID:
    """Return the order a guest's token proves, before any row is read; raises OrderNotFound."""
    return _proved(token)[0]


def find_by_token(*, number: str, token: str) -> Order:
    """Return the order of this number if the token is its own; raises OrderNotFound."""
    order_id, version = _proved(token)
    order = _by_number(number)
    if order is None or (order.pk, order.guest_token_version) != (order_id, version):
        raise OrderNotFound
    return order


def find_for_user(*, number: str, user_id: UUID) -> Order:
    """Return a user's own order; raises OrderNotFound for anybody else's."""
    order = _by_number(number)
    if order is None or order.user_id != user_id:
        raise OrderNotFound
    return order


def find_by_email(*, number: str, email: str) -> UUID:
    """Return the id of the order placed under this number and e-mail; raises OrderNotFound.

    Nobody is known yet, so a function of the database's owner answers (migration 0001).
    """
    if _is_odd(number) or "\0" in email:
        raise OrderNotFound
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_find_order(%s, %s)", [number.upper(), email.strip()])
        (order_id,) = cursor.fetchone()
    if order_id is None:
        raise OrderNotFound
    return UUID(str(order_id))


@contextmanager
def opened(*, number: str, token: str, user_id: UUID | None) -> Iterator[Order]:
    """Read an order, for the block, as the guest who holds its link or as its owner.

    Raises OrderNotFound for everybody else, as for an order that doesn't exist.
    """
    if token:
        with reading_as(guest_order=order_id_of(token)):
            yield find_by_token(number=number, token=token)
    elif user_id is not None:
        with reading_as(user_id=user_id):
            yield find_for_user(number=number, user_id=user_id)
    else:
        raise OrderNotFound


def orders_of(user_id: UUID) -> "QuerySet[Order]":
    """Return a user's orders; sort by BY_NEWEST."""
    return Order.objects.filter(user=user_id)


def overdue(limit: int) -> list[UUID]:
    """Return unpaid orders whose payment window has passed.

    At random: orders stuck behind a provider that is away don't keep the others waiting.
    """
    return list(Order.objects.overdue().order_by("?").values_list("pk", flat=True)[:limit])


def is_overdue(order_id: UUID) -> bool:
    """Whether an order is unpaid still and its payment window has passed."""
    return Order.objects.overdue().filter(pk=order_id).exists()


def claimants(limit: int) -> list[UUID]:
    """Return people with a verified e-mail under which guests' orders wait to be claimed."""
    waiting = Order.objects.alias(folded=Lower("customer_email")).filter(
        user=None, folded=OuterRef("email")
    )
    people = User.objects.filter(Exists(waiting), email_verified=True, is_active=True)
    return list(people.values_list("pk", flat=True)[:limit])


def wanting_papers(limit: int) -> list[UUID]:
    """Return orders whose invoice or credit note is to be issued; none while nobody may issue."""
    if not settings.SHOP_ADDRESS:
        return []
    waiting = Order.objects.filter(papers_wanted_at__isnull=False)
    return list(waiting.order_by("papers_wanted_at").values_list("pk", flat=True)[:limit])


def undrawn_papers(limit: int) -> list[UUID]:
    """Return documents that have no PDF yet."""
    waiting = Invoice.objects.filter(pdf="").exclude(snapshot={})
    return list(waiting.order_by("issued_at").values_list("pk", flat=True)[:limit])


def paper_of(*, order_id: UUID, named: str = "") -> Invoice:
    """Return an order's invoice, or the document of this number ("CN-2026-7").

    Raises PaperNotFound, and PaperNotReady where it is still being made.
    """
    papers = list(Invoice.objects.filter(order=order_id).order_by("id"))
    for paper in papers:
        if named == str(paper) or (not named and paper.kind == Invoice.Kind.INVOICE):
            if paper.pdf:
                return paper
            raise PaperNotReady
    is_due = Order.objects.filter(pk=order_id, papers_wanted_at__isnull=False).exists()
    raise PaperNotReady if is_due and not named else PaperNotFound


def facts_of(order: Order) -> list[Fact]:
    """Return what is so of an order and can be told again, the oldest first."""
    is_cancelled = order.status == Order.Status.CANCELLED
    so = {
        Fact.PLACED: True,
        Fact.PAYMENT_LINK: order.is_payable,
        Fact.PAID: order.confirmed_at is not None,
        Fact.SHIPPED: order.fulfilment_status != Order.FulfilmentStatus.UNFULFILLED,
        Fact.DELIVERED: order.delivered_at is not None,
        Fact.EXPIRED: order.has_expired,
        Fact.CANCELLED: is_cancelled and not order.has_expired,
        Fact.REFUNDED: order.amount_refunded > 0,
    }
    return [fact for fact, is_so in so.items() if is_so]


def mails_of(order: Order) -> "QuerySet[OutboxMessage]":
    """Return the mails written about an order and its parcels; for staff only."""
    topics = [f"{TOPIC}orders/{fact}" for fact in Fact]
    about = [str(order.pk), *(str(parcel.pk) for parcel in order.shipments.all())]
    return OutboxMessage.objects.filter(topic__in=topics, reference__in=about).order_by("id")


@reads_for_mails("orders")
def read_for_mail(facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a mail about an order shows, as it is now. Raises Order.DoesNotExist."""
    order = Order.objects.get(order_number=facts["number"])
    return {
        "order": order,
        "lines": [
            MailLine(item.product_name, item.variant_name, item.quantity, item.line_total)
            for item in order.items.all()
        ],
        "parcel": packed_of(order, facts),
        # Only of a mail about a note: no other says when it was written.
        "note": shown_notes(order).last() if "written_on" in facts else None,
        "taxes": list(order.tax_lines.all()),
        "address": order.shipping_address,
        "taken_out": _last_change(order, facts),
        "has_invoice": order.confirmed_at is not None and bool(settings.SHOP_ADDRESS),
        **(read_return(order, facts["return_number"]) if facts.get("return_number") else {}),
    }


def _last_change(order: Order, facts: Mapping[str, Any]) -> list[TakenOut]:
    """Return what was taken out of the order last; nothing in a mail about something else."""
    changes = changes_of(order, OrderChange.Status.APPLIED) if "back" in facts else []
    return changes[-1].lines if changes else []


def _by_number(number: str) -> Order | None:
    if _is_odd(number):
        return None
    return Order.objects.filter(order_number=number.upper()).first()


def _is_odd(number: str) -> bool:
    return len(number) > LONGEST_NUMBER or "\0" in number


def _token(order_id: UUID, version: int) -> str:
    claim = order_id.bytes + version.to_bytes(VERSION_BYTES, "big")
    return base64.urlsafe_b64encode(claim + _mac(claim)).decode().rstrip("=")


def _proved(token: str) -> tuple[UUID, int]:
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), b"-_", validate=True)
    except ValueError:  # also characters outside ASCII
        raise OrderNotFound from None
    claim, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if len(claim) != CLAIM_BYTES or not hmac.compare_digest(mac, _mac(claim)):
        raise OrderNotFound
    return UUID(bytes=claim[:-VERSION_BYTES]), int.from_bytes(claim[-VERSION_BYTES:], "big")


def _mac(claim: bytes) -> bytes:
    return hmac.digest(settings.SECRET_KEY.encode(), TOKEN_PURPOSE + claim, "sha256")
