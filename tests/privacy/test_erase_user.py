import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection

from accounts.errors import UserNotFound
from accounts.models import ErasureLog, User
from orders.models import Order, OrderAddress
from payments.models import GiftCard
from shopflow.lib import context
from shopflow.lib.ids import new_id
from shopflow.lib.mail import write_mail
from shopflow.lib.models import AuditLog, OutboxMessage
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as_staff, command
from shopflow.privacy import commands
from shopflow.privacy.columns import GOES_BY_ITSELF, KEPT_BY_LAW
from shopflow.privacy.errors import OrdersOpen, WorksHere
from tests import factories
from tests.privacy.dumps import dumped
from tests.privacy.marks import EARLIER, Marked, meet
from tests.rules.rows import LATER, column_of, row

BY_LAW = {(table, column) for table, columns in KEPT_BY_LAW.items() for column in columns}
OPEN: dict[str, Callable[[Marked], Any]] = {
    "an order": lambda who: row(
        "orders", user_id=who.user_id, status="confirmed", confirmed_at=LATER
    ),
    "a guest's order": lambda who: row("orders", customer_email=who.email.upper()),
    "a return": lambda who: who.write("order_returns", status="requested", closed_at=None),
    "a refund": lambda who: who.write(
        "refunds", order_id=who.rows["orders"], status="pending", succeeded_at=None
    ),
    "a payment": lambda who: who.write(
        "payments", status="pending", amount_captured=0, captured_at=None
    ),
    "a dispute": lambda who: who.write("disputes", status="under_review", closed_at=None),
}


@pytest.fixture
def ada(db: None) -> Marked:
    return meet("ada")


@pytest.mark.usefixtures("own_database")
@pytest.mark.django_db(transaction=True)
def test_leaves_nothing_in_a_dump_but_what_the_law_keeps() -> None:
    ada, bob = meet("ada"), meet("bob")
    assert ada.found_in(dumped()) == set(ada.marks)

    commands.erase_user(user_id=ada.user_id)

    after = dumped()
    left = ada.found_in(after)
    assert {where for where in left if where[0] not in GOES_BY_ITSELF} == BY_LAW
    # And in that one place only.
    assert [after.count(ada.marks[where]) for where in sorted(left)] == [1] * len(left)
    assert bob.found_in(after) == set(bob.marks)


def test_closes_the_account_and_says_what_was_done(ada: Marked) -> None:
    done = commands.erase_user(user_id=ada.user_id)

    user = User.objects.get(pk=ada.user_id)
    assert (user.email, user.first_name, user.last_name, user.phone) == (
        f"erased-{ada.user_id}@invalid",
        "",
        "",
        "",
    )
    assert (user.is_active, user.email_verified, user.has_usable_password()) == (False,) * 3
    assert user.deleted_at is not None
    assert ErasureLog.objects.get() == done
    assert (done.user_id, done.requested_by) == (ada.user_id, None)
    counted = {
        table: done.erased[table] for table in ("users", "user_addresses", "orders", "carts")
    }
    assert counted == {"users": 1, "user_addresses": 1, "orders": 1, "carts": 1}
    logged = AuditLog.objects.get(action="delete", entity_type="user")
    assert (logged.entity_id, logged.new_values) == (str(ada.user_id), None)


def test_tells_the_old_address_once_and_takes_other_mails_out(ada: Marked) -> None:
    _write(ada.email)
    _write("bob@example.com")

    commands.erase_user(user_id=ada.user_id)
    commands.erase_user(user_id=ada.user_id)

    waiting = OutboxMessage.objects.filter(sent_at=None).order_by("id")
    assert [message.topic for message in waiting] == ["mail:accounts/reset", "mail:accounts/erased"]
    assert OutboxMessage.objects.exclude(sent_at=None).get().payload == {}


def test_changes_nothing_the_second_time(ada: Marked) -> None:
    first = commands.erase_user(user_id=ada.user_id)

    assert commands.erase_user(user_id=ada.user_id) == first
    assert ErasureLog.objects.count() == 1


def test_erases_what_came_afterwards(ada: Marked) -> None:
    first = commands.erase_user(user_id=ada.user_id)
    row("wishlists", user_id=ada.user_id, token_hash=None, name="Ada's wishes")

    second = commands.erase_user(user_id=ada.user_id)

    assert second.erased == {"wishlists": 1}
    assert ErasureLog.objects.count() == 2
    assert first != second


@pytest.mark.parametrize("what", OPEN)
def test_waits_for_what_is_on_its_way(ada: Marked, what: str) -> None:
    OPEN[what](ada)

    with pytest.raises(OrdersOpen):
        commands.erase_user(user_id=ada.user_id)

    user = User.objects.get(pk=ada.user_id)
    assert (user.email, user.is_active) == (ada.email, True)
    assert user.sessions.count() == 1
    assert not ErasureLog.objects.exists()
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize("role", ["employee", "admin"])
def test_refuses_staff(ada: Marked, role: str) -> None:
    User.objects.filter(pk=ada.user_id).update(role=role)

    with pytest.raises(WorksHere):
        commands.erase_user(user_id=ada.user_id)

    assert User.objects.get(pk=ada.user_id).email == ada.email


@pytest.mark.django_db
def test_knows_nobody_of_another_id() -> None:
    with pytest.raises(UserNotFound):
        commands.erase_user(user_id=new_id())

    assert not ErasureLog.objects.exists()


