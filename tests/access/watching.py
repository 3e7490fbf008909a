"""Sees which parameters of its address a page looks at."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import QueryDict
from django.utils.functional import cached_property


class WatchedQuery(QueryDict):
    """Notes whatever it is asked for; whoever goes through all of it has looked at all."""

    def __init__(self, text: str) -> None:
        self.seen: set[str] = set()
        super().__init__(text)

    def __getitem__(self, name: str) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def __contains__(self, name: object) -> bool:
        self._note(name)
        return super().__contains__(name)

    def getlist(self, key: str, default: Any = None) -> Any:
        self._note(key)
        return super().getlist(key, default)

    def __iter__(self) -> Iterator[str]:
        self._all(None)
        return super().__iter__()

    def keys(self) -> Any:
        return self._all(super().keys())

    def lists(self) -> Any:
        return self._all(super().lists())

    def items(self) -> Any:
        return self._all(super().items())

    def values(self) -> Any:
        return self._all(super().values())

    def _note(self, name: object) -> None:
        # Django's own code also asks for None.
        if isinstance(name, str):
            self.seen.add(name)

    def _all(self, them: Any) -> Any:
        self.seen.update(dict.keys(self))
        return them


def watch_parameters(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Return a set that fills, until the test ends, with what pages look at."""
    looked: set[str] = set()

    def watched(request: WSGIRequest) -> QueryDict:
        query = WatchedQuery(request.META["QUERY_STRING"])
        # From here on: reading the address looked at all of it.
        query.seen = looked
        return query

    get = cached_property(watched)
    get.__set_name__(WSGIRequest, "GET")
    monkeypatch.setattr(WSGIRequest, "GET", get)
    return looked
