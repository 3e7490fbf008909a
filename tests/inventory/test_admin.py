from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from catalog.models import ProductVariant
from inventory import commands as inventory
from inventory.models import Inventory, InventoryTransaction
from orders.models import Order
from tests import factories, staff

pytestmark = pytest.mark.django_db
STOCK = "/admin/inventory/inventory/"
LEDGER = "/admin/inventory/inventorytransaction/"
PROMISES = "/admin/inventory/inventoryreservation/"
LIST_QUERIES = 7


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def act(variant: ProductVariant, name: str) -> str:
    return reverse(f"admin:inventory_inventory_{name}", args=[factories.stock_of(variant).pk])


def rows_of(variant: ProductVariant) -> dict[str, Any]:
    """Everything a move of stock writes, apart from ids, times and who did it."""
    variant.refresh_from_db()
    product = variant.product
    product.refresh_from_db()
    stock = factories.stock_of(variant)
    return {
        "stock": (stock.quantity_on_hand, stock.quantity_reserved, stock.quantity_available),
        "is_counted": stock.last_counted_at is not None,
        "ledger": list(
            stock.transactions.order_by("id").values_list(
                "type", "quantity_change", "quantity_after", "reason", "notes"
            )
        ),
        "shown": (variant.stock_quantity, product.stock_quantity, product.in_stock),
    }


@pytest.mark.parametrize("change", [5, -3, -10])
def test_adjusts_as_the_command_does(client: Client, variant: ProductVariant, change: int) -> None:
    other = factories.variant_on_sale(stock=10)

    inventory.adjust(variant_id=other.pk, change=change, reason="found", notes="top shelf")
    response = client.post(
        act(variant, "adjust"), {"change": str(change), "reason": "found", "notes": "top shelf"}
    )

    assert response.status_code == 302
    assert rows_of(variant) == rows_of(other)
    assert factories.figures(variant) == (10 + change, 0)


@pytest.mark.parametrize("quantity", [0, 10, 14])
def test_counts_as_the_command_does(client: Client, variant: ProductVariant, quantity: int) -> None:
    other = factories.variant_on_sale(stock=10)

    inventory.count(variant_id=other.pk, quantity=quantity, reason="stock count")
    client.post(act(variant, "count"), {"quantity": str(quantity), "reason": "stock count"})

    assert rows_of(variant) == rows_of(other)
    assert factories.figures(variant) == (quantity, 0)


def test_names_who_moved_it(variant: ProductVariant) -> None:
    packer = staff.owner()

    staff.signed_in(packer).post(act(variant, "adjust"), {"change": "1", "reason": "found"})

    assert factories.stock_of(variant).transactions.latest("id").created_by == packer


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("adjust", {"change": "0", "reason": "x"}, "Write how many units to add or take away"),
        ("adjust", {"change": "abc", "reason": "x"}, "Enter a whole number."),
        ("adjust", {"change": "1000000001", "reason": "x"}, "Write how many units"),
        ("adjust", {"change": "9" * 40, "reason": "x"}, "Write how many units"),
        ("adjust", {"change": "1", "reason": ""}, "This field is required."),
        ("adjust", {"change": "1", "reason": "r" * 101}, "at most 100 characters"),
        ("adjust", {"change": "-11", "reason": "x"}, "Only 10 units are here to take away."),
        ("count", {"quantity": "-1", "reason": "x"}, "greater than or equal to 0"),
        ("count", {"quantity": "1000001", "reason": "x"}, "from 0 to 1,000,000"),
        ("count", {}, "This field is required."),
    ],
)
def test_bad_input_shows_a_sentence_and_changes_nothing(
    client: Client, variant: ProductVariant, name: str, data: dict[str, str], sentence: str
) -> None:
    before = rows_of(variant)

    response = client.post(act(variant, name), data)

    assert response.status_code in {400, 409}
    assert sentence in staff.text_of(response)
    assert rows_of(variant) == before


def test_keeps_what_is_promised(client: Client, variant: ProductVariant, order: Order) -> None:
    before = rows_of(variant)

    response = client.post(act(variant, "count"), {"quantity": "1", "reason": "count"})

    assert response.status_code == 409
    assert "2 units are promised to orders" in staff.text_of(response)
    assert rows_of(variant) == before
    assert str(order) in staff.text_of(response)


@pytest.mark.parametrize("name", ["adjust", "count"])
def test_refuses_staff_who_may_only_look(variant: ProductVariant, name: str) -> None:
    client = staff.signed_in(staff.employee("inventory.view_inventory"))
    before = rows_of(variant)

    response = client.post(act(variant, name), {"change": "1", "quantity": "1", "reason": "x"})

    assert response.status_code == 403
    assert rows_of(variant) == before


