"""How migrations run beside a shop that sells."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import ProjectState

from shopflow.lib.postgres.patience import LOCK_TIMEOUT, patiently


class PatientExecutor(MigrationExecutor):
    """Runs each atomic migration, the note that it ran included, as one transaction.

    One that can't have a lock at once lets go of all it holds and comes back later. A migration
    that isn't atomic builds or drops indexes CONCURRENTLY and holds up nobody.
    """

    def apply_migration(
        self,
        state: ProjectState,
        migration: Migration,
        fake: bool = False,
        fake_initial: bool = False,
    ) -> ProjectState:
        return _whole(
            migration,
            # A migration changes the state it gets, so each try needs one of its own.
            lambda: super(PatientExecutor, self).apply_migration(
                state.clone(), migration, fake=fake, fake_initial=fake_initial
            ),
        )

    def unapply_migration(
        self, state: ProjectState, migration: Migration, fake: bool = False
    ) -> ProjectState:
        return _whole(
            migration,
            lambda: super(PatientExecutor, self).unapply_migration(state, migration, fake=fake),
        )


@contextmanager
def short_locks() -> Iterator[None]:
    """Let statements of this session wait briefly for locks, and then take as long as they need."""
    settings = {
        "lock_timeout": LOCK_TIMEOUT,
        "statement_timeout": "0",
        "idle_in_transaction_session_timeout": "0",
    }
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET {name} = '{value}'")
        yield
    with connection.cursor() as cursor:
        for name in settings:
            cursor.execute(f"RESET {name}")


def _whole(migration: Migration, work: Callable[[], ProjectState]) -> ProjectState:
    if not migration.atomic:
        return work()

    def attempt() -> ProjectState:
        with transaction.atomic():
            return work()

    return patiently(attempt)
