"""Keyset pages of list endpoints."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from shopflow.lib.paging import Page, page

USUAL = 24
MOST = 100
PARAMETERS = frozenset({"cursor", "limit", "count"})


class PageQuery(serializers.Serializer[Any]):
    """Which page is wanted."""

    cursor = serializers.CharField(required=False, allow_blank=True, max_length=1000)
    limit = serializers.IntegerField(default=USUAL, min_value=1, max_value=MOST)
    count = serializers.BooleanField(default=False)


class CursorPagination(BasePagination):
    """Pages behind opaque cursors; the view says its sort order as `page_order`.

    `next` and `previous` are addresses on this shop, without its origin, because a kept answer
    is the same under every host name. A total is counted only for `?count=true`.
    """

    page: Page[Any]
    count: int | None

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """Return the rows of the page; raises ValidationError and InvalidCursor."""
        query = PageQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        wanted = query.validated_data
        self.request = request
        self.page = page(
            queryset,
            order=view.page_order,
            cursor=wanted.get("cursor") or None,
            limit=wanted["limit"],
        )
        self.count = queryset.count() if wanted["count"] else None
        return self.page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.document(data))

    def document(self, results: Any) -> dict[str, Any]:
        """Return the page as JSON-ready data."""
        document = {
            "results": results,
            "next": self._address(self.page.next),
            "previous": self._address(self.page.previous),
        }
        return document if self.count is None else {**document, "count": self.count}

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        address = {"type": ["string", "null"], "description": "Address of that page, if any"}
        return {
            "type": "object",
            "required": ["results", "next", "previous"],
            "properties": {
                "results": schema,
                "next": address,
                "previous": address,
                "count": {"type": "integer", "description": "With `?count=true` only"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": USUAL}
        return [
            _parameter("cursor", {"type": "string"}, "Take it from `next` or `previous`."),
            _parameter("limit", limit, "How many results a page has."),
            _parameter("count", {"type": "boolean", "default": False}, "Also count all results."),
        ]

    def _address(self, cursor: str | None) -> str | None:
        if cursor is None:
            return None
        query = self.request.query_params.copy()
        query["cursor"] = cursor
        return f"{self.request.path}?{query.urlencode()}"


def _parameter(name: str, schema: Mapping[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema, "description": description}
