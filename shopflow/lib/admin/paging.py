from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.utils.functional import cached_property


class BoundedPaginator(Paginator[Any]):
    """Pages through the first MOST rows of a list and never counts further.

    Counting a million rows, or skipping most of them, takes seconds on every page, and nobody
    leafs that far: search and filters find the rows beyond.
    """

    MOST = 2_000

    @cached_property
    def count(self) -> int:
        return min(self._seen, self.MOST)

    @property
    def has_more(self) -> bool:
        """Whether there are rows that no page shows."""
        return self._seen > self.MOST

    @cached_property
    def _seen(self) -> int:
        # A LIMIT inside of the count: the database stops there.
        rows: QuerySet[Any] = self.object_list  # type: ignore[assignment]  # lists of the admin
        return rows.order_by()[: self.MOST + 1].count()
