from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection

from shopflow.health.activity import activity
from shopflow.health.measure import Level, Measure
from shopflow.health.statements import Statement, slowest, worst
from shopflow.health.storage import storage, table_sizes, unused_indexes
from shopflow.lib.roles import Role
from shopflow.lib.transactions import reading_as


@dataclass(frozen=True)
class Health:
    """How the database is: what is judged, and the lists to look at."""

    measures: Sequence[Measure]
    statements: Sequence[Statement]
    tables: Sequence[Mapping[str, Any]]
    unused_indexes: Sequence[Mapping[str, Any]]

    @property
    def level(self) -> Level:
        """The worst of all measures; an unknown one worries nobody."""
        levels = {measure.level for measure in self.measures}
        return next((bad for bad in (Level.CRITICAL, Level.WARNING) if bad in levels), Level.OK)


def examine() -> Health:
    """Ask the database how it is, as the role that may see all statistics."""
    statements = slowest()
    with reading_as(role=Role.AUDIT):
        is_local = _is_beside_us()
        return Health(
            measures=[*activity(is_local=is_local), *storage(is_local=is_local), worst(statements)],
            statements=statements or [],
            tables=table_sizes(),
            unused_indexes=unused_indexes(),
        )


def _is_beside_us() -> bool:
    """Whether the server runs on this machine: we talk to it through a socket file."""
    return Path(connection.connection.info.host).is_absolute()
