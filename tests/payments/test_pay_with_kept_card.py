"""A card is kept when its owner asks, pays again with one press, and is forgotten on both sides."""

from contextlib import closing
from sqlite3 import connect

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from catalog.models import ProductVariant
from orders.models import Order
from orders.queries import guest_token
from payments.commands import WayToPay, remove_method, start_payment
from payments.errors import PaymentMethodNotFound
from payments.models import Payment, UserPaymentMethod
from payments.queries import usable_cards
from payments.tasks import detach_removed_cards
from tests import factories
from tests.payments.sandbox_process import CARD_ASKS, CARD_DECLINES, CARD_PAYS, NOWHERE, Sandbox
from tests.payments.webhooks import RETURN_URL, Till
from tests.storefront import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Client) -> User:
    """Somebody who is logged in."""
    user = factories.UserFactory.create()
    client.force_login(user)
    return user


@pytest.fixture
def order(variant: ProductVariant, ada: User) -> Order:
    return factories.placed_order((variant, 1), user=ada)


@pytest.fixture
def later(variant: ProductVariant, ada: User) -> Order:
    """Another order of hers."""
    return factories.placed_order((variant, 1), user=ada)


def page(order: Order) -> str:
    return reverse("payments:pay", args=[order.order_number])


def pay_and_keep(client: Client, till: Till, order: Order, card: str = CARD_PAYS) -> None:
    """Press "Pay by card" with the box ticked, pay, and let the shop hear of it."""
    client.post(page(order), {"keep_card": "1"})
    payment = Payment.objects.live().get(order=order)
    till.sandbox.pay(payment.provider_payment_id, card, confirm=True if card == CARD_ASKS else None)
    till.tell(payment)


def test_keeps_the_card_its_owner_wants_to_be_kept(
    client: Client, ada: User, order: Order, till: Till
) -> None:
    pay_and_keep(client, till, order)

    card = UserPaymentMethod.objects.get()
    assert (card.user, card.provider, card.is_active) == (ada, "sandbox", True)
    assert (card.card_brand, card.card_last_four) == ("Visa", "4242")
    assert (card.exp_month, card.exp_year) == (12, 2034)


def test_an_event_that_comes_twice_keeps_one_card(client: Client, order: Order, till: Till) -> None:
    pay_and_keep(client, till, order)
    till.tell(Payment.objects.get())

    assert UserPaymentMethod.objects.count() == 1


@pytest.mark.parametrize("data", [{}, {"keep_card": "1"}])
def test_keeps_nothing_unasked_and_nothing_of_a_guest(
    client: Client, variant: ProductVariant, till: Till, data: dict[str, str]
) -> None:
    user = factories.UserFactory.create() if not data else None
    order = factories.placed_order((variant, 1), user=user)
    way = WayToPay(keeps_card=bool(data))
    start_payment(order_id=order.pk, return_url=RETURN_URL, way=way)
    till.paid(order)

    assert UserPaymentMethod.objects.count() == 0


