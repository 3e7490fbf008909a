import re

from accounts.models import User, UserSession
from orders.models import Order
from tests.flows.mobile import Mobile
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.payments.sandbox_process import ROOT

pytestmark = IN_THE_SHOP


def documented_calls() -> list[str]:
    """The paths that signing in asks for in the documentation, in its order."""
    text = (ROOT / "docs" / "api.md").read_text()
    signing_in = text.partition("## Signing in")[2].partition("## ")[0]
    return re.findall(r"\$API(/[^\s\"]*)", signing_in)


def test_signs_in_as_the_documentation_does(running_shop: RunningShop) -> None:
    email, password = running_shop.shopper
    phone = Mobile(running_shop)
    variant = phone.find("harbour-tee")
    phone.called.clear()

    phone.put_in_cart(variant, 1)
    phone.sign_in(email, password)
    me = phone.get("/me/")
    everything = phone.get("/me/export/")["tables"]
    changed = phone.patch("/me/", {"phone": "+1 212 555 0100"})
    cart = phone.get("/cart/")
    order = phone.check_out(phone.quote(), key="an-order-of-mine")
    mine = phone.get("/orders/")["results"]
    phone.trade()
    devices = phone.get("/auth/sessions/")["results"]
    phone.post("/auth/logout/", status=204)

    assert (me["email"], changed["phone"]) == (email, "+12125550100")
    assert [row["email"] for row in everything["users"]] == [email]
    assert [item["variant"]["id"] for item in cart["items"]] == [variant["id"]]
    assert mine[0]["number"] == order["number"]
    [device] = [device for device in devices if device["is_current"]]
    assert device["device"] == "My terminal"
    assert phone.called == documented_calls()
    with running_shop.books():
        user = User.objects.get(email=email)
        assert Order.objects.get(order_number=order["number"]).user == user
        assert not UserSession.objects.filter(family=device["id"], revoked_at=None).exists()
    assert running_shop.broken_rules() == {}
