"""What tax law keeps goes when its term is over."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from pytest_django import Settings

from orders.models import Invoice, Order, OrderAddress, OrderItem
from payments.models import GiftCard
from shopflow.lib import audit
from shopflow.lib.ids import first_id_of
from shopflow.lib.models import IdempotencyKey
from shopflow.lib.partitions import archive_partitions
from shopflow.lib.partitions.making import make_partition
from shopflow.lib.partitions.months import Month
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from shopflow.privacy import commands
from tests.privacy.dumps import dumped
from tests.privacy.marks import EARLIER, meet
from tests.rules.rows import row

pytestmark = pytest.mark.django_db
# Placed in January 2026; the year ends, and ten more do.
LAST_DAY = datetime(2036, 12, 31, 23, 59, tzinfo=UTC)
NEXT_DAY = datetime(2037, 1, 1, tzinfo=UTC)
JANUARY = datetime(2026, 1, 15, tzinfo=UTC)


@pytest.mark.usefixtures("own_database")
@pytest.mark.django_db(transaction=True)
def test_leaves_nothing_at_all_in_a_dump(tmp_path: Path) -> None:
    with acting_as(None, role=Role.OWNER):
        make_partition(table="audit_logs", month=Month(2026, 1))
    ada = meet(
        "ada",
        audit_logs={"id": first_id_of(JANUARY), "created_at": JANUARY},
        invoices={"issued_at": EARLIER},
    )
    bob = meet("bob")
    commands.erase_user(user_id=ada.user_id)
    assert ada.found_in(dumped()) != set()

    assert commands.erase_expired(now=NEXT_DAY) == 1
    while audit.seal():
        pass
    assert list(archive_partitions(older_than_days=90, folder=tmp_path)) != []

    after = dumped()
    assert ada.found_in(after) == set()
    assert bob.found_in(after) == set(bob.marks)


def test_waits_for_the_end_of_the_term() -> None:
    ada = meet("ada", invoices={"issued_at": EARLIER})
    commands.erase_user(user_id=ada.user_id)

    assert commands.erase_expired(now=LAST_DAY) == 0
    kept = OrderAddress.objects.get(order=ada.rows["orders"])
    assert kept.city == ada.marks["order_addresses", "city"]

    assert commands.erase_expired(now=NEXT_DAY) == 1
    kept.refresh_from_db()
    assert (kept.city, kept.first_name, kept.country_code) == ("", "", "US")


def test_empties_the_gifts_that_were_bought_with_the_order() -> None:
    guests = row("orders", user_id=None, confirmed_at=EARLIER, placed_at=EARLIER)
    given = [{"recipient_email": "bob@example.com"}]
    line = row("order_items", order_id=guests, gift_cards=given)
    bob = {"recipient_name": "Bob", "recipient_email": "bob@example.com", "message": "Enjoy!"}
    card = row("gift_cards", order_item_id=line, sender_name="Ada", **bob)

    assert commands.erase_expired(now=NEXT_DAY) == 1

    assert OrderItem.objects.get(pk=line).gift_cards == []
    left = GiftCard.objects.get(pk=card)
    assert (left.sender_name, left.recipient_name) == ("", "")
    assert (left.recipient_email, left.message) == ("", "")


def test_counts_from_the_last_paper() -> None:
    ada = meet("ada", invoices={"issued_at": "2027-06-01T00:00:00Z"})
    commands.erase_user(user_id=ada.user_id)

    assert commands.erase_expired(now=NEXT_DAY) == 0
    assert commands.erase_expired(now=NEXT_DAY.replace(year=2038)) == 1


def test_keeps_as_long_as_the_shop_says(settings: Settings) -> None:
    settings.TAX_RECORDS_KEPT_YEARS = 8
    ada = meet("ada", invoices={"issued_at": EARLIER})
    commands.erase_user(user_id=ada.user_id)

    assert commands.erase_expired(now=NEXT_DAY.replace(year=2034)) == 0
    assert commands.erase_expired(now=NEXT_DAY.replace(year=2035)) == 1


def test_leaves_orders_of_open_accounts_alone() -> None:
    ada = meet("ada")

    assert commands.erase_expired(now=NEXT_DAY) == 0

    assert (
        Order.objects.get(pk=ada.rows["orders"]).customer_email
        == ada.marks["orders", "customer_email"]
    )


def test_takes_guests_orders_too() -> None:
    order = row("orders", placed_at=EARLIER, customer_note="Ring twice")
    row("order_addresses", order_id=order, city="London", phone="+441234567890")

    assert commands.erase_expired(now=NEXT_DAY) == 1
    assert commands.erase_expired(now=NEXT_DAY) == 0

    found = Order.objects.get(pk=order)
    address = found.addresses.get()
    assert (found.customer_email, found.customer_note) == ("erased-guest@invalid", "")
    assert (address.city, address.phone) == ("", "")


def test_goes_on_where_a_batch_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commands, "BATCH", 2)
    for _ in range(3):
        row("orders", placed_at=EARLIER)

    assert [commands.erase_expired(now=NEXT_DAY) for _ in range(3)] == [2, 1, 0]


def test_removes_the_files_of_invoices(django_capture_on_commit_callbacks: object) -> None:
    order = row("orders", placed_at=EARLIER)
    name = default_storage.save("invoices/1.pdf", ContentFile(b"Ada Byron"))
    row("invoices", order_id=order, issued_at=EARLIER, pdf=name, snapshot={"buyer": "Ada"})

    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture
        commands.erase_expired(now=NEXT_DAY)

    paper = Invoice.objects.get()
    assert (paper.snapshot, paper.pdf.name) == ({}, "")
    assert not default_storage.exists(name)


def test_drops_answers_after_a_day() -> None:
    old, new = row("idempotency_keys", created_at=EARLIER), row("idempotency_keys")

    assert [commands.drop_old_answers(), commands.drop_old_answers()] == [1, 0]

    assert list(IdempotencyKey.objects.values_list("pk", flat=True)) == [new]
    assert old != new
