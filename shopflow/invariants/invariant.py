from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """A rule under its number in the data model, and the query that names each row that breaks it.

    The query returns one column: the words under which staff find the row. It holds at every
    instant, or else once the queues are drained: it then leaves out what changed after
    `%(settled)s`. Without a query it isn't the database that knows.
    """

    number: int
    name: str
    rule: str
    is_instant: bool
    query: str = ""


@dataclass(frozen=True)
class Finding:
    """How many rows break an invariant, and the names of the first few.

    The count is None when nobody could say, and `why` says why not.
    """

    invariant: Invariant
    count: int | None
    rows: Sequence[str] = ()
    why: str = ""

    @property
    def is_broken(self) -> bool:
        return bool(self.count)

    @property
    def is_unknown(self) -> bool:
        return self.count is None