def test_pays_with_one_press(
    client: Client, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    shown = words(client.get(page(later)))

    answer = client.post(page(later), {"card": str(card.pk)})

    assert "Pay with Visa •••• 4242" in shown
    payment = Payment.objects.get(order=later)
    assert (answer.status_code, payment.payment_method) == (303, card)
    assert answer["Location"].endswith(reverse("orders:thanks", args=[later.order_number]))
    assert (payment.status, payment.amount_captured) == ("captured", later.total)
    later.refresh_from_db()
    assert later.status == "confirmed"
    assert sandbox.fetch(payment.provider_payment_id)["status"] == "captured"


def test_the_bank_may_want_to_ask_first(
    client: Client, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order, CARD_ASKS)
    card = UserPaymentMethod.objects.get()

    first = client.post(page(later), {"card": str(card.pk)})
    payment = Payment.objects.get(order=later)
    shown = words(client.get(page(later)))
    again = client.post(page(later), {"card": str(card.pk)})

    assert payment.status == "requires_action"
    assert first["Location"] == again["Location"] == payment.redirect_url
    assert "Your bank wants you to confirm this payment." in shown
    assert Payment.objects.filter(order=later).count() == 1
    # Another way to pay calls this attempt off first.
    client.post(page(later))
    payment.refresh_from_db()
    assert payment.status == "voided"
    assert sandbox.fetch(payment.provider_payment_id)["status"] == "voided"
    assert Payment.objects.live().get(order=later).payment_method is None


def test_an_answer_that_was_lost_is_looked_up(
    client: Client, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    sandbox.faults(fail_after=1)

    lost = client.post(page(later), {"card": str(card.pk)})
    again = client.post(page(later), {"card": str(card.pk)})

    assert (lost.status_code, again.status_code) == (503, 303)
    payment = Payment.objects.get(order=later)
    assert (payment.status, payment.amount_captured) == ("captured", later.total)
    found = sandbox.call("GET", f"/v1/payments?key={payment.pk}").json["data"]
    assert len(found) == 1


def test_a_card_the_provider_forgot_is_refused_and_another_may_pay(
    client: Client, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    token = card.provider_payment_method_id
    sandbox.call("POST", f"/v1/methods/{token}/forget", {}, key="gone")

    refused = client.post(page(later), {"card": str(card.pk)})
    other = client.post(page(later))

    assert refused.status_code == 409
    assert other.status_code == 303
    attempts = Payment.objects.filter(order=later).order_by("id")
    assert [attempt.status for attempt in attempts] == ["failed", "pending"]


def test_removing_it_detaches_it_at_the_provider(
    client: Client, ada: User, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    token = card.provider_payment_method_id

    remove_method(user_id=ada.pk, method_id=card.pk)

    card.refresh_from_db()
    assert card.deleted_at is not None
    assert card.detached_at is not None
    assert card.provider_payment_method_id == f"forgotten-{card.pk}"
    assert usable_cards(ada.pk) == []
    assert client.post(page(later), {"card": str(card.pk)}).status_code == 404
    body = {"key": "stolen", "amount": 100, "currency": "USD", "reference": "x"}
    body |= {"return_url": NOWHERE, "token": token}
    assert sandbox.call("POST", "/v1/payments", body, key="stolen").status == 404


def test_a_provider_that_is_away_forgets_it_later(
    client: Client, ada: User, order: Order, till: Till, settings: Settings
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    here, settings.SANDBOX_URL = settings.SANDBOX_URL, NOWHERE
    remove_method(user_id=ada.pk, method_id=card.pk)
    card.refresh_from_db()
    assert (card.deleted_at is None, card.detached_at) == (False, None)
    settings.SANDBOX_URL = here

    detach_removed_cards()
    detach_removed_cards()

    card.refresh_from_db()
    assert card.detached_at is not None


def test_nobody_pays_with_somebody_elses_card(
    client: Client, order: Order, till: Till, variant: ProductVariant
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    eve = factories.UserFactory.create()
    client.force_login(eve)
    hers = factories.placed_order((variant, 1), user=eve)

    answer = client.post(page(hers), {"card": str(card.pk)})
    with pytest.raises(PaymentMethodNotFound):
        start_payment(order_id=hers.pk, return_url=RETURN_URL, way=WayToPay(card=card))

    assert answer.status_code == 404
    assert not Payment.objects.filter(order=hers).exists()


def test_a_link_opens_no_cards(client: Client, order: Order, later: Order, till: Till) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    client.logout()
    address = f"{page(later)}?token={guest_token(later)}"

    shown = words(client.get(address))
    answer = client.post(address, {"card": str(card.pk)})

    assert "4242" not in shown
    assert "Keep this card" not in shown
    assert answer.status_code == 404
    assert not Payment.objects.filter(order=later).exists()


def declines(sandbox: Sandbox, card: UserPaymentMethod) -> None:
    """Let the provider's kept card be one that its bank declines."""
    with closing(connect(sandbox.database)) as db, db:
        last_four = CARD_DECLINES[-4:]
        token = card.provider_payment_method_id
        db.execute("UPDATE methods SET card_last_four = ? WHERE token = ?", [last_four, token])


def test_a_declined_card_is_said_in_plain_words(
    client: Client, order: Order, later: Order, till: Till, sandbox: Sandbox
) -> None:
    pay_and_keep(client, till, order)
    card = UserPaymentMethod.objects.get()
    declines(sandbox, card)

    first = client.post(page(later), {"card": str(card.pk)})
    shown = words(client.get(page(later)))
    again = client.post(page(later))

    payment = Payment.objects.filter(order=later).order_by("id").first()
    assert payment is not None
    assert first.status_code in {303, 402}
    assert payment.failure_code == "card_declined"
    assert "Your last try didn't work: Your bank declined this card. Nothing was taken." in shown
    assert again.status_code == 303
