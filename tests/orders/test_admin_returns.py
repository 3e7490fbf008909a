from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from orders import commands
from orders.models import Order, OrderReturn
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.orders.coming_back import accepted, arrived, asked, came, delivered_ago, line

pytestmark = pytest.mark.django_db
LIST = "/admin/orders/orderreturn/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def act(row: OrderReturn, name: str) -> str:
    return reverse(f"admin:orders_orderreturn_{name}", args=[row.pk])


def page(row: OrderReturn) -> str:
    return reverse("admin:orders_orderreturn_change", args=[row.pk])


def what_came(row: OrderReturn, units: int = 1, **fields: str) -> dict[str, Any]:
    key = row.items.get().order_item_id
    given = {"units": str(units), "note": "As new", **fields}
    return {f"{name}-{key}": value for name, value in given.items()}


def test_accepts(client: Client, order: Order) -> None:
    row = asked(arrived(order))

    response = client.post(act(row, "approve"), {"note": "Keep the tag on."}, follow=True)

    row.refresh_from_db()
    assert (row.status, row.decision) == ("approved", "Keep the tag on.")
    words = staff.text_of(response)
    assert f"{row} is accepted" in words
    assert "Receive" in words
    assert "Refuse" not in words


def test_refuses_with_a_reason(client: Client, order: Order) -> None:
    row = asked(arrived(order))

    without = client.post(act(row, "refuse"), {"reason": ""})
    client.post(act(row, "refuse"), {"reason": "It was worn."})

    row.refresh_from_db()
    assert without.status_code == 400
    assert (row.status, row.decision) == ("declined", "It was worn.")


def test_receives_a_part(client: Client, order: Order, variant: ProductVariant) -> None:
    row = accepted(arrived(order), units=2)

    response = client.post(act(row, "receive"), what_came(row, restock="on"), follow=True)

    row.refresh_from_db()
    [item] = row.items.all()
    assert (row.status, item.quantity_received, item.restock) == ("partially_received", 1, True)
    assert item.condition_note == "As new"
    assert factories.figures(variant) == (9, 0)
    assert "is partly here. The money is on its way back." in staff.text_of(response)


def test_names_who_received(order: Order) -> None:
    packer = staff.owner()
    row = accepted(arrived(order))

    staff.signed_in(packer).post(act(row, "receive"), what_came(row, restock="on"))

    assert order.stock_moves.get(type="return").created_by == packer


@pytest.mark.parametrize("units", [0, 3, -1])
def test_refuses_units_that_arent_waited_for(client: Client, order: Order, units: int) -> None:
    row = accepted(arrived(order), units=2)

    response = client.post(act(row, "receive"), what_came(row, units))

    row.refresh_from_db()
    assert (response.status_code, row.status) == (400, "approved")


def test_sends_what_is_wanted_instead(client: Client, order: Order) -> None:
    row = accepted(arrived(order), kind="claim", resolution="replacement")

    response = client.post(act(row, "replace"), follow=True)

    row.refresh_from_db()
    assert row.replacement
    assert f"Order {row.replacement} sends what is wanted" in staff.text_of(response)


def test_gives_money_without_goods_after_a_fresh_proof(client: Client, order: Order) -> None:
    row = asked(arrived(order), kind="claim", lines=[line(order, reason="missing")])

    staff.a_while_ago(client).post(act(row, "refund"))
    row.refresh_from_db()
    before = row.status
    staff.signed_in(staff.owner()).post(act(row, "refund"))

    row.refresh_from_db()
    assert (before, row.status) == ("requested", "closed")


def test_closes(client: Client, order: Order) -> None:
    row = came(accepted(arrived(order)), restock=False)

    client.post(act(row, "close"), {"note": "It was worn.", "is_sent_back": "on"})

    row.refresh_from_db()
    assert (row.status, row.resolution, row.decision) == ("closed", "sent_back", "It was worn.")


def test_says_what_isnt_possible_any_more(client: Client, order: Order) -> None:
    row = asked(arrived(order))
    commands.call_off_return(return_id=row.pk)

    response = client.post(act(row, "approve"), {"note": ""})

    row.refresh_from_db()
    assert (response.status_code, row.status) == (409, "cancelled")


@pytest.mark.parametrize("name", ["approve", "refuse", "receive", "replace", "refund", "close"])
def test_needs_the_permission(order: Order, name: str) -> None:
    row = asked(arrived(order))
    others = staff.signed_in(staff.employee("orders.view_orderreturn"))

    response = others.post(act(row, name), {"note": "x", "reason": "x"})

    row.refresh_from_db()
    assert (response.status_code, row.status) == (403, "requested")
    assert others.get(page(row)).status_code == 200


def test_every_step_is_in_the_audit_log(client: Client, order: Order) -> None:
    row = asked(arrived(order))

    client.post(act(row, "approve"), {"note": "Keep the tag on."})

    entry = AuditLog.objects.filter(entity_type="order_return", action="update").last()
    assert entry
    assert (entry.entity_id, entry.new_values["status"]) == (str(row.pk), "approved")  # type: ignore[index]  # an update has them
    assert entry.new_values["decision"] == "(personal)"  # type: ignore[index]  # an update has them


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for expected in (1, 3):
        while OrderReturn.objects.count() < expected:
            asked(arrived(factories.placed_order((variant, 1))))

        with django_assert_num_queries(7):
            response = client.get(LIST)

        assert f"{expected} order return" in staff.text_of(response)


def test_a_page_takes_a_fixed_number_of_queries(
    client: Client, us_shipping: object, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    few = arrived(factories.placed_order((factories.variant_on_sale(), 1)))
    many = arrived(factories.placed_order(*((factories.variant_on_sale(), 1) for _ in range(3))))

    for order in (few, many):
        lines = [
            commands.ReturnLine(order_item_id=item.pk, quantity=1, reason="other")
            for item in order.items.all()
        ]
        row = accepted(order, lines=lines)
        with django_assert_num_queries(11):
            assert client.get(page(row)).status_code == 200


def test_starts_one_for_somebody_who_calls(client: Client, order: Order) -> None:
    delivered_ago(arrived(order), days=90)
    address = reverse("admin:orders_order_return", args=[order.pk])
    asked_for = {
        f"units-{order.items.get().pk}": "1",
        "wish": "return:gift_card",
        "reason": "too_large",
        "comment": "By phone",
        "is_accepted": "on",
    }

    response = client.post(address, asked_for, follow=True)

    row = order.returns.get()
    assert (row.status, row.resolution, row.comment) == ("approved", "gift_card", "By phone")
    assert row.created_by
    assert row.created_by.is_staff
    assert f"{row} is written down and accepted." in staff.text_of(response)
    assert "Returns" in staff.text_of(response)


def test_starts_none_without_a_unit(client: Client, order: Order) -> None:
    arrived(order)
    address = reverse("admin:orders_order_return", args=[order.pk])

    response = client.post(address, {"wish": "return:refund", "reason": "other"})

    assert response.status_code == 400
    assert not OrderReturn.objects.exists()
