from collections.abc import Callable, Mapping
from typing import Any

import pytest

from promotions.models import Coupon
from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]


@pytest.mark.parametrize(("window", "limit"), [(DESKTOP, "41"), (PHONE, "42")])
def test_owner_sees_who_changed_a_coupon_and_how(
    running_shop: RunningShop,
    visit: Callable[..., Visitor],
    window: Mapping[str, Any],
    limit: str,
) -> None:
    owner = visit(**window)
    with running_shop.books():
        coupon = Coupon.objects.get(code="WELCOME10")
    owner.sign_in_as_owner()
    page = owner.page

    owner.open(f"/admin/promotions/coupon/{coupon.pk}/change/")
    page.get_by_label("Usage limit:").fill(limit)
    page.get_by_role("button", name="Save", exact=True).click()
    owner.open(f"/admin/promotions/coupon/{coupon.pk}/change/")
    owner.follow("History")
    newest = page.locator("#result_list tbody tr").first
    newest.get_by_text(f"usage limit: {coupon.usage_limit or '—'} → {limit}").wait_for()
    newest.get_by_text(running_shop.owner[0]).wait_for()
    newest.get_by_role("rowheader").get_by_role("link").click()
    page.get_by_text(limit, exact=True).wait_for()

    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= window["viewport"]["width"]
    assert owner.troubles == []
