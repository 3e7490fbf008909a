import io
import json
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.errors import UserNotFound
from accounts.models import User
from shopflow.lib import context
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.privacy.columns import NOT_EXPORTED
from shopflow.privacy.exporting import export_user
from shopflow.privacy.paths import tables
from tests.privacy.marks import IN_CLEAR, Marked, meet
from tests.rules.rows import row

pytestmark = pytest.mark.django_db


class Pieces(io.StringIO):
    """Remembers the longest text written at once."""

    longest = 0

    def write(self, text: str) -> int:
        self.longest = max(self.longest, len(text))
        return super().write(text)


def exported(user_id: UUID) -> tuple[dict[str, Any], str]:
    file = io.StringIO()
    export_user(user_id=user_id, to=file)
    return json.loads(file.getvalue()), file.getvalue()


def secrets(person: Marked) -> set[tuple[str, str]]:
    return {(table, column) for table, columns in IN_CLEAR.items() for column in columns}


def test_holds_all_of_a_persons_and_nothing_of_anothers() -> None:
    ada, bob = meet("ada"), meet("bob")

    document, text = exported(ada.user_id)

    due = {where for where in ada.marks if where[0] not in NOT_EXPORTED} - secrets(ada)
    assert ada.found_in(text) == due
    assert bob.found_in(text) == set()
    assert str(bob.user_id) not in text
    assert list(document) == ["format", "made_at", "user_id", "tables"]
    assert document["format"] == "shopflow-person-1"
    assert document["user_id"] == str(ada.user_id)
    assert set(document["tables"]) == set(tables()) - set(NOT_EXPORTED)
    assert next(iter(document["tables"])) == "users"


def test_leaves_hashes_and_tokens_out() -> None:
    ada = meet("ada")

    document, text = exported(ada.user_id)

    [account] = document["tables"]["users"]
    assert account["email"] == ada.email
    assert "password" not in account
    for table in ("user_sessions", "password_resets", "verification_tokens", "api_keys"):
        [found] = document["tables"][table]
        assert not [column for column in found if column.endswith("_hash")], table
    assert "token_hash" not in text


def test_says_in_the_audit_log_who_took_it() -> None:
    ada = meet("ada")

    with context.bound(role=Role.APP):
        export_user(user_id=ada.user_id, to=io.StringIO(), by=ada.user_id)

    log = AuditLog.objects.get(action="export")
    assert (log.entity_type, log.entity_id, log.user_id) == (
        "user",
        str(ada.user_id),
        ada.user_id,
    )


def test_has_rows_in_the_order_they_came_to_be() -> None:
    ada = meet("ada")
    later = [row("order_notes", order_id=ada.rows["orders"], text=word) for word in "abc"]

    document, _ = exported(ada.user_id)

    notes = [note["id"] for note in document["tables"]["order_notes"]]
    assert notes == sorted([str(ada.rows["order_notes"]), *map(str, later)])


def test_holds_orders_made_as_a_guest_with_a_verified_address() -> None:
    ada = meet("ada")
    guest = str(row("orders", customer_email=ada.email.title()))

    document, _ = exported(ada.user_id)
    User.objects.filter(pk=ada.user_id).update(email_verified=False)
    unproved, _ = exported(ada.user_id)

    assert guest in {order["id"] for order in document["tables"]["orders"]}
    assert guest not in {order["id"] for order in unproved["tables"]["orders"]}


def test_of_a_gift_has_only_the_own_side() -> None:
    ada, bob = meet("ada"), meet("bob")
    card = row(
        "gift_cards",
        order_item_id=ada.rows["order_items"],
        sender_name="Ada of here",
        recipient_name="Bob of there",
        recipient_email=bob.email,
        user_id=bob.user_id,
        initial_amount=50,
        balance=20,
    )

    (document, text), (of_bobs, of_bob) = exported(ada.user_id), exported(bob.user_id)

    [given], [got] = (
        [found for found in tables["gift_cards"] if found["id"] == str(card)]
        for tables in (document["tables"], of_bobs["tables"])
    )
    shown = "initial_amount", "balance", "held", "user_id"
    assert [given[name] for name in shown] == [50, None, None, None]
    assert [got[name] for name in shown] == [50, 20, 0, str(bob.user_id)]
    assert ("Ada of here" in text, "Bob of there" in text, bob.email in text) == (
        True,
        False,
        False,
    )
    assert ("Ada of here" in of_bob, "Bob of there" in of_bob) == (False, True)


def test_takes_as_many_statements_and_as_little_memory_for_many_rows() -> None:
    ada = meet("ada")
    with CaptureQueriesContext(connection) as few:
        exported(ada.user_id)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO order_notes (id, order_id, text)"
            " SELECT gen_random_uuid(), %s, repeat('x', 100) FROM generate_series(1, 5000)",
            [ada.rows["orders"]],
        )
    file = Pieces()

    with CaptureQueriesContext(connection) as many:
        export_user(user_id=ada.user_id, to=file)

    assert len(json.loads(file.getvalue())["tables"]["order_notes"]) == 5001
    assert file.longest < 5_000
    assert len(many) == len(few)


def test_knows_nobody_of_another_id() -> None:
    file = io.StringIO()

    with pytest.raises(UserNotFound):
        export_user(user_id=new_id(), to=file)

    assert file.getvalue() == ""
