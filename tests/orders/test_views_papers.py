import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from catalog.models import ProductVariant
from orders import commands
from orders.models import Invoice, Order
from orders.tasks import make_papers
from tests import factories, staff
from tests.storefront import link, words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _seller(settings: Settings) -> None:
    settings.SHOP_ADDRESS = ["1 Example Street"]


@pytest.fixture
def invoice(order: Order) -> Invoice:
    """The invoice of a guest's order, drawn."""
    commands.confirm(order_id=order.pk, amount=order.total)
    make_papers()
    return Invoice.objects.get()


def api(order: Order) -> str:
    return f"/api/v1/orders/{order.order_number}/invoice/"


def test_a_guest_with_the_link_gets_it(client: Client, order: Order, invoice: Invoice) -> None:
    page = client.get(link("orders:detail", order))
    response = client.get(link("orders:invoice", order))

    assert f"Invoice {invoice} (PDF)" in words(page)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'inline; filename="{invoice}.pdf"'
    assert "no-store" in response["Cache-Control"]
    assert response.content.startswith(b"%PDF-")


def test_its_owner_gets_it(client: Client, variant: ProductVariant) -> None:
    user: User = factories.UserFactory.create()
    order = factories.placed_order((variant, 1), user=user)
    commands.confirm(order_id=order.pk, amount=order.total)
    make_papers()
    client.force_login(user)

    assert client.get(f"/orders/{order.order_number}/invoice/").content.startswith(b"%PDF-")


def test_nobody_else_gets_it(client: Client, order: Order, invoice: Invoice) -> None:
    address = f"/orders/{order.order_number}/invoice/"

    assert client.get(address).status_code == 404
    assert client.get(f"{address}?token=x").status_code == 404
    client.force_login(factories.UserFactory.create())
    assert client.get(address).status_code == 404
    assert client.get(api(order)).status_code == 404
    assert client.get(f"/media/{invoice.pdf.name}").status_code == 404


def test_a_credit_note_is_asked_for_by_name(client: Client, order: Order, invoice: Invoice) -> None:
    commands.record_money(order_id=order.pk, paid=order.total, refunded=order.total)
    commands.want_papers(order_id=order.pk)
    make_papers()
    note = Invoice.objects.get(kind="credit_note")

    response = client.get(link("orders:invoice", order) + f"&paper={note}")

    assert response["Content-Disposition"] == f'inline; filename="{note}.pdf"'


@pytest.mark.parametrize("named", ["CN-2026-99", "\0", "../x", "x" * 5000])
def test_other_names_are_nothing(
    client: Client, order: Order, invoice: Invoice, named: str
) -> None:
    for response in (
        client.get(link("orders:invoice", order), {"paper": named, "token": token_of(order)}),
        client.get(api(order), {"paper": named}, headers={"X-Order-Token": token_of(order)}),
    ):
        assert response.status_code == 404


def token_of(order: Order) -> str:
    return link("orders:invoice", order).partition("token=")[2]


def test_says_so_before_it_is_paid_and_while_it_is_made(client: Client, order: Order) -> None:
    unpaid = client.get(link("orders:invoice", order))
    commands.confirm(order_id=order.pk, amount=order.total)
    waiting = client.get(link("orders:invoice", order))
    commands.issue_papers(order_id=order.pk)
    undrawn = client.get(link("orders:invoice", order))

    assert [page.status_code for page in (unpaid, waiting, undrawn)] == [404, 409, 409]
    assert "There is no invoice for this order." in unpaid.content.decode()
    assert "Your invoice is being made." in undrawn.content.decode()
    assert "Invoice INV" not in words(client.get(link("orders:detail", order)))


@pytest.mark.parametrize("accepted", ["application/pdf", "*/*", "application/json"])
def test_an_app_gets_it(client: Client, order: Order, invoice: Invoice, accepted: str) -> None:
    headers = {"X-Order-Token": token_of(order), "Accept": accepted}

    response = client.get(api(order), headers=headers)

    assert response.status_code == 200
    assert response.content.startswith(b"%PDF-")
    assert "no-store" in response["Cache-Control"]


def test_an_app_is_told_what_is_wrong(client: Client, order: Order) -> None:
    response = client.get(api(order), headers={"X-Order-Token": token_of(order)})

    assert (response.status_code, response.json()["code"]) == (404, "paper_not_found")


def test_staff_see_it_on_the_orders_page(order: Order, invoice: Invoice) -> None:
    client = staff.signed_in(staff.owner())
    address = f"/admin/orders/invoice/{invoice.pk}/pdf/"

    page = client.get(f"/admin/orders/order/{order.pk}/change/").content.decode()
    assert f'href="{address}"' in page
    assert client.get(address).content.startswith(b"%PDF-")
    listed = client.get("/admin/orders/invoice/").content.decode()
    assert str(invoice) in listed
    one = client.get(f"/admin/orders/invoice/{invoice.pk}/change/")
    assert order.order_number in one.content.decode()


def test_staff_without_the_right_do_not(invoice: Invoice) -> None:
    others = staff.signed_in(staff.employee("orders.view_order"))

    assert others.get(f"/admin/orders/invoice/{invoice.pk}/pdf/").status_code == 403
    assert others.get("/admin/orders/invoice/").status_code == 403


def test_number_of_queries(
    client: Client,
    order: Order,
    invoice: Invoice,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    address = link("orders:invoice", order)
    client.get(address)

    # The savepoint, for whom it is read, the order, its papers, the end.
    with django_assert_num_queries(5):
        client.get(address)