def test_keeps_nothing_of_an_order_that_never_was_a_sale(ada: Marked) -> None:
    order = row("orders", user_id=ada.user_id, status="cancelled", cancelled_at=EARLIER)
    row("order_addresses", order_id=order, first_name="Ada", city="London")

    commands.erase_user(user_id=ada.user_id)

    gone = OrderAddress.objects.get(order=order)
    assert (gone.first_name, gone.last_name, gone.address_line_1, gone.city) == ("",) * 4
    kept = OrderAddress.objects.get(order=ada.rows["orders"])
    assert kept.city == ada.marks["order_addresses", "city"]


@pytest.mark.parametrize(("is_verified", "left"), [(True, 0), (False, 1)])
def test_takes_guests_orders_of_a_verified_address_only(
    ada: Marked, is_verified: bool, left: int
) -> None:
    User.objects.filter(pk=ada.user_id).update(email_verified=is_verified)
    row("orders", customer_email=ada.email.title(), status="cancelled", cancelled_at=EARLIER)

    commands.erase_user(user_id=ada.user_id)

    assert Order.objects.filter(customer_email__iexact=ada.email).count() == left


def test_removes_files_once_it_is_certain(
    ada: Marked, django_capture_on_commit_callbacks: Any
) -> None:
    name = ada.marks["review_photos", "file"]
    default_storage.save(name, ContentFile(b"a face"))

    with django_capture_on_commit_callbacks() as todo:
        commands.erase_user(user_id=ada.user_id)
    assert default_storage.exists(name)
    for act in todo:
        act()

    assert not default_storage.exists(name)


def test_leaves_a_gift_to_whom_it_was_given(ada: Marked) -> None:
    bob = meet("bob")
    names = {"sender_name": "Ada", "recipient_name": "Bob", "message": "Enjoy!"}
    given, got = (
        row("gift_cards", order_item_id=buyer.rows["order_items"], recipient_email=to, **names)
        for buyer, to in ((ada, bob.email), (bob, ada.email))
    )

    commands.erase_user(user_id=ada.user_id)

    assert _names(given) == ("", "Bob", bob.email, "")
    assert _names(got) == ("Ada", "", "", "")


def test_empties_a_gift_that_another_account_keeps(ada: Marked) -> None:
    bob = meet("bob")
    names = {"sender_name": "Bob", "recipient_name": "Ada", "message": "Enjoy!"}
    card = row(
        "gift_cards",
        order_item_id=bob.rows["order_items"],
        user_id=bob.user_id,
        recipient_email=ada.email,
        **names,
    )

    commands.erase_user(user_id=ada.user_id)

    assert _names(card) == ("Bob", "", "", "")
    assert GiftCard.objects.get(pk=card).user_id == bob.user_id


@pytest.mark.parametrize("table", ["cart_items", "order_items"])
def test_takes_the_person_out_of_others_lists_of_gifts(ada: Marked, table: str) -> None:
    bob = meet("bob")
    to_ada = {
        "sender_name": "Bob",
        "recipient_name": "Ada",
        "recipient_email": ada.email.upper(),
        "message": "Enjoy!",
        "send_on": "2027-01-01",
    }
    to_carl = {**to_ada, "recipient_name": "Carl", "recipient_email": "carl@example.com"}
    line = bob.write(table, gift_cards=[to_carl, to_ada, {}])
    others = bob.write(table, gift_cards=[to_carl])

    done = commands.erase_user(user_id=ada.user_id)

    left = {"sender_name": "Bob", "send_on": "2027-01-01"}
    assert json.loads(column_of(table, line, "gift_cards")) == [to_carl, left, {}]
    assert json.loads(column_of(table, others, "gift_cards")) == [to_carl]
    assert done.erased[table] == 2  # Ada's own and Bob's


@pytest.mark.parametrize("table", ["cart_items", "order_items"])
def test_leaves_lists_of_gifts_to_an_address_nobody_proved(ada: Marked, table: str) -> None:
    bob = meet("bob")
    User.objects.filter(pk=ada.user_id).update(email_verified=False)
    said = [{"recipient_name": "Ada", "recipient_email": ada.email}]
    line = bob.write(table, gift_cards=said)

    commands.erase_user(user_id=ada.user_id)

    assert json.loads(column_of(table, line, "gift_cards")) == said


def test_lets_no_link_of_an_old_mail_open_an_order(ada: Marked) -> None:
    commands.erase_user(user_id=ada.user_id)

    assert Order.objects.get(pk=ada.rows["orders"]).guest_token_version == 0


def test_works_in_a_request_of_the_person(ada: Marked) -> None:
    with context.bound(role=Role.APP, user_id=ada.user_id, request_id="r1"):
        commands.erase_user(user_id=ada.user_id)

    assert User.objects.get(pk=ada.user_id).first_name == ""
    assert AuditLog.objects.get(action="delete", entity_type="user").user_id == ada.user_id


def test_leaves_no_values_with_the_audit_when_staff_do_it(ada: Marked) -> None:
    boss = factories.UserFactory.create(role="admin")

    with acting_as_staff(boss.pk):
        done = commands.erase_user(user_id=ada.user_id, by=boss.pk)

    assert done.requested_by == boss.pk
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_logs::text FROM audit_logs WHERE user_id = %s", [boss.pk])
        logged = "\n".join(line for (line,) in cursor.fetchall())
    assert "(personal)" in logged
    assert ada.found_in(logged) == set()


@command
def _write(address: str) -> None:
    write_mail("accounts/reset", to=address, facts={"token": "t", "minutes": 30})


def _names(card_id: Any) -> tuple[str, ...]:
    card = GiftCard.objects.get(pk=card_id)
    return card.sender_name, card.recipient_name, card.recipient_email, card.message
