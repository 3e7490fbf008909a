import pytest
from django.db import connection

from shopflow.celery import app
from shopflow.tasks import analyze
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db(transaction=True)


def rows_known_of(table: str) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE relname = %s", [table])
        return float(cursor.fetchone()[0])


@ledger("S2-102", "S3-23", "S4-23")
def test_counts_the_tables_anew_every_time() -> None:
    factories.UserFactory.create_batch(3)

    analyze()
    first = rows_known_of("users")
    factories.UserFactory.create_batch(2)
    analyze()

    assert (first, rows_known_of("users")) == (3, 5)


def test_runs_on_sundays_and_the_checks_every_night() -> None:
    schedule = app.conf.beat_schedule

    weekly, nightly = schedule["analyze"]["schedule"], schedule["check invariants"]["schedule"]
    assert (weekly.day_of_week, weekly.hour, weekly.minute) == ({0}, {4}, {30})
    assert (nightly.day_of_week, nightly.hour, nightly.minute) == (set(range(7)), {3}, {30})
    assert app.conf.enable_utc
    assert str(app.timezone) == "UTC"
