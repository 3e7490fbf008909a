import pytest
import redis
from django.apps import apps
from django.db import connection
from django.db.models import Model
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts import commands as accounts
from accounts.models import User
from catalog.models import ProductVariant
from orders import commands, tasks
from orders.commands.claims import COPIES
from orders.models import Invoice, Order, OrderChange, OrderNote, OrderReturn, OrderShipment
from shopflow.access.rights import PROTECTED
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as, reading_as
from tests import factories
from tests.books import books
from tests.doorbell import rung
from tests.storefront import link

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(db: None) -> User:
    return factories.UserFactory.create(email=factories.EMAIL)


def claimed(user: User) -> list[Order]:
    with acting_as(None, role=Role.WORKER):
        tasks.claim_orders(str(user.pk))
    return list(Order.objects.filter(user=user))


def test_gives_the_order_and_all_that_belongs_to_it(user: User, order: Order) -> None:
    OrderChange.objects.create(
        order=order, what="contact", new_values={"email": "a"}, reason="moved"
    )
    OrderNote.objects.create(order=order, text="Rings twice", is_shown_to_shopper=True)
    OrderReturn.objects.create(order=order, return_number="R-1")
    OrderShipment.objects.create(
        order=order, carrier="UPS", tracking_number="1Z", shipped_at=order.placed_at
    )
    Invoice.objects.create(
        order=order, series="A", number=1, currency="USD", subtotal=1, total=1, snapshot={}
    )

    assert claimed(user) == [order]

    for model in COPIES:
        owners = set(model._default_manager.filter(order=order).values_list("user", flat=True))
        assert owners == {user.pk}, model


def test_knows_every_table_that_goes_by_whose_order_it_is() -> None:
    orders = {
        model._meta.db_table
        for model in apps.get_app_config("orders").get_models()
        if model._meta.db_table in PROTECTED
    }

    known: list[type[Model]] = [Order, *COPIES]
    assert {model._meta.db_table for model in known} == orders


def test_the_new_owner_sees_it_and_the_guests_link_still_works(
    client: Client, user: User, order: Order
) -> None:
    claimed(user)

    client.force_login(user)
    assert order.order_number in client.get("/account/orders/").content.decode()
    assert client.get(f"/orders/{order.order_number}/").status_code == 200
    assert Client().get(link("orders:detail", order)).status_code == 200
    with reading_as(user_id=user.pk, role=Role.APP):
        assert Order.objects.get().items.count() == 1


@pytest.mark.parametrize("typed", ["Ada@Example.com", " ada@example.com "])
def test_finds_the_address_however_it_was_typed(
    user: User, variant: ProductVariant, typed: str
) -> None:
    order = factories.check_out(factories.cart_with((variant, 1)), email=typed)

    assert claimed(user) == [order]


@pytest.mark.parametrize("why", ["unverified", "deactivated", "closed"])
def test_only_a_verified_address_of_a_living_account_claims(
    user: User, order: Order, why: str
) -> None:
    if why == "closed":
        accounts.close_account(user_id=user.pk, by=None)
    elif why == "unverified":
        User.objects.update(email_verified=False)
    else:
        User.objects.update(is_active=False)
    before = books()

    assert claimed(user) == []
    tasks.claim_waiting_orders()

    assert books() == before


def test_leaves_orders_of_everybody_else(user: User, variant: ProductVariant) -> None:
    eve = factories.UserFactory.create(email="eve@example.com")
    hers = factories.check_out(factories.cart_with((variant, 1), user=eve), user_id=eve.pk)
    other = factories.check_out(factories.cart_with((variant, 1)), email="ada@example.com.evil.tld")

    assert claimed(user) == []

    assert Order.objects.get(pk=hers.pk).user == eve
    assert Order.objects.get(pk=other.pk).user is None


def test_is_safe_to_repeat(user: User, order: Order) -> None:
    claimed(user)
    before = books()

    assert claimed(user) == [order]
    tasks.claim_waiting_orders()

    assert books() == before


def test_goes_in_batches(user: User, variant: ProductVariant) -> None:
    for _ in range(3):
        factories.placed_order((variant, 1))

    assert len(commands.claim_orders(user_id=user.pk, limit=2)) == 2
    assert len(commands.claim_orders(user_id=user.pk, limit=2)) == 1
    assert commands.claim_orders(user_id=user.pk, limit=2) == []


def test_the_sweep_finds_what_nobody_rang_for(user: User, order: Order) -> None:
    with acting_as(None, role=Role.WORKER):
        tasks.claim_waiting_orders()

    assert Order.objects.get().user == user


def test_verifying_the_address_is_what_rings(
    order: Order,
    queue: "redis.Redis",
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    user = factories.UserFactory.create(email=factories.EMAIL)

    with django_capture_on_commit_callbacks(execute=True):
        commands.claim_orders(user_id=user.pk)

    assert rung(queue) == [("payments.tasks.claim_payments", f"('{order.pk}',)")]


def test_pages_see_no_order_of_nobody(user: User, order: Order) -> None:
    with acting_as(user.pk, role=Role.APP):
        assert commands.claim_orders(user_id=user.pk) == []

    assert Order.objects.get().user is None


def test_an_index_finds_the_orders_of_an_address(user: User, order: Order) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = Order.objects.of_guest(user.email).values("pk").explain()

    assert "orders_guest_email_idx" in plan
