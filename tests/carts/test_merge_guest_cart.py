from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings as the_shops
from django.test import Client
from django.utils import timezone

from accounts import commands as accounts
from accounts.models import User
from carts import commands
from carts.commands import carts as cart_commands
from carts.models import Cart, CartItem
from catalog.models import ProductVariant
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests import factories
from tests.books import books
from tests.storefront import put_in_cart, words

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"


@pytest.fixture
def user(variant: ProductVariant) -> User:
    return factories.UserFactory.create(email="sam@example.com")


def guests(*lines: tuple[ProductVariant, int], code: str | None = None) -> str:
    """Fill a guest's cart; return its token."""
    opened = commands.open_cart()
    assert opened.token
    for variant, quantity in lines:
        commands.add_line(cart_id=opened.cart.pk, variant_id=variant.pk, quantity=quantity)
    if code:
        commands.enter_coupon(cart_id=opened.cart.pk, code=code)
    return opened.token


def lines_of(user: User) -> dict[str, int]:
    items = CartItem.objects.filter(cart__user=user).select_related("variant")
    return {item.variant.sku: item.quantity for item in items}


def test_moves_the_lines_as_they_were_added(user: User, variant: ProductVariant) -> None:
    token = guests((variant, 2))
    CartItem.objects.update(unit_price=Decimal("45.00"))

    commands.merge_guest_cart(user_id=user.pk, token=token)

    assert lines_of(user) == {variant.sku: 2}
    # Hence the cart says that the price has changed since.
    assert CartItem.objects.get().unit_price == Decimal("45.00")
    assert Cart.objects.get().user == user


def test_adds_up_units_of_the_same(user: User, variant: ProductVariant) -> None:
    other = factories.variant_on_sale(price="5.00", stock=10)
    factories.cart_with((variant, 3), user=user)

    commands.merge_guest_cart(user_id=user.pk, token=guests((variant, 2), (other, 1)))

    assert lines_of(user) == {variant.sku: 5, other.sku: 1}
    assert Cart.objects.count() == 1


@pytest.mark.parametrize(
    ("stock", "own", "theirs", "together"),
    [(10, 6, 6, 10), (10, 4, 6, 10), (10, 0, 12, 10), (0, 2, 3, 1), (5000, 600, 600, 999)],
)
def test_promises_no_more_than_there_is(
    user: User, stock: int, own: int, theirs: int, together: int
) -> None:
    scarce = factories.variant_on_sale(price="5.00", stock=stock)
    if own:
        factories.cart_with((scarce, own), user=user)

    commands.merge_guest_cart(user_id=user.pk, token=guests((scarce, theirs)))

    assert lines_of(user) == {scarce.sku: together}


def test_what_is_made_to_order_is_not_capped_by_stock(user: User) -> None:
    made = factories.variant_on_sale(price="5.00", stock=0)
    ProductVariant.objects.filter(pk=made.pk).update(backorder_policy="continue")
    factories.cart_with((made, 3), user=user)

    commands.merge_guest_cart(user_id=user.pk, token=guests((made, 4)))

    assert lines_of(user) == {made.sku: 7}


def test_a_coupon_comes_along(user: User, variant: ProductVariant) -> None:
    factories.coupon("TENOFF")

    commands.merge_guest_cart(user_id=user.pk, token=guests((variant, 1), code="TENOFF"))

    assert [coupon.code for coupon in Cart.objects.get().coupons.all()] == ["TENOFF"]


def test_the_accounts_own_coupon_stays(user: User, variant: ProductVariant) -> None:
    factories.coupon("TENOFF")
    factories.coupon("FIVEOFF", percent=5)
    factories.cart_with((variant, 1), user=user, code="FIVEOFF")

    commands.merge_guest_cart(user_id=user.pk, token=guests((variant, 1), code="TENOFF"))

    assert [coupon.code for coupon in Cart.objects.get().coupons.all()] == ["FIVEOFF"]


