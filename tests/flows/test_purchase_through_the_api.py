import re
from decimal import Decimal
from urllib.parse import urlencode

from orders.models import Order
from tests.flows.mobile import Mobile
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.ledger import ledger
from tests.payments.sandbox_process import ROOT, send
from tests.shopflow.supervising import soon

pytestmark = IN_THE_SHOP


def documented_calls() -> list[str]:
    """The paths that the purchase in the documentation asks for, in its order."""
    text = (ROOT / "docs" / "api.md").read_text()
    purchase = text.partition("```sh\n")[2].partition("```")[0]
    return re.findall(r"\$API(/[^\s\"]*)", purchase)


@ledger("S0-1")
def test_buys_as_the_documentation_does(running_shop: RunningShop) -> None:
    phone = Mobile(running_shop)

    found = phone.get("/products/?q=tee&fields=slug,name,price,in_stock")["results"]
    cart = phone.put_in_cart(phone.find("harbour-tee"), 2)
    assert phone.get("/cart/") == cart
    quote = phone.quote()
    order = phone.check_out(quote, key="this-order")
    again = phone.check_out(quote, key="this-order")
    number = order["number"]
    page = phone.start_to_pay(number, key="pay-this-order")
    card = {"name": "Ada", "expiry": "12/40", "cvc": "123", "number": "4242424242424242"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    paid = send("POST", page, body=urlencode(card).encode(), headers=form)
    is_confirmed = soon(lambda: phone.see(number)["status"] == "confirmed")

    assert {"slug": "harbour-tee", "name": "Harbour Tee"}.items() <= found[0].items()
    assert cart["items"][0]["line_total"] == {"amount": "58.00", "currency": "USD"}
    assert quote["total"] == {"amount": "68.54", "currency": "USD"}
    assert order["status"] == "pending"
    assert again == order
    assert paid.status == 303
    assert is_confirmed
    calls = dict.fromkeys(path.replace(number, "$NUMBER") for path in phone.called)
    assert list(calls) == documented_calls()
    with running_shop.books():
        assert Order.objects.get(order_number=number).amount_paid == Decimal("68.54")
    assert running_shop.broken_rules() == {}
