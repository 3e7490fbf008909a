"""The cart for mobile clients: a user's own, or a guest's, opened by the token in X-Cart-Token."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from carts import commands
from carts.errors import CartNotFound
from carts.forms import GiftCardForm, first_error
from carts.models import Cart
from carts.queries import Destination, find_cart, price_cart, quote_document
from carts.serializers import (
    CartSerializer,
    CouponBody,
    NewItemBody,
    QuantityBody,
    QuoteBody,
    QuoteSerializer,
)
from shipping.queries import vat_answer
from shopflow.lib import context
from shopflow.lib.api import Body, checked, user_id_of
from shopflow.lib.api.schema import CART_TOKEN
from shopflow.lib.errors import InvalidInput
from shopflow.lib.limits import only_failures

HEADER = "X-Cart-Token"
TOKEN_RETURNED = OpenApiParameter(
    HEADER,
    str,
    OpenApiParameter.HEADER,
    response=[201],
    description="When a guest's cart was made: keep it, it is the only key to this cart.",
)


class CartViewSet(viewsets.ViewSet):
    """The cart as a whole."""

    @extend_schema(parameters=[CART_TOKEN], responses=CartSerializer)
    def retrieve(self, request: Request) -> Response:
        """Show the cart and what it costs now, before shipping and tax."""
        return _shown(_own_cart(request).pk)

    @extend_schema(parameters=[TOKEN_RETURNED], request=None, responses={201: CartSerializer})
    def create(self, request: Request) -> Response:
        """Make a new, empty cart; who is signed in gets their open one, if there is one."""
        checked(Body, request)
        opened = commands.open_cart(user_id=user_id_of(request))
        return _shown(opened.cart.pk, status=201, token=opened.token)

    @extend_schema(parameters=[CART_TOKEN], request=QuoteBody, responses=QuoteSerializer)
    def quote(self, request: Request) -> Response:
        """Price the cart for a destination with shipping and tax, the cheapest way unless named."""
        wanted = checked(QuoteBody, request)
        address = wanted["shipping_address"]
        quote = price_cart(
            cart_id=_own_cart(request).pk,
            address=Destination(
                address["country_code"], address.get("state", ""), address.get("postal_code", "")
            ),
            shipping_method_id=wanted.get("shipping_method"),
            email=wanted.get("email", ""),
            vat=vat_answer(wanted.get("vat_id", "")),
        )
        return Response(quote_document(quote))


class CartItemViewSet(viewsets.ViewSet):
    """The lines of the cart. Every answer is the whole cart."""

    @extend_schema(
        parameters=[CART_TOKEN, TOKEN_RETURNED],
        request=NewItemBody,
        responses={201: CartSerializer},
    )
    def create(self, request: Request) -> Response:
        """Put units of a variant into the cart; without one a cart is made for them."""
        wanted = checked(NewItemBody, request)
        line = {
            "variant_id": wanted["variant"],
            "quantity": wanted["quantity"],
            "gift_card": _gift_card(wanted.get("gift_card", {})),
        }
        user_id = user_id_of(request)
        if user_id or HEADER not in request.headers:
            opened = commands.open_cart_with(user_id=user_id, **line)
            return _shown(opened.cart.pk, status=201, token=opened.token)
        cart = _own_cart(request)
        commands.add_line(cart_id=cart.pk, **line)
        return _shown(cart.pk, status=201)

    @extend_schema(parameters=[CART_TOKEN], request=QuantityBody, responses=CartSerializer)
    def partial_update(self, request: Request, id: UUID) -> Response:
        """Change how many units a line has."""
        wanted = checked(QuantityBody, request)
        cart = _own_cart(request)
        commands.set_quantity(cart_id=cart.pk, item_id=id, quantity=wanted["quantity"])
        return _shown(cart.pk)

    @extend_schema(parameters=[CART_TOKEN], responses={200: CartSerializer})
    def destroy(self, request: Request, id: UUID) -> Response:
        """Take a line out of the cart."""
        cart = _own_cart(request)
        commands.remove_line(cart_id=cart.pk, item_id=id)
        return _shown(cart.pk)


class CartCouponViewSet(viewsets.ViewSet):
    """The coupon of the cart. Every answer is the whole cart."""

    @extend_schema(parameters=[CART_TOKEN], request=CouponBody, responses={201: CartSerializer})
    def create(self, request: Request) -> Response:
        """Enter a coupon."""
        wanted = checked(CouponBody, request)
        cart = _own_cart(request)
        with only_failures((commands.REFUSED_COUPONS, context.current().network)):
            commands.enter_coupon(cart_id=cart.pk, code=wanted["code"])
        return _shown(cart.pk, status=201)

    @extend_schema(
        parameters=[CART_TOKEN, OpenApiParameter("code", str, OpenApiParameter.PATH)],
        responses={200: OpenApiResponse(CartSerializer)},
    )
    def destroy(self, request: Request, code: str) -> Response:
        """Take a coupon out of the cart; one that isn't in it changes nothing."""
        cart = _own_cart(request)
        commands.remove_coupon(cart_id=cart.pk, code=code)
        return _shown(cart.pk)


def _gift_card(said: dict[str, Any]) -> dict[str, str]:
    form = GiftCardForm(said)
    if not form.is_valid():
        raise InvalidInput(first_error(form))
    return form.entry


def _own_cart(request: Request) -> Cart:
    cart = find_cart(user_id=user_id_of(request), token=request.headers.get(HEADER))
    if cart is None:
        raise CartNotFound
    return cart


def _shown(cart_id: UUID, *, status: int = 200, token: str | None = None) -> Response:
    quote = price_cart(cart_id=cart_id)
    about = {"currency": quote.currency, "cart_id": cart_id}
    headers = {HEADER: token} if token else None
    return Response(CartSerializer(quote, context=about).data, status=status, headers=headers)
