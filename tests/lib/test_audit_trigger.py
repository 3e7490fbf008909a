"""Whatever staff change is written down, by whichever way they change it."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, connection
from django.db.models import F
from django.test import Client

from accounts.models import User
from catalog.models import Brand, ProductImage, ProductVariant
from inventory import commands as inventory
from payments.models import PaymentEvent
from promotions import commands as promotions
from shopflow.lib.ids import new_id
from shopflow.lib.models import AuditLog
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, acting_as_staff, command
from tests import factories, staff, storefront
from tests.ledger import ledger
from tests.lib.auditing import ORIGIN, entries, raw, said, staff_work

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk() -> User:
    return factories.UserFactory.create(role="employee")


@ledger("S2-14", "S2-65")
def test_new_row_has_no_old_values_and_says_who_and_from_where(clerk: User) -> None:
    with staff_work(clerk):
        coupon = factories.coupon("SPRING", percent=15)

    [entry] = entries(coupon)
    assert (entry.action, entry.old_values) == ("create", None)
    assert entry.new_values is not None
    assert entry.new_values["code"] == "SPRING"
    assert entry.new_values["discount_value"] == Decimal("15.00")
    assert entry.user_id == clerk.pk
    assert {name: getattr(entry, name) for name in ORIGIN} == ORIGIN
    assert entry.id.version == 7


def test_changed_row_has_only_what_changed(clerk: User) -> None:
    coupon = factories.coupon("SPRING", percent=15)

    with staff_work(clerk):
        promotions.save_coupon(
            code="SPRING", discount_value=Decimal("20.5"), usage_limit=9, coupon_id=coupon.pk
        )

    [entry] = entries(coupon)
    assert said(entry) == (
        "update",
        {"discount_value": Decimal("15.00"), "usage_limit": None},
        {"discount_value": Decimal("20.50"), "usage_limit": 9},
    )


@ledger("S2-65")
def test_deleted_row_has_no_new_values(clerk: User) -> None:
    picture = ProductImage.objects.create(
        product=factories.variant_on_sale(stock=0).product, source_url="https://cdn.example/a.jpg"
    )

    with staff_work(clerk):
        raw("DELETE FROM product_images WHERE id = %s", picture.pk)

    [entry] = entries(picture)
    assert (entry.action, entry.new_values) == ("delete", None)
    assert entry.old_values is not None
    assert entry.old_values["source_url"] == "https://cdn.example/a.jpg"


def test_nothing_is_written_when_nothing_but_updated_at_changed(clerk: User) -> None:
    brand = factories.BrandFactory.create()

    with staff_work(clerk):
        raw("UPDATE brands SET name = name")

    before, brand = brand, Brand.objects.get()
    assert brand.updated_at > before.updated_at
    assert not AuditLog.objects.exists()


def test_search_vectors_stay_out(clerk: User) -> None:
    variant = factories.variant_on_sale(stock=0)

    with staff_work(clerk):
        raw("UPDATE products SET name = 'A new name'")

    [entry] = entries(variant.product)
    assert entry.new_values == {"name": "A new name"}


@ledger("S2-67")
def test_bulk_updates_are_written_down_row_by_row(clerk: User) -> None:
    cheap, dear = (factories.variant_on_sale(price=price, stock=0) for price in ("5.00", "9.00"))

    @command
    def reprice() -> None:
        ProductVariant.objects.update(price=F("price") + 1)

    @command
    def rename() -> None:
        for number, variant in enumerate((cheap, dear)):
            variant.name = f"Number {number}"
        ProductVariant.objects.bulk_update([cheap, dear], ["name"])

    with staff_work(clerk):
        reprice()
        rename()

    for variant, before, after, name in (
        (cheap, "5.00", "6.00", "Number 0"),
        (dear, "9.00", "10.00", "Number 1"),
    ):
        assert [said(entry) for entry in entries(variant)] == [
            ("update", {"price": Decimal(before)}, {"price": Decimal(after)}),
            ("update", {"name": "Standard"}, {"name": name}),
        ]


def test_rows_of_a_partition_go_by_the_name_of_the_whole(clerk: User) -> None:
    event = PaymentEvent.objects.create(
        id=new_id(), provider="sandbox", provider_event_id="evt_1", type="x", payload={}
    )

    with staff_work(clerk):
        raw("UPDATE payment_events SET outcome = 'ignored'")

    [entry] = entries(event)
    assert said(entry) == ("update", {"outcome": ""}, {"outcome": "ignored"})


def test_what_is_rolled_back_is_not_written_down(clerk: User) -> None:
    @command
    def fail() -> None:
        factories.BrandFactory.create()
        raise ZeroDivisionError

    with staff_work(clerk), pytest.raises(ZeroDivisionError):
        fail()

    assert not AuditLog.objects.exists()


def test_staff_site_is_watched() -> None:
    owner = staff.owner()
    client = staff.signed_in(owner, REMOTE_ADDR="198.51.100.7", HTTP_USER_AGENT="Browser/1")
    address = "/admin/catalog/brand/add/"
    form = staff.form_of(client.get(address), "brand_form")

    client.post(address, form | {"name": "Kestrel"}, headers={"X-Request-Id": "request-0815"})

    [entry] = entries(Brand.objects.get(name="Kestrel"))
    assert entry.action == "create"
    assert (entry.user_id, entry.ip_address) == (owner.pk, "198.51.100.7")
    assert (entry.user_agent, entry.request_id) == ("Browser/1", "request-0815")


def test_staff_who_work_at_a_socket_come_from_nowhere() -> None:
    client = staff.signed_in(staff.owner(), REMOTE_ADDR="unix:")
    address = "/admin/catalog/brand/add/"
    form = staff.form_of(client.get(address), "brand_form")

    client.post(address, form | {"name": "Kestrel"})

    [entry] = entries(Brand.objects.get(name="Kestrel"))
    assert entry.ip_address is None


def test_shoppers_write_nothing(client: Client, variant: ProductVariant) -> None:
    storefront.put_in_cart(client, variant, 2)
    response = storefront.check_out(client, expected_total="114.78")

    assert response.status_code == 303
    assert not AuditLog.objects.exists()


def test_the_shop_itself_writes_nothing(variant: ProductVariant) -> None:
    inventory.count(variant_id=variant.pk, quantity=3, reason="stock count")

    assert not AuditLog.objects.exists()


def test_staff_without_an_account_are_nobody() -> None:
    brand = factories.BrandFactory.create()

    with acting_as_staff(None):
        raw("UPDATE brands SET is_active = false")

    [entry] = entries(brand)
    assert (entry.user_id, entry.ip_address) == (None, None)


@pytest.mark.parametrize("role", [Role.APP, Role.WORKER, Role.ADMIN])
def test_nobody_but_the_owner_puts_the_trigger_on_a_table(role: Role) -> None:
    with acting_as(None, role=role), pytest.raises(DatabaseError, match="permission denied"):
        raw("CREATE TEMP TABLE forged (id uuid)")
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_function_privilege(%s, 'shop_audit()', 'EXECUTE')", [role.value])
        assert cursor.fetchone() == (False,)

    assert not AuditLog.objects.exists()
