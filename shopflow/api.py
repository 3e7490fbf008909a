"""/api/v1/: every endpoint, the description of all, and the page that shows it."""

from functools import cache
from typing import Any

from csp.decorators import csp_replace
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, re_path
from django.views.decorators.http import require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.api import AddressViewSet, DoorViewSet, MeViewSet, SignInViewSet
from carts.api import CartCouponViewSet, CartItemViewSet, CartViewSet
from catalog.api import BrandViewSet, CategoryViewSet, ProductViewSet, SuggestViewSet
from orders.api import (
    CheckoutViewSet,
    OrderViewSet,
    OwnOrderViewSet,
    PdfRenderer,
    ReturnViewSet,
    StaffShipmentViewSet,
    WithdrawalViewSet,
)
from payments.api import GiftCardViewSet, PaymentMethodViewSet, PaymentViewSet
from shopflow.lib.errors import NotFound
from shopflow.privacy.api import MyDataViewSet

# Swagger UI sets styles from its script and draws its icons from data: addresses.
DOCS_CSP = {
    "default-src": ["'none'"],
    "script-src": ["'self'"],
    "style-src": ["'self'", "'unsafe-inline'"],
    "img-src": ["'self'", "data:"],
    "connect-src": ["'self'"],
    "base-uri": ["'none'"],
    "form-action": ["'none'"],
    "frame-ancestors": ["'none'"],
}


@extend_schema(exclude=True)
class Schema(APIView):
    """The OpenAPI description of this version; committed as docs/openapi.yaml."""

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(_described(), content_type="application/vnd.oai.openapi+json")


@extend_schema(exclude=True)
class Nowhere(APIView):
    """Every other address below /api/v1/."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Raises NotFound, whatever the method."""
        super().initial(request, *args, **kwargs)
        raise NotFound("There is nothing at this address. Every address here ends in a slash.")


@require_safe
@csp_replace(DOCS_CSP)
def docs(request: HttpRequest) -> HttpResponse:
    """Show the description as a page, from our own files only."""
    return render(request, "shopflow/api_docs.html")


@cache
def _described() -> bytes:
    """Once per process: it changes with the code only."""
    described: bytes = OpenApiJsonRenderer().render(SchemaGenerator().get_schema(public=True))
    return described


router = SimpleRouter(use_regex_path=False)
router.register("products", ProductViewSet, basename="product")
router.register("categories", CategoryViewSet, basename="category")
router.register("brands", BrandViewSet, basename="brand")

