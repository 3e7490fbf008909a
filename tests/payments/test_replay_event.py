import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from orders.models import Order
from payments.commands import note_failure, replay_event
from payments.gateways.base import UnknownProvider
from payments.models import PaymentEvent
from payments.models.events import MOST_TRIES
from tests import staff
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
EVENTS = "/admin/payments/paymentevent/"


@pytest.fixture
def event(order: Order, till: Till) -> PaymentEvent:
    """A captured payment's event that failed too often."""
    event_id = till.receive(till.event(till.pay(order)))
    note_failure(event_id=event_id, reason="The database was away.")
    PaymentEvent.objects.update(attempts=MOST_TRIES)
    return PaymentEvent.objects.get(pk=event_id)


def test_lets_a_dead_letter_take_effect_once(event: PaymentEvent, order: Order) -> None:
    first, second = replay_event(event_id=event.pk), replay_event(event_id=event.pk)

    assert (first, second) == ("done", "done")
    event.refresh_from_db()
    order.refresh_from_db()
    assert (event.outcome, event.last_error) == ("done", "")
    assert (order.status, order.amount_paid) == ("confirmed", order.total)
    assert order.history.filter(to_status="confirmed").count() == 1


def test_takes_up_again_what_fails_again(
    event: PaymentEvent, order: Order, settings: Settings
) -> None:
    settings.PAYMENT_PROVIDERS = []

    with pytest.raises(UnknownProvider):
        replay_event(event_id=event.pk)

    event.refresh_from_db()
    assert (event.processed_at, event.attempts) == (None, 0)
    assert event.last_error == "There is no such payment provider."
    assert PaymentEvent.objects.waiting().get() == event
    order.refresh_from_db()
    assert (order.status, order.amount_paid) == ("pending", 0)


def test_staff_see_why_it_was_given_up_and_no_secrets(event: PaymentEvent) -> None:
    client = staff.signed_in(staff.employee("payments.view_paymentevent"))

    listed = client.get(EVENTS, {"processed": "given_up"}).content.decode()
    page = client.get(f"{EVENTS}{event.pk}/change/").content.decode()

    assert event.type in listed
    assert f"Given up after {MOST_TRIES} tries." in page
    assert "The database was away." in page
    assert event.payload["data"]["card_last_four"] == "4242"
    assert "4242" not in page
    assert client.post(reverse("admin:payments_paymentevent_replay", args=[event.pk])).status_code
    event.refresh_from_db()
    assert event.processed_at is None


def test_staff_replay_it(event: PaymentEvent, order: Order) -> None:
    client = staff.signed_in(
        staff.employee("payments.view_paymentevent", "payments.change_paymentevent")
    )

    answer = client.post(reverse("admin:payments_paymentevent_replay", args=[event.pk]))

    assert answer.status_code == 302
    event.refresh_from_db()
    order.refresh_from_db()
    assert (event.outcome, order.payment_status) == ("done", "paid")


def test_the_list_without_a_choice_shows_all(event: PaymentEvent, client: Client) -> None:
    owner = staff.signed_in(staff.owner())

    for processed, shown in (("", 1), ("waiting", 0), ("done", 0), ("given_up", 1)):
        page = owner.get(EVENTS, {"processed": processed} if processed else {})
        assert len(page.context["cl"].result_list) == shown, processed
