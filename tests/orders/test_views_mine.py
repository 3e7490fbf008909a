from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from catalog.models import ProductVariant
from orders.models import Order
from tests import factories
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


def test_mine_asks_for_a_login(client: Client, db: None) -> None:
    response = client.get("/account/orders/")

    assert response["Location"] == "/accounts/login/?next=/account/orders/"


@ledger("S2-26")
def test_mine_lists_own_orders_newest_first(
    client: Client, order: Order, variant: ProductVariant
) -> None:
    user = factories.UserFactory.create()
    first = factories.placed_order((variant, 1), user=user)
    second = factories.placed_order((variant, 1), user=user)
    client.force_login(user)

    response = client.get("/account/orders/")

    rows = response.context["page"].rows
    assert [row.order_number for row in rows] == [second.order_number, first.order_number]


@ledger("S2-26")
def test_mine_leads_on_by_pages(client: Client, db: None) -> None:
    user = factories.UserFactory.create()
    now = timezone.now()
    Order.objects.bulk_create(
        Order(
            user=user,
            order_number=f"ORD-2020-{number:04d}",
            currency="USD",
            subtotal=1,
            total=1,
            customer_email=user.email,
            placed_at=now - timedelta(days=number),
        )
        for number in range(23)
    )
    client.force_login(user)

    first = client.get("/account/orders/")
    second = client.get(f"/account/orders/?after={first.context['page'].next}")

    assert (len(first.context["page"].rows), len(second.context["page"].rows)) == (20, 3)
    assert client.get("/account/orders/?after=zz").status_code == 400


def test_number_of_queries_of_mine(
    client: Client, variant: ProductVariant, django_assert_num_queries: Any
) -> None:
    user = factories.UserFactory.create()
    for _ in range(3):
        factories.placed_order((variant, 1), user=user)
    client.force_login(user)

    with django_assert_num_queries(6):  # savepoint around: user, who reads, orders; the menu
        client.get("/account/orders/")
