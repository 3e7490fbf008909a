from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.core import mail

from accounts.models import User
from carts import commands as carts
from carts.errors import CartEmpty, CartNotFound, InvalidCustomer
from carts.models import Cart
from catalog.models import ProductVariant
from inventory.models import InventoryReservation
from orders import commands
from orders.errors import DraftNotFound, InvalidCheckout, QuoteChanged
from orders.models import Order
from orders.queries import guest_token
from shopflow.lib.mail import send_due
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db
ANSWERS = {**vars(factories.NEW_YORK), "shipping_method": "", "note": "Leave it at the door"}
TOTAL = Decimal("114.78")


@pytest.fixture
def clerk(db: None) -> User:
    return factories.UserFactory.create(role="employee")


@pytest.fixture
def draft(variant: ProductVariant, clerk: User) -> Cart:
    cart = carts.open_for_customer(email=factories.EMAIL, by=clerk.pk)
    carts.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=2)
    carts.note_answers(cart_id=cart.pk, answers=ANSWERS)
    return cart


def place(draft: Cart, clerk: User, total: Decimal = TOTAL) -> Order:
    return commands.place_draft(cart_id=draft.pk, expected_total=total, by=clerk.pk)


def test_places_what_was_written(draft: Cart, clerk: User, variant: ProductVariant) -> None:
    order = place(draft, clerk)

    assert (order.status, order.total, order.customer_email) == ("pending", TOTAL, factories.EMAIL)
    assert order.shipping_address.address_line_1 == "1 Main Street"
    assert order.customer_note == "Leave it at the door"
    assert order.price_trace[-1]["adds"] == str(TOTAL)
    assert order.history.get().created_by == clerk
    assert factories.figures(variant) == (10, 2)
    draft.refresh_from_db()
    assert (draft.closed_at is not None, draft.name) == (True, order.order_number)


def test_holds_the_stock_until_the_link_ends(draft: Cart, clerk: User) -> None:
    order = place(draft, clerk)

    held = InventoryReservation.objects.get(order=order)
    assert held.expires_at == order.placed_at + settings.PAYMENT_LINK_LIFE
    assert timedelta(days=1) < settings.PAYMENT_LINK_LIFE


def test_sends_a_link_to_pay_and_no_other_mail(draft: Cart, clerk: User) -> None:
    order = place(draft, clerk)
    send_due()

    [letter] = mail.outbox
    assert letter.subject == f"Please pay your order {order.order_number}"
    assert f"/pay/{order.order_number}/?token={guest_token(order)}\n" in str(letter.body)


def test_belongs_to_the_account_of_its_address(variant: ProductVariant, clerk: User) -> None:
    user = factories.UserFactory.create(email="ada@account.example")
    cart = carts.open_for_customer(email=" ADA@account.example ", by=clerk.pk)
    carts.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=2)
    carts.note_answers(cart_id=cart.pk, answers=ANSWERS)

    order = place(cart, clerk)

    assert order.user == user


def test_an_address_nobody_proved_is_a_guests(clerk: User) -> None:
    factories.UserFactory.create(email="eve@account.example", email_verified=False)

    cart = carts.open_for_customer(email="eve@account.example", by=clerk.pk)

    assert cart.user is None


def test_leaves_the_customers_own_cart_alone(variant: ProductVariant, clerk: User) -> None:
    user = factories.UserFactory.create(email="ada@account.example")
    own = carts.open_cart(user_id=user.pk).cart

    draft = carts.open_for_customer(email=user.email, by=clerk.pk)

    assert carts.open_cart(user_id=user.pk).cart == own != draft


def test_refuses_another_total_than_was_agreed_to(draft: Cart, clerk: User) -> None:
    before = books()

    with pytest.raises(QuoteChanged):
        place(draft, clerk, Decimal("114.77"))

    assert books() == before


def test_refuses_a_draft_without_an_address(variant: ProductVariant, clerk: User) -> None:
    cart = carts.open_for_customer(email=factories.EMAIL, by=clerk.pk)
    carts.add_line(cart_id=cart.pk, variant_id=variant.pk, quantity=2)
    before = books()

    with pytest.raises(InvalidCheckout):
        place(cart, clerk)

    assert books() == before


def test_refuses_an_empty_draft(us_shipping: object, clerk: User) -> None:
    cart = carts.open_for_customer(email=factories.EMAIL, by=clerk.pk)
    carts.note_answers(cart_id=cart.pk, answers=ANSWERS)

    with pytest.raises(CartEmpty):
        place(cart, clerk, Decimal(0))

    assert not Order.objects.exists()


def test_places_it_once(draft: Cart, clerk: User) -> None:
    place(draft, clerk)

    with pytest.raises(DraftNotFound):
        place(draft, clerk)

    assert Order.objects.count() == 1


def test_places_no_shoppers_cart(variant: ProductVariant, clerk: User) -> None:
    cart = factories.cart_with((variant, 2))

    with pytest.raises(DraftNotFound):
        place(cart, clerk)

    assert not Order.objects.exists()


@pytest.mark.parametrize("email", ["", "ada", "a@b", f"{'a' * 250}@example.com", "a\0@b.example"])
def test_wants_an_address_to_write_to(clerk: User, email: str) -> None:
    with pytest.raises(InvalidCustomer):
        carts.open_for_customer(email=email, by=clerk.pk)

    assert not Cart.objects.exists()


def test_a_discarded_draft_is_gone(draft: Cart, clerk: User) -> None:
    carts.discard_draft(cart_id=draft.pk)

    assert not Cart.objects.filter(pk=draft.pk).exists()
    with pytest.raises(CartNotFound):
        carts.discard_draft(cart_id=draft.pk)
