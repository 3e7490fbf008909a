from decimal import Decimal

import pytest
from django.apps import apps

from accounts.models import User
from orders import commands as orders
from orders.models import Order
from payments import commands, tasks
from payments.models import Payment, Refund
from shopflow.access.rights import PROTECTED
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from tests import factories
from tests.books import books

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(order: Order) -> User:
    """Whose order it has become, paid while it was a guest's."""
    payment = Payment.objects.create(
        order=order, provider="sandbox", amount=order.total, currency="USD", idempotency_key="1"
    )
    Refund.objects.create(
        payment=payment, order=order, amount=Decimal(1), currency="USD", idempotency_key="1"
    )
    user = factories.UserFactory.create(email=factories.EMAIL)
    orders.claim_orders(user_id=user.pk)
    return user


def test_payments_and_refunds_follow_the_order(user: User, order: Order) -> None:
    with acting_as(None, role=Role.WORKER):
        tasks.claim_payments(str(order.pk))

    assert Payment.objects.get().user == user
    assert Refund.objects.get().user == user


def test_together_with_orders_every_table_is_known() -> None:
    models = apps.get_app_config("payments").get_models()
    by_order = {m._meta.db_table for m in models if PROTECTED.get(m._meta.db_table)}

    assert by_order == {"payments", "refunds"}


def test_the_sweep_finds_what_nobody_rang_for(user: User) -> None:
    with acting_as(None, role=Role.WORKER):
        tasks.claim_waiting_payments()

    assert Payment.objects.get().user == user
    assert Refund.objects.get().user == user


def test_leaves_those_of_guests(order: Order) -> None:
    Payment.objects.create(
        order=order, provider="sandbox", amount=order.total, currency="USD", idempotency_key="1"
    )

    commands.claim_payments(order_id=order.pk)
    tasks.claim_waiting_payments()

    assert Payment.objects.get().user is None


def test_is_safe_to_repeat(user: User, order: Order) -> None:
    commands.claim_payments(order_id=order.pk)
    before = books()

    commands.claim_payments(order_id=order.pk)
    tasks.claim_waiting_payments()

    assert books() == before
