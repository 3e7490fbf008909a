from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.flows.running_shop import IN_THE_SHOP, RunningShop
from tests.flows.visitor import DESKTOP, PHONE, Visitor

pytestmark = [pytest.mark.browser, *IN_THE_SHOP]


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_owner_sees_that_everything_is_right(
    running_shop: RunningShop, visit: Callable[..., Visitor], window: Mapping[str, Any]
) -> None:
    owner = visit(**window)

    owner.sign_in_as_owner()
    owner.follow("Is everything right?")
    owner.sees("Is everything right?")
    owner.page.get_by_text("Yes, as far as was checked.").wait_for()
    owner.page.get_by_text("Largest tables").click()
    owner.page.get_by_role("cell", name="product_variants", exact=True).wait_for()

    wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert owner.page.evaluate(wider) == 0
    assert owner.troubles == []
