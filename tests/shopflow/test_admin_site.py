from typing import Any

import pytest
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from carts import commands as carts
from orders.models import Order
from shopflow.lib import context
from shopflow.lib.admin import BoundedPaginator, CommandAdmin
from tests import factories, staff

pytestmark = pytest.mark.django_db
PAGES = sorted(admin.site._registry.items(), key=lambda item: item[0]._meta.label)
names = pytest.mark.parametrize(
    ("model", "page"), PAGES, ids=[model._meta.label for model, _ in PAGES]
)


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def address(model: type[models.Model]) -> str:
    return f"/admin/{model._meta.app_label}/{model._meta.model_name}/"


@names
def test_saves_through_a_command_and_counts_within_bounds(
    model: type[models.Model], page: Any
) -> None:
    assert isinstance(page, CommandAdmin)
    assert page.paginator is BoundedPaginator
    assert page.show_full_result_count is False


@names
@pytest.mark.parametrize("query", ["", "?q=shirt", "?q=%00", "?p=99", "?p=abc", "?o=9", "?e=1"])
def test_lists_answer_whatever_they_are_asked(
    client: Client, order: Order, model: type[models.Model], page: Any, query: str
) -> None:
    response = client.get(address(model) + query, follow=True)

    assert response.status_code == 200


@names
def test_pages_open(client: Client, order: Order, model: type[models.Model], page: Any) -> None:
    carts.open_for_customer(email="by-phone@example.com", by=staff.employee().pk)
    row = staff.first_row(page)

    added = client.get(f"{address(model)}add/")
    unknown = client.get(f"{address(model)}no-such-row/change/")

    assert added.status_code in {200, 403}
    assert unknown["Location"] == "/admin/"
    if row is not None:
        assert client.get(f"{address(model)}{row.pk}/change/").status_code == 200


def test_only_products_and_synonyms_can_be_deleted(client: Client, rf: Any) -> None:
    request = rf.get("/")
    request.user = staff.owner()

    deletable = [model for model, page in PAGES if page.has_delete_permission(request)]

    assert [model._meta.label for model in deletable] == [
        "catalog.Product",
        "catalog.Synonym",
    ]


@pytest.mark.parametrize("path", ["", "orders/order/", "catalog/product/add/"])
def test_reads_a_page_in_one_transaction_as_whoever_looks(
    client: Client, path: str, order: Order
) -> None:
    with CaptureQueriesContext(connection) as queries:
        response = client.get(f"/admin/{path}")

    assert response.status_code == 200
    told = [query["sql"] for query in queries if "app.user_id" in query["sql"]]
    assert len(told) == 1
    assert queries.captured_queries[-1]["sql"].startswith("RELEASE SAVEPOINT")


def test_works_as_staff(client: Client, order: Order, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []

    def note(*, order_id: object, reason: str, by: object) -> Order:
        seen.append(context.current().is_staff_work)
        return order

    monkeypatch.setattr("orders.commands.cancel", note)
    client.post(f"/admin/orders/order/{order.pk}/cancel/", {"reason": "test"})

    assert seen == [True]
    assert context.current().is_staff_work is False


def test_keeps_the_content_policy(client: Client) -> None:
    response = client.get("/admin/")

    policy = response["Content-Security-Policy"]
    assert "script-src 'self';" in f"{policy};"
    assert "style-src 'self';" in f"{policy};"
    assert "no-store" in response["Cache-Control"]


def test_says_when_a_list_holds_more_than_its_pages_show(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BoundedPaginator, "MOST", 1)
    factories.UserFactory.create_batch(2)

    words = staff.text_of(client.get("/admin/accounts/user/"))

    assert "The first 1 users; search finds the others" in words