def test_opens_the_stock_of_a_new_variant(client: Client, us_shipping: object) -> None:
    variant = factories.variant_on_sale(stock=0)
    other = factories.variant_on_sale(stock=0)
    data = staff.form_of(client.get(f"{STOCK}add/"), "inventory_form")

    inventory.count(variant_id=other.pk, quantity=7, reason="opening stock")
    response = client.post(f"{STOCK}add/", data | {"sku": variant.sku, "quantity": "7"})

    assert response["Location"] == STOCK
    assert rows_of(variant) == rows_of(other)
    assert variant.stock_quantity == 7


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"sku": "NO-SUCH", "quantity": "7"}, "No variant has this SKU."),
        ({"sku": "", "quantity": "7"}, "This field is required."),
        ({"sku": "NO-SUCH", "quantity": "-7"}, "greater than or equal to 0"),
        ({"sku": "NO-SUCH", "quantity": "1000001"}, "No variant has this SKU."),
    ],
)
def test_opens_no_stock_from_bad_input(
    client: Client, db: None, data: dict[str, str], sentence: str
) -> None:
    response = client.post(f"{STOCK}add/", {"reason": "opening stock", **data})

    assert sentence in staff.text_of(response)
    assert not Inventory.objects.exists()


def test_shows_the_command_s_refusal_when_opening_stock(
    client: Client, us_shipping: object
) -> None:
    variant = factories.variant_on_sale(stock=0)
    data = {"sku": variant.sku, "quantity": "1000001", "reason": "opening stock"}

    response = client.post(f"{STOCK}add/", data)

    assert response.status_code == 200
    assert "from 0 to 1,000,000" in staff.text_of(response)
    assert f'value="{variant.sku}"' in response.content.decode()
    assert not Inventory.objects.filter(variant=variant).exists()


@pytest.mark.parametrize("path", ["{}/change/", "{}/delete/"])
def test_figures_are_not_edited_by_hand(client: Client, variant: ProductVariant, path: str) -> None:
    before = rows_of(variant)
    address = STOCK + path.format(factories.stock_of(variant).pk)

    response = client.post(address, {"quantity_on_hand": "999", "post": "yes"})

    assert response.status_code == 403
    assert rows_of(variant) == before


@pytest.mark.parametrize("path", ["add/", "{}/change/", "{}/delete/"])
def test_the_ledger_is_never_edited(client: Client, variant: ProductVariant, path: str) -> None:
    move = InventoryTransaction.objects.get()

    response = client.post(LEDGER + path.format(move.pk), {"quantity_change": "1", "post": "yes"})

    assert response.status_code == 403
    assert InventoryTransaction.objects.get().quantity_change == 10


@pytest.mark.parametrize("address", [STOCK, LEDGER, PROMISES])
def test_the_lists_take_a_fixed_number_of_queries(
    client: Client,
    us_shipping: object,
    django_assert_num_queries: DjangoAssertNumQueries,
    address: str,
) -> None:
    for expected in (1, 3):
        while Inventory.objects.count() < expected:
            factories.placed_order((factories.variant_on_sale(), 1))

        with django_assert_num_queries(LIST_QUERIES):
            response = client.get(address)

        assert f"{expected} inventory" in staff.text_of(response)


def test_a_stock_page_takes_a_fixed_number_of_queries(
    client: Client, variant: ProductVariant, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    address = f"{STOCK}{factories.stock_of(variant).pk}/change/"
    for _ in range(2):
        factories.placed_order((variant, 1))
        inventory.adjust(variant_id=variant.pk, change=1, reason="found")

        with django_assert_num_queries(PAGE_QUERIES):
            assert client.get(address).status_code == 200


@pytest.mark.parametrize(("term", "is_found"), [("sku", True), ("name", True), ("zzz", False)])
def test_finds_stock_by_sku_or_product(
    client: Client, us_shipping: object, term: str, is_found: bool
) -> None:
    variant = factories.variant_on_sale(name="Ocean Blue Shirt")
    wanted = {"sku": variant.sku[:-1], "name": "blue shi", "zzz": "zzz"}[term]

    words = staff.text_of(client.get(STOCK, {"q": wanted}))

    assert ("Ocean Blue Shirt" in words) is is_found


@pytest.mark.parametrize(
    ("available", "shown"), [("none", "SOLD-OUT"), ("few", "FEW"), ("", "SOLD-OUT FEW PLENTY")]
)
def test_filters_by_availability(
    client: Client, us_shipping: object, available: str, shown: str
) -> None:
    for sku, stock in (("SOLD-OUT", 0), ("FEW", 5), ("PLENTY", 6)):
        variant = factories.variant_on_sale(stock=0, sku=f"STYLE-{sku}")
        ProductVariant.objects.filter(pk=variant.pk).update(sku=sku)
        inventory.ensure_stock_row(variant_id=variant.pk)
        inventory.count(variant_id=variant.pk, quantity=stock, reason="opening")

    words = staff.text_of(client.get(STOCK, {"available": available} if available else {}))

    assert [sku for sku in ("SOLD-OUT", "FEW", "PLENTY") if sku in words] == shown.split()


PAGE_QUERIES = 8
