import pytest
from django.test import Client
from django.urls import reverse

from orders.models import Order
from payments.commands import GUESSES, block_card
from payments.models import GiftCardHold
from tests import factories
from tests.gift_cards import given, money_on
from tests.storefront import link, words

pytestmark = pytest.mark.django_db
WRONG = "ACDE-FGHJ-KMNP-RTUV"


def test_a_card_lowers_what_is_left_to_pay(client: Client, order: Order) -> None:
    _, code = given("50.00")

    answer = client.post(link("payments:pay-with-gift-card", order), {"code": code})

    assert answer.status_code == 303
    page = words(client.get(answer["Location"]))
    assert "$64.78" in page
    assert f"Gift card …{code[-4:]}" in page
    assert code not in page


def test_a_card_that_covers_all_needs_no_provider(client: Client, order: Order) -> None:
    _, code = given("200.00")
    client.post(link("payments:pay-with-gift-card", order), {"code": code})
    assert "Pay with your gift card" in words(client.get(link("payments:pay", order)))

    answer = client.post(link("payments:pay", order))

    assert answer.status_code == 303
    order.refresh_from_db()
    assert order.status == "confirmed"
    assert f"Paid with gift card …{code[-4:]}" in words(client.get(link("orders:detail", order)))


def test_a_wrong_code_is_shown_again_with_the_reason(client: Client, order: Order) -> None:
    answer = client.post(link("payments:pay-with-gift-card", order), {"code": WRONG})

    assert answer.status_code == 404
    assert "We don't know this gift card code." in words(answer)
    assert WRONG in answer.content.decode()
    assert GiftCardHold.objects.count() == 0


def test_a_card_is_taken_off_again(client: Client, order: Order) -> None:
    card, code = given("50.00")
    client.post(link("payments:pay-with-gift-card", order), {"code": code})
    hold = GiftCardHold.objects.get()

    answer = client.post(link("payments:pay-with-gift-card", order), {"remove": str(hold.pk)})

    assert answer.status_code == 303
    assert "$114.78" in words(client.get(link("payments:pay", order)))
    assert money_on(card)[1] == 0


def test_guessing_ends_after_twenty_codes(client: Client, order: Order) -> None:
    for _ in range(GUESSES.tries):
        client.post(link("payments:pay-with-gift-card", order), {"code": WRONG})
    _, code = given("50.00")

    answer = client.post(link("payments:pay-with-gift-card", order), {"code": code})

    assert answer.status_code == 429
    assert client.post(reverse("payments:gift-card"), {"code": code}).status_code == 429
    assert GiftCardHold.objects.count() == 0


def test_balance_shows_what_is_left_and_the_history(client: Client, order: Order) -> None:
    _, code = given("50.00")

    page = words(client.post(reverse("payments:gift-card"), {"code": code}))

    assert "$50.00 left" in page
    assert "Put on the card" in page
    assert "no-store" in client.get(reverse("payments:gift-card"))["Cache-Control"]


def test_balance_of_a_blocked_card_says_so(client: Client) -> None:
    card, code = given("50.00")
    block_card(card_id=card.pk)

    page = words(client.post(reverse("payments:gift-card"), {"code": code}))

    assert "This gift card can't be used any more." in page


def test_balance_of_a_wrong_code_is_404(client: Client) -> None:
    answer = client.post(reverse("payments:gift-card"), {"code": WRONG})

    assert answer.status_code == 404
    assert "We don't know this gift card code." in words(answer)


def test_a_card_is_kept_in_the_account(client: Client) -> None:
    user = factories.UserFactory.create()
    client.force_login(user)
    card, code = given("50.00")

    answer = client.post(reverse("payments:gift-card"), {"code": code, "keep": "1"})

    assert answer.status_code == 303
    page = words(client.get(reverse("payments:gift-cards")))
    assert f"…{code[-4:]} $50.00 left" in page
    card.refresh_from_db()
    assert card.user_id == user.pk
