"""The catalogue for mobile clients: the same for everybody, kept until something changes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request

from catalog.errors import CategoryNotFound
from catalog.filters import ATTRIBUTE, ProductFilter, ShelfFilter
from catalog.models import Brand, Product, ProductQuerySet
from catalog.queries import (
    BY_RELEVANCE,
    SHELF_SORTS,
    SORTS,
    category_at,
    find_product,
    menu,
    search,
    shelved,
    suggestions,
)
from catalog.serializers import (
    BrandSerializer,
    CategorySerializer,
    CategoryTreeSerializer,
    ProductCardSerializer,
    ProductQuery,
    ProductSerializer,
    SuggestionSerializer,
    SuggestionsSerializer,
    SuggestQuery,
)
from shopflow.lib.api import CursorPagination, cached
from shopflow.lib.api.paging import PARAMETERS
from shopflow.lib.cache import ATTRIBUTES, CATALOG, product_scope
from shopflow.lib.paging import Order

FIELDS = OpenApiParameter(
    "fields", str, description="Only these members, for example `slug,name,price`."
)
S = TypeVar("S", bound=serializers.Serializer[Any])


class ProductViewSet(viewsets.GenericViewSet[Product]):
    """What we sell."""

    queryset = Product.objects.none()
    serializer_class = ProductCardSerializer
    filterset_class = ProductFilter
    pagination_class = CursorPagination
    lookup_field = "slug"
    page_order = SORTS["newest"]
    known = frozenset({*ProductFilter.base_filters, *ProductQuery().fields, *PARAMETERS, "fields"})

    @extend_schema(parameters=[ProductQuery, FIELDS])
    def list(self, request: Request) -> HttpResponse:
        """List products, filtered and sorted.

        Attributes that lists are narrowed by are parameters too: `attr_<slug>`, several times for
        several values, for example `attr_material=linen&attr_material=wool`.
        """
        attributes = {name for name in request.query_params if name.startswith(ATTRIBUTE)}
        known = self.known | attributes
        return cached(request, scopes=[CATALOG, ATTRIBUTES], known=known, make=self._page)

    @extend_schema(parameters=[FIELDS], responses=ProductSerializer)
    def retrieve(self, request: Request, slug: str) -> HttpResponse:
        """Show a product with its variants."""
        return cached(
            request,
            scopes=[CATALOG, product_scope(slug)],
            known=frozenset({"fields"}),
            make=lambda: self._trimmed(ProductSerializer(find_product(slug))).data,
        )

    def _page(self) -> dict[str, Any]:
        query = ProductQuery(data=self.request.query_params)
        query.is_valid(raise_exception=True)
        asked = query.validated_data
        if asked.get("category"):
            self.filterset_class = ShelfFilter
        rows = self._rows(**asked)
        serializer = self._trimmed(ProductCardSerializer())
        pages = cast(CursorPagination, self.paginator)
        return pages.document([serializer.to_representation(row) for row in rows])

    def _rows(self, q: str = "", **asked: Any) -> Sequence[Product]:
        found = search(text=q).products if q else Product.objects.visible()
        wanted, self.page_order = _wanted(found, q=q, **asked)
        narrowed = cast(ProductQuerySet, self.filter_queryset(wanted))
        return self.paginate_queryset(narrowed.with_card()) or []

    def _trimmed(self, serializer: S) -> S:
        """Leave only the members asked for; raises ValidationError for one it doesn't have."""
        asked = {name for name in self.request.query_params.get("fields", "").split(",") if name}
        if unknown := asked - set(serializer.fields):
            raise serializers.ValidationError({"fields": f"Unknown: {', '.join(sorted(unknown))}."})
        for name in set(serializer.fields) - asked if asked else ():
            serializer.fields.pop(name)
        return serializer


class CategoryViewSet(viewsets.ViewSet):
    """The shelves of the shop."""

    @extend_schema(operation_id="categories_list", responses=CategoryTreeSerializer)
    def list(self, request: Request) -> HttpResponse:
        """Show the tree of categories; all of it is one page."""
        return cached(request, scopes=[CATALOG], known=(), make=_tree)


class BrandViewSet(viewsets.GenericViewSet[Brand]):
    """Who makes what we sell."""

    queryset = Brand.objects.filter(is_active=True)
    serializer_class = BrandSerializer
    filter_backends = ()
    pagination_class = CursorPagination
    page_order = Order(["name", "id"])

    def list(self, request: Request) -> HttpResponse:
        """List brands by name."""
        return cached(request, scopes=[CATALOG], known=PARAMETERS, make=self._page)

    def _page(self) -> dict[str, Any]:
        rows = self.paginate_queryset(self.get_queryset())
        pages = cast(CursorPagination, self.paginator)
        return pages.document(BrandSerializer(rows, many=True).data)


class SuggestViewSet(viewsets.ViewSet):
    """What may be meant while somebody is still typing."""

    @extend_schema(
        operation_id="search_suggest", parameters=[SuggestQuery], responses=SuggestionsSerializer
    )
    def list(self, request: Request) -> HttpResponse:
        """Suggest words, categories, brands and products; at most ten."""
        query = SuggestQuery(data=request.query_params)
        query.is_valid(raise_exception=True)
        text = query.validated_data["q"]
        return cached(request, scopes=[CATALOG], known={"q"}, make=lambda: _suggested(text))


def _suggested(text: str) -> dict[str, Any]:
    rows = SuggestionSerializer(suggestions(text=text), many=True).data
    return {"results": rows, "next": None, "previous": None}


def _wanted(
    found: "QuerySet[Product]",
    *,
    q: str = "",
    category: str = "",
    ordering: str = "",
    updated_since: datetime | None = None,
) -> tuple["QuerySet[Product]", Order]:
    """Return those of the products that are asked for, unsorted, and the order asked for."""
    ordering = ordering or ("relevance" if q else "newest")
    sorts = SORTS
    if category:
        found = shelved(products=found, category=_shelf(category))
        sorts = SHELF_SORTS  # the same orders on the shelf's own index
    if updated_since is not None:
        found = found.filter(updated_at__gte=updated_since)
    return found, BY_RELEVANCE if ordering == "relevance" else sorts[ordering]


def _shelf(path: str) -> UUID:
    found = category_at(path)
    if found is None:
        # A filter value that isn't there, not an address.
        error = CategoryNotFound()
        fault = serializers.ErrorDetail(str(error), code=error.code)
        raise serializers.ValidationError({"category": [fault]})
    return found


def _tree() -> dict[str, Any]:
    roots = CategorySerializer(menu(), many=True).data
    return {"results": roots, "next": None, "previous": None}
