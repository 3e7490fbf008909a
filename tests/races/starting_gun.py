"""People who do something at the very same moment, each with a database connection of their own."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import TypeVar

from django.db import OperationalError, connection, connections

from shopflow.lib.errors import DomainError

T = TypeVar("T")
# More by night and before a release: make races ROUNDS=10000.
ROUNDS = int(os.environ.get("ROUNDS", "20"))
PATIENCE = 30  # seconds


class Runners:
    """So many threads that start together; what they open stays open between rounds."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._pool = ThreadPoolExecutor(size)
        self._gun = Barrier(size)

    def race(self, *jobs: Callable[[], T]) -> list[T | DomainError | OperationalError]:
        """Run one job per thread at once; return, in the jobs' order, what came of each."""
        if len(jobs) != self._size:
            raise ValueError(f"{self._size} runners, {len(jobs)} jobs")
        futures = [self._pool.submit(self._run, job) for job in jobs]
        return [future.result(PATIENCE) for future in futures]

    def close(self) -> None:
        self.race(*[_say_goodbye] * self._size)
        self._pool.shutdown()

    def _run(self, job: Callable[[], T]) -> T | DomainError | OperationalError:
        # Each of the threads waits here, so none of them can take a second job of the round.
        self._gun.wait(PATIENCE)
        try:
            return job()
        except (DomainError, OperationalError) as error:
            return error


@contextmanager
def runners(size: int) -> Iterator[Runners]:
    """Threads for the block; their connections are closed at its end."""
    running = Runners(size)
    try:
        yield running
    finally:
        running.close()


def deadlocks() -> int:
    """How many deadlocks PostgreSQL has ever broken in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def _say_goodbye() -> None:
    with connection.cursor() as cursor:
        # What a connection has counted is else told only about once a second.
        cursor.execute("SELECT pg_stat_force_next_flush()")
    connections.close_all()
