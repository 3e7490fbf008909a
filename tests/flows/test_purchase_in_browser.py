from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Route

from catalog.models import ProductVariant
from orders.models import Order
from payments.models import Payment
from tests.factories import figures
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, PHONE, Visitor
from tests.payments.sandbox_process import CARD_DECLINES
from tests.shopflow.supervising import soon

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]
Visit = Callable[..., Visitor]
KINDS = pytest.mark.parametrize(
    "kind",
    [DESKTOP, {**PHONE, "java_script_enabled": False}],
    ids=["desktop", "phone without JavaScript"],
)
CONFIRMED = "Thank you. Your order is confirmed."
WAITING = "We're waiting for the payment"


@KINDS
def test_guest_buys_two_tees_with_a_coupon(
    running_shop: RunningShop, visit: Visit, kind: Mapping[str, Any]
) -> None:
    guest = visit(**kind)
    with running_shop.books():
        tee = ProductVariant.objects.get(sku="FEN-TEE-MEA-L")
        on_hand, reserved = figures(tee)

    guest.open("/")
    guest.picture("home")
    guest.follow("Clothing")
    guest.follow("Harbour Tee")
    guest.choose(Colour="Meadow", Size="L")
    guest.picture("product")
    guest.page.get_by_label("Quantity").fill("2")
    guest.press("Add to cart")
    guest.use_code("welcome10")
    guest.picture("cart")
    guest.follow("Go to checkout")
    guest.fill_in_checkout()
    guest.picture("checkout")
    guest.order_button.click()
    number = guest.number
    guest.press("Pay by card")
    guest.fill_in_card()
    guest.sees(CONFIRMED)

    assert guest.troubles == []
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        payment = Payment.objects.get(order=order)
        promised = order.reservations.values_list("inventory__variant__sku", "quantity", "status")
        assert (order.status, order.payment_status) == ("confirmed", "paid")
        # 2 × 29.00 less 10 %, shipping 5.90, 8 % tax on the tees
        assert (order.total, order.amount_paid) == (Decimal("62.28"), Decimal("62.28"))
        assert list(promised) == [("FEN-TEE-MEA-L", 2, "committed")]
        assert figures(tee) == (on_hand, reserved + 2)
        assert not order.stock_moves.exists()  # the tees haven't left yet
        assert (payment.status, payment.card_last_four) == ("captured", "4242")
    assert running_shop.sandbox.fetch(payment.provider_payment_id)["captured"] == 6228
    assert running_shop.broken_rules() == {}


def test_guest_pays_after_a_declined_card(running_shop: RunningShop, visit: Visit) -> None:
    guest = visit(**DESKTOP)

    number = guest.order("pocket-mending-kit")
    guest.press("Pay by card")
    guest.fill_in_card(CARD_DECLINES)
    guest.page.get_by_role("alert").wait_for()
    guest.fill_in_card()
    guest.sees(CONFIRMED)

    assert guest.troubles == []
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        payment = Payment.objects.get(order=order)
        assert (order.status, order.amount_paid) == ("confirmed", order.total)
        assert (payment.status, payment.amount_captured) == ("captured", order.total)
    assert running_shop.broken_rules() == {}


def test_coming_back_without_paying_leaves_the_order_unpaid(
    running_shop: RunningShop, visit: Visit
) -> None:
    guest = visit(**DESKTOP)

    number = guest.order("pocket-mending-kit")
    guest.press("Pay by card")
    guest.page.get_by_role("link", name="Cancel and go back").click()
    guest.sees(WAITING)
    guest.page.wait_for_url("**&n=1")  # the page has looked again by itself
    guest.sees(WAITING)

    assert guest.troubles == []
    with running_shop.books():
        order = Order.objects.get(order_number=number)
        payment = Payment.objects.get(order=order)
        assert (order.status, order.amount_paid) == ("pending", Decimal(0))
        assert (payment.status, payment.amount_captured) == ("pending", Decimal(0))
    assert running_shop.broken_rules() == {}
    running_shop.sandbox.pay(payment.provider_payment_id)
    guest.sees(CONFIRMED)


@KINDS
def test_double_click_makes_one_order(
    running_shop: RunningShop, visit: Visit, kind: Mapping[str, Any]
) -> None:
    guest = visit(**kind)
    before = count_orders(running_shop)

    guest.go_to_checkout("pocket-mending-kit")
    guest.order_button.dblclick()
    number = guest.number

    assert guest.troubles == []
    assert count_orders(running_shop) == before + 1
    with running_shop.books():
        assert Order.objects.get(order_number=number).status == "pending"
    assert running_shop.broken_rules() == {}


def test_a_slow_press_counts_although_the_price_comes_anew_meanwhile(
    running_shop: RunningShop, visit: Visit
) -> None:
    guest = visit(**DESKTOP)

    guest.go_to_checkout("pocket-mending-kit")
    guest.page.wait_for_load_state("networkidle")
    guest.page.get_by_label("ZIP code").first.press_sequentially("-1234")
    guest.order_button.hover()
    with guest.page.expect_response("**/checkout/"):
        guest.page.mouse.down()  # leaves the field, so the price is asked for
    guest.page.wait_for_timeout(200)  # as long as a finger stays
    guest.page.mouse.up()
    number = guest.number

    assert guest.troubles == []
    with running_shop.books():
        address = Order.objects.get(order_number=number).addresses.get(address_type="shipping")
        assert address.postal_code == "10001-1234"


def test_pressing_again_before_the_answer_comes_makes_one_order(
    running_shop: RunningShop, visit: Visit
) -> None:
    guest = visit(**DESKTOP, java_script_enabled=False)
    before = count_orders(running_shop)
    presses: list[Route] = []
    answers: list[str] = []

    def swallow_the_first_answer(route: Route) -> None:
        presses.append(route)
        if len(presses) == 1:
            answers.append(route.fetch(max_redirects=0).headers["location"])
        else:
            route.continue_()

    def is_answered() -> bool:
        guest.page.wait_for_timeout(20)  # meanwhile the above is called
        return bool(answers)

    guest.go_to_checkout("pocket-mending-kit")
    guest.page.route("**/checkout/", swallow_the_first_answer)
    guest.order_button.scroll_into_view_if_needed()
    button = guest.order_button.bounding_box()
    assert button
    # By hand, as Playwright's own click would wait for the answer.
    guest.page.mouse.click(button["x"] + 50, button["y"] + 20)
    assert soon(is_answered)
    guest.page.mouse.click(button["x"] + 50, button["y"] + 20)
    number = guest.number

    assert guest.troubles == []
    assert len(presses) == 2
    assert f"/pay/{number}/" in answers[0]
    assert count_orders(running_shop) == before + 1
    assert running_shop.broken_rules() == {}


def count_orders(shop: RunningShop) -> int:
    with shop.books():
        return Order.objects.count()