NUMBER = r"(?P<number>[A-Za-z0-9-]{1,30})"
CODE = r"(?P<code>[^/\x00]{1,50})"
UUID = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
app_name = "api-v1"
# Coming in, going out, and one's own account.
people = [
    path("auth/register/", DoorViewSet.as_view({"post": "register"}), name="register"),
    path("auth/verify-email/", DoorViewSet.as_view({"post": "verify"}), name="verify-email"),
    path(
        "auth/verify-email/resend/",
        DoorViewSet.as_view({"post": "resend"}),
        name="verify-email-resend",
    ),
    path("auth/login/", DoorViewSet.as_view({"post": "login"}), name="login"),
    path("auth/refresh/", DoorViewSet.as_view({"post": "refresh"}), name="refresh"),
    path("auth/logout/", SignInViewSet.as_view({"post": "logout"}), name="logout"),
    path("auth/password/forgot/", DoorViewSet.as_view({"post": "forgot"}), name="password-forgot"),
    path("auth/password/reset/", DoorViewSet.as_view({"post": "reset"}), name="password-reset"),
    path("auth/sessions/", SignInViewSet.as_view({"get": "list"}), name="sessions"),
    path("auth/sessions/<uuid:id>/", SignInViewSet.as_view({"delete": "destroy"}), name="session"),
    path("me/", MeViewSet.as_view({"get": "retrieve", "patch": "partial_update"}), name="me"),
    path("me/password/", MeViewSet.as_view({"post": "password"}), name="me-password"),
    path("me/export/", MyDataViewSet.as_view({"get": "export"}), name="me-export"),
    path("me/erasure/", MyDataViewSet.as_view({"post": "erasure"}), name="me-erasure"),
    path("me/email/", MeViewSet.as_view({"post": "email"}), name="me-email"),
    path(
        "me/addresses/",
        AddressViewSet.as_view({"get": "list", "post": "create"}),
        name="me-addresses",
    ),
    path(
        "me/addresses/<uuid:address_id>/",
        AddressViewSet.as_view(
            {
                "get": "retrieve",
                "patch": "partial_update",
                "delete": "destroy",
            }
        ),
        name="me-address",
    ),
    path(
        "me/payment-methods/",
        PaymentMethodViewSet.as_view({"get": "list"}),
        name="me-payment-methods",
    ),
    path(
        "me/payment-methods/<uuid:method_id>/",
        PaymentMethodViewSet.as_view({"delete": "destroy"}),
        name="me-payment-method",
    ),
]
# For the apps of people who work here.
staff = [
    re_path(
        f"^staff/orders/{NUMBER}/shipments/$",
        StaffShipmentViewSet.as_view({"post": "create"}),
        name="staff-order-shipments",
    ),
    re_path(
        f"^staff/orders/{NUMBER}/shipments/(?P<shipment_id>{UUID})/events/$",
        StaffShipmentViewSet.as_view({"post": "event"}),
        name="staff-order-shipment-events",
    ),
]
urlpatterns = [
    *router.urls,
    path("search/suggest/", SuggestViewSet.as_view({"get": "list"}), name="suggest"),
    *people,
    path("cart/", CartViewSet.as_view({"get": "retrieve", "post": "create"}), name="cart"),
    path("cart/items/", CartItemViewSet.as_view({"post": "create"}), name="cart-items"),
    path(
        "cart/items/<uuid:id>/",
        CartItemViewSet.as_view({"patch": "partial_update", "delete": "destroy"}),
        name="cart-item",
    ),
    path("cart/coupons/", CartCouponViewSet.as_view({"post": "create"}), name="cart-coupons"),
    re_path(
        f"^cart/coupons/{CODE}/$",
        CartCouponViewSet.as_view({"delete": "destroy"}),
        name="cart-coupon",
    ),
    path("cart/quote/", CartViewSet.as_view({"post": "quote"}), name="cart-quote"),
    path("checkout/", CheckoutViewSet.as_view({"post": "create"}), name="checkout"),
    path("orders/", OwnOrderViewSet.as_view({"get": "list"}), name="orders"),
    re_path(f"^orders/{NUMBER}/$", OrderViewSet.as_view({"get": "retrieve"}), name="order"),
    re_path(
        f"^orders/{NUMBER}/cancellation/$",
        OrderViewSet.as_view({"post": "cancellation"}),
        name="order-cancellation",
    ),
    re_path(
        f"^orders/{NUMBER}/invoice/$",
        OrderViewSet.as_view({"get": "invoice"}, renderer_classes=(JSONRenderer, PdfRenderer)),
        name="order-invoice",
    ),
    re_path(
        f"^orders/{NUMBER}/reorder/$",
        OrderViewSet.as_view({"post": "reorder"}),
        name="order-reorder",
    ),
    re_path(
        f"^orders/{NUMBER}/returns/$",
        ReturnViewSet.as_view({"get": "list", "post": "create"}),
        name="order-returns",
    ),
    re_path(
        f"^orders/{NUMBER}/withdrawal/$",
        WithdrawalViewSet.as_view({"post": "create"}),
        name="order-withdrawal",
    ),
    re_path(
        f"^orders/{NUMBER}/payments/$",
        PaymentViewSet.as_view({"post": "create"}),
        name="order-payments",
    ),
    re_path(
        f"^orders/{NUMBER}/gift-cards/$",
        GiftCardViewSet.as_view({"get": "list", "post": "create"}),
        name="order-gift-cards",
    ),
    re_path(
        f"^orders/{NUMBER}/gift-cards/(?P<id>{UUID})/$",
        GiftCardViewSet.as_view({"delete": "destroy"}),
        name="order-gift-card",
    ),
    path(
        "gift-cards/balance/",
        GiftCardViewSet.as_view({"post": "balance"}),
        name="gift-card-balance",
    ),
    *staff,
    path("schema/", Schema.as_view(), name="schema"),
    path("docs/", docs, name="docs"),
    re_path("", Nowhere.as_view()),
]
