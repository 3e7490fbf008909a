"""Tables kept by month: partitioned by RANGE on their UUIDv7 id, a partition for each month in UTC.

A row whose month has no partition lies in the default one, `<table>_default`: nothing is lost.
"""

from shopflow.lib.partitions.archiving import archive_partitions, restore_partition
from shopflow.lib.partitions.blueprints import CannotConvert
from shopflow.lib.partitions.converting import convert, other_connections
from shopflow.lib.partitions.making import AHEAD, make_partitions, rows_in_default
from shopflow.lib.partitions.months import MONTHLY

__all__ = [
    "AHEAD",
    "MONTHLY",
    "CannotConvert",
    "archive_partitions",
    "convert",
    "make_partitions",
    "other_connections",
    "restore_partition",
    "rows_in_default",
]
