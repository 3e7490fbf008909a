"""Rows into tables by COPY, while the next ones are being made."""

from collections import deque
from collections.abc import Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any

from shopflow.demo.fill.cells import Row

ROWS_AT_ONCE = 10_000
MOST_WAITING = 4


class Copier:
    """Writes rows through one connection, in batches, in a thread beside the one that makes them.

    Nobody else may use the connection meanwhile. Leaving the block writes what is left; what the
    database refuses is raised there or by the next `copy`.
    """

    def __init__(self, connection: Any, columns: Mapping[str, str]) -> None:
        self._connection = connection
        self._columns = columns
        self._batches: dict[str, list[str]] = {table: [] for table in columns}
        self._waiting: deque[Future[None]] = deque()
        self._writer = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> "Copier":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                for table in self._columns:
                    self._send(table)
                while self._waiting:
                    self._waiting.popleft().result()
        finally:
            self._writer.shutdown(cancel_futures=True)

    def copy(self, rows: Iterable[Row]) -> None:
        """Write the rows, each into its table."""
        batches = self._batches
        for table, line in rows:
            batch = batches[table]
            batch.append(line)
            if len(batch) == ROWS_AT_ONCE:
                self._send(table)

    def _send(self, table: str) -> None:
        batch, self._batches[table] = self._batches[table], []
        if len(self._waiting) == MOST_WAITING:
            self._waiting.popleft().result()
        if batch:
            self._waiting.append(self._writer.submit(self._write, table, batch))

    def _write(self, table: str, batch: list[str]) -> None:
        columns = ", ".join(self._columns[table].split())
        statement = f"COPY {table} ({columns}) FROM STDIN"
        with self._connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write("\n".join(batch))
            copy.write("\n")
