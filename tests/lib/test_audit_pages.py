"""The staff's pages of the log, and what looking at other pages writes into it."""

from typing import Any
from uuid import UUID

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.db.models import Model
from django.test import Client

from accounts.models import User
from catalog.models import Product, ProductVariant
from orders.models import Order
from payments.models import Payment
from promotions.models import Coupon
from shopflow.access.rights import PERSONAL_COLUMNS
from shopflow.lib.audit import entity_type
from shopflow.lib.models import AuditLog
from shopflow.lib.transactions import command
from tests import factories, staff
from tests.ledger import ledger
from tests.lib.auditing import entries, raw, staff_work

pytestmark = pytest.mark.django_db
LIST = "/admin/lib/auditlog/"


@pytest.fixture
def owner() -> User:
    return staff.owner()


@pytest.fixture
def client(owner: User) -> Client:
    return staff.signed_in(owner)


def page(row: Model) -> str:
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def views_of(row: Model) -> list[AuditLog]:
    return [entry for entry in entries(row) if entry.action == "view"]


@command
def unpaid_attempt(order: Order) -> Payment:
    return Payment.objects.create(
        order=order, provider="sandbox", amount=order.total, currency=order.currency
    )


@ledger("S2-80")
def test_opening_an_order_a_customer_and_a_payment_is_written_down(
    client: Client, owner: User, order: Order
) -> None:
    rows: list[Model] = [order, factories.UserFactory.create(), unpaid_attempt(order)]

    for row in rows:
        assert client.get(page(row), REMOTE_ADDR="198.51.100.7").status_code == 200

    for row in rows:
        [view] = views_of(row)
        assert (view.user_id, view.ip_address) == (owner.pk, "198.51.100.7")
        assert (view.old_values, view.new_values) == (None, None)


def test_lists_and_pages_without_a_person_are_not(client: Client, order: Order) -> None:
    product = Product.objects.get()

    client.get("/admin/orders/order/")
    client.get("/admin/orders/order/", {"q": order.order_number})
    client.get(page(product))

    assert not AuditLog.objects.filter(action="view").exists()


def test_an_order_shown_with_a_refusal_is_an_order_seen(client: Client, order: Order) -> None:
    response = client.post(f"/admin/orders/order/{order.pk}/cancel/", {"reason": ""})

    assert response.status_code == 400
    assert len(views_of(order)) == 1


def test_a_page_that_is_refused_was_not_seen(order: Order) -> None:
    stranger = staff.signed_in(staff.employee("catalog.view_product"))

    assert stranger.get(page(order)).status_code == 403

    assert views_of(order) == []


def test_every_page_with_a_persons_columns_says_so() -> None:
    silent = [
        model._meta.label
        for model, model_page in admin.site._registry.items()
        if model._meta.db_table in PERSONAL_COLUMNS
        and not getattr(model_page, "shows_personal_data", False)
    ]

    assert silent == []


def test_list_says_who_did_what_with_old_and_new_values(client: Client) -> None:
    clerk = factories.UserFactory.create(role="employee", email="clerk@example.com")
    coupon = factories.coupon("SPRING", percent=15)
    with staff_work(clerk):
        raw("UPDATE coupons SET discount_value = 20.50, usage_limit = 9")

    words = staff.text_of(client.get(LIST, {"kind": "coupon"}))

    assert "clerk@example.com 203.0.113.9 Update" in words
    assert f"coupon {str(coupon.pk)[-6:]}" in words
    assert "discount value: 15.00 → 20.50; usage limit: — → 9" in words


def test_entry_shows_old_and_new_side_by_side(client: Client) -> None:
    coupon = factories.coupon("SPRING", percent=15)
    with staff_work(factories.UserFactory.create(email="clerk@example.com")):
        raw("UPDATE coupons SET discount_value = 20.50")
    [entry] = entries(coupon)

    words = staff.text_of(client.get(page(entry)))

    assert "Column Before After discount value 15.00 20.50" in words
    for fact in ("clerk@example.com", "203.0.113.9", "request-4711", "Clerk's browser"):
        assert fact in words