def test_what_does_not_fit_stays_with_the_guest(
    user: User, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = factories.variant_on_sale(price="5.00", stock=10)
    third = factories.variant_on_sale(price="6.00", stock=10)
    factories.cart_with((variant, 1), user=user)
    token = guests((variant, 1), (other, 1), (third, 1))
    monkeypatch.setattr(cart_commands, "MOST_LINES", 2)

    commands.merge_guest_cart(user_id=user.pk, token=token)

    assert lines_of(user) == {variant.sku: 2, other.sku: 1}
    left = Cart.objects.get(user=None)
    assert [item.variant for item in left.items.all()] == [third]


def test_is_safe_to_repeat(user: User, variant: ProductVariant) -> None:
    token = guests((variant, 2))
    commands.merge_guest_cart(user_id=user.pk, token=token)
    before = books()

    commands.merge_guest_cart(user_id=user.pk, token=token)

    assert books() == before


@pytest.mark.parametrize("token", ["", "x", "x" * 5000, "\0"])
def test_a_token_of_nothing_changes_nothing(
    user: User, variant: ProductVariant, token: str
) -> None:
    before = books()

    commands.merge_guest_cart(user_id=user.pk, token=token)

    assert books() == before


def test_an_expired_cart_stays_where_it_is(user: User, variant: ProductVariant) -> None:
    token = guests((variant, 2))
    Cart.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    before = books()

    commands.merge_guest_cart(user_id=user.pk, token=token)

    assert books() == before


def test_takes_nothing_from_carts_that_staff_write(user: User, variant: ProductVariant) -> None:
    draft = Cart.objects.create(
        user=user, created_by=factories.UserFactory.create(), currency="USD", name="By phone"
    )

    commands.merge_guest_cart(user_id=user.pk, token=guests((variant, 2)))

    assert not draft.items.exists()
    assert Cart.objects.get(user=user, created_by=None).items.get().quantity == 2


def test_pages_may_do_it(user: User, variant: ProductVariant) -> None:
    token = guests((variant, 2))

    with acting_as(user.pk, role=Role.APP):
        commands.merge_guest_cart(user_id=user.pk, token=token)

    assert lines_of(user) == {variant.sku: 2}


def test_a_login_does_it_at_once(client: Client, user: User, variant: ProductVariant) -> None:
    factories.cart_with((variant, 1), user=user)
    put_in_cart(client, variant, 2)

    client.post("/accounts/login/", {"username": user.email, "password": PASSWORD})

    assert lines_of(user) == {variant.sku: 3}
    assert client.get("/cart/badge/").json() == {"count": 3}
    assert Cart.objects.count() == 1


def test_a_refused_login_leaves_the_guest_their_cart(
    client: Client, user: User, variant: ProductVariant
) -> None:
    put_in_cart(client, variant, 2)

    client.post("/accounts/login/", {"username": user.email, "password": "wrong"})

    assert client.get("/cart/badge/").json() == {"count": 2}
    assert lines_of(user) == {}


def test_whoever_logs_out_again_leaves_no_cart_behind(
    client: Client, user: User, variant: ProductVariant
) -> None:
    put_in_cart(client, variant, 2)
    client.post("/accounts/login/", {"username": user.email, "password": PASSWORD})

    client.post("/accounts/logout/")

    assert client.get("/cart/badge/").json() == {"count": 0}
    assert put_in_cart(client, variant, 1).status_code == 303
    assert "It's in your cart." in words(client.get("/cart/"))
    assert lines_of(user) == {variant.sku: 2}


def test_a_cart_that_cannot_be_merged_keeps_nobody_out(
    client: Client, user: User, variant: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_in_cart(client, variant, 2)

    def fail(**_: object) -> None:
        raise RuntimeError("planted")

    monkeypatch.setattr(commands, "merge_guest_cart", fail)
    client.post("/accounts/login/", {"username": user.email, "password": PASSWORD})

    assert client.get("/account/").status_code == 200
    assert client.cookies[the_shops.CART_COOKIE_NAME].value
    assert Cart.objects.get(user=None).items.get().quantity == 2


def test_somebody_without_a_cart_logs_in_too(client: Client, user: User) -> None:
    accounts.announce_login(user_id=user.pk, cart_token=None)

    assert not Cart.objects.exists()
