import re
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from payments.models import GiftCard
from payments.queries import card_of
from tests import staff
from tests.gift_cards import given, money_on

pytestmark = pytest.mark.django_db
CARDS = "/admin/payments/giftcard/"
GIVE = f"{CARDS}give/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def act(name: str, card: GiftCard) -> str:
    return reverse(f"admin:payments_giftcard_{name}", args=[card.pk])


def test_gives_a_card_and_shows_its_code_once(client: Client) -> None:
    answer = client.post(GIVE, {"amount": "30.00", "reason": "late parcel"}, follow=True)

    [code] = re.findall(r"[A-Z0-9]{4}(?:-[A-Z0-9]{4}){3}", staff.text_of(answer))
    card = card_of(code)
    assert (card.balance, card.initial_amount) == (Decimal("30.00"), Decimal("30.00"))
    assert [move.reason for move in card.transactions.all()] == ["late parcel"]
    assert code not in staff.text_of(client.get(f"{CARDS}{card.pk}/change/"))


@pytest.mark.parametrize("amount", ["0", "-5", "10000.01", "x"])
def test_gives_no_card_of_a_wrong_amount(client: Client, amount: str) -> None:
    answer = client.post(GIVE, {"amount": amount, "reason": "late parcel"})

    assert answer.status_code == 400
    assert GiftCard.objects.count() == 0


def test_giving_asks_again_who_it_is(client: Client) -> None:
    staff.a_while_ago(client)

    answer = client.post(GIVE, {"amount": "30.00", "reason": "late parcel"})

    assert answer.status_code == 303
    assert GiftCard.objects.count() == 0


def test_who_may_only_look_gives_none() -> None:
    client = staff.signed_in(staff.employee("payments.view_giftcard"))

    assert client.get(CARDS).status_code == 200
    assert client.post(GIVE, {"amount": "30.00", "reason": "x"}).status_code == 403

    assert GiftCard.objects.count() == 0


def test_corrects_a_card(client: Client) -> None:
    card, _ = given("50.00")

    client.post(act("correct", card), {"change": "-20.00", "reason": "counted twice"})

    assert money_on(card) == (Decimal("30.00"), 0)
    assert "counted twice" in staff.text_of(client.get(f"{CARDS}{card.pk}/change/"))


def test_takes_off_no_more_than_is_there(client: Client) -> None:
    card, _ = given("50.00")

    answer = client.post(act("correct", card), {"change": "-50.01", "reason": "x"})

    assert answer.status_code == 409
    assert money_on(card) == (Decimal("50.00"), 0)


def test_blocks_and_unblocks(client: Client) -> None:
    card, _ = given("50.00")

    client.post(act("block", card))
    card.refresh_from_db()
    assert not card.is_active

    client.post(act("unblock", card))
    card.refresh_from_db()
    assert card.is_active


def test_mailing_again_makes_a_new_code(client: Client) -> None:
    card, _ = given("50.00", recipient_email="eve@example.com")

    client.post(act("resend", card))

    before = card.code_hash
    card.refresh_from_db()
    assert card.code_hash != before
    assert card.balance == Decimal("50.00")