@pytest.mark.parametrize("asked", [{"action__exact": "create"}, {"kind": "brand"}])
def test_list_is_filtered(client: Client, asked: dict[str, str]) -> None:
    coupon = factories.coupon("SPRING")
    with staff_work(factories.UserFactory.create()):
        raw("UPDATE coupons SET usage_limit = 9")
        raw("INSERT INTO brands (id, name, slug) VALUES (shop_uuid7(), 'Kestrel', 'kestrel')")

    words = staff.text_of(client.get(LIST, asked))

    assert "Kestrel" in words
    assert str(coupon.pk)[-6:] not in words


def test_search_finds_by_what_was_changed_and_by_who_did_it(client: Client) -> None:
    clerk = factories.UserFactory.create(email="clerk@example.com")
    coupon = factories.coupon("SPRING")
    with staff_work(clerk):
        raw("UPDATE coupons SET usage_limit = 9")

    for term in (str(coupon.pk), str(clerk.pk), "Clerk@example.com"):
        assert "usage limit: — → 9" in staff.text_of(client.get(LIST, {"q": term})), term
    for term in (str(UUID(int=7)), "SPRING", "nobody@example.com"):
        assert "usage limit" not in staff.text_of(client.get(LIST, {"q": term})), term


def test_history_of_a_product_is_that_of_its_variants_too(
    client: Client, variant: ProductVariant
) -> None:
    other = factories.variant_on_sale(stock=0)
    with staff_work(factories.UserFactory.create()):
        raw("UPDATE product_variants SET barcode = '4006381333931' WHERE id = %s", variant.pk)
        raw("UPDATE product_variants SET barcode = '9999999999999' WHERE id = %s", other.pk)
        raw("UPDATE products SET seo_title = 'Good' WHERE id = %s", variant.product_id)

    response = client.get(page(variant.product).replace("change", "history"), follow=True)

    words = staff.text_of(response)
    assert response.redirect_chain == [(f"{LIST}?of=product%3A{variant.product_id}", 302)]
    assert "seo title: — → Good" in words
    assert "4006381333931" in words
    assert "9999999999999" not in words


@pytest.mark.parametrize(
    "of",
    ["product", "product:", "product:abc", f"product:{UUID(int=7)}", "nothing:1", "order:\0", ":"],
)
def test_history_of_nothing_is_empty(client: Client, of: str) -> None:
    response = client.get(LIST, {"of": of})

    assert response.status_code == 200
    assert "0 audit log entries" in staff.text_of(response)


@pytest.mark.parametrize("kind", ["\0", "nothing"])
def test_unknown_kind_filters_nothing(client: Client, kind: str) -> None:
    response = client.get(LIST, {"kind": kind})

    assert response.status_code == 200


def test_pages_of_orders_products_and_coupons_lead_to_their_history(
    client: Client, order: Order
) -> None:
    for row in (order, Product.objects.get(), factories.coupon("SPRING")):
        response = client.get(page(row))

        assert page(row).replace("change", "history") in response.content.decode()


def test_without_the_permission_there_is_no_log_and_no_link_to_it(order: Order) -> None:
    clerk = staff.signed_in(staff.employee("orders.view_order"))
    history = page(order).replace("change", "history")

    shown = clerk.get(page(order)).content.decode()

    assert history not in shown
    assert clerk.get(history, follow=True).status_code == 403
    assert clerk.get(LIST).status_code == 403


def test_nobody_changes_an_entry(client: Client) -> None:
    with staff_work(factories.UserFactory.create()):
        factories.coupon("SPRING")
    entry = entries(Coupon.objects.get())[0]

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(page(entry), {"action": "view"}).status_code == 403
    assert client.post(page(entry).replace("change", "delete")).status_code == 403

    assert entries(Coupon.objects.get())[0].action == "create"


def test_djangos_own_log_stays_empty(client: Client) -> None:
    product = factories.variant_on_sale(stock=0).product
    address = "/admin/catalog/brand/add/"
    form: dict[str, Any] = staff.form_of(client.get(address), "brand_form")

    client.post(address, form | {"name": "Kestrel"})
    client.post(page(product).replace("change", "delete"), {"post": "yes"})

    product.refresh_from_db()
    assert product.deleted_at is not None
    assert not LogEntry.objects.exists()
    assert "Recent actions" not in staff.text_of(client.get("/admin/"))
    assert entity_type(Product) in set(AuditLog.objects.values_list("entity_type", flat=True))
