import pytest
from django.db import connection
from django.db.utils import InternalError

from accounts.models import User
from shopflow.lib.roles import Role
from shopflow.lib.transactions import one_snapshot, reading_as
from tests import factories
from tests.races.starting_gun import runners

pytestmark = pytest.mark.django_db(transaction=True)


def settings_of_a_transaction() -> tuple[str, str]:
    with reading_as(role=Role.AUDIT), connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('transaction_isolation'),"
            " current_setting('transaction_read_only')"
        )
        isolation, read_only = cursor.fetchone()
    return isolation, read_only


def test_does_not_see_what_others_write_meanwhile() -> None:
    with runners(1) as other, one_snapshot(), reading_as(role=Role.AUDIT):
        before = User.objects.count()
        other.race(factories.UserFactory.create)
        after = User.objects.count()

    assert (before, after) == (0, 0)
    assert User.objects.count() == 1


def test_without_it_others_are_seen() -> None:
    with runners(1) as other, reading_as(role=Role.AUDIT):
        before = User.objects.count()
        other.race(factories.UserFactory.create)
        after = User.objects.count()

    assert (before, after) == (0, 1)


def test_refuses_to_write() -> None:
    with (
        pytest.raises(InternalError, match="read-only transaction"),
        one_snapshot(),
        reading_as(role=Role.OWNER),
    ):
        factories.UserFactory.create()

    assert not User.objects.exists()


def test_leaves_the_connection_as_it_was() -> None:
    usual = settings_of_a_transaction()

    with one_snapshot():
        inside = settings_of_a_transaction()

    assert inside == ("repeatable read", "on")
    assert settings_of_a_transaction() == usual == ("read committed", "off")


def test_a_lost_connection_is_no_second_fault() -> None:
    with one_snapshot():
        connection.close()

    assert settings_of_a_transaction() == ("read committed", "off")
