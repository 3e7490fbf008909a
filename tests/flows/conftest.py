from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pytest_django import DjangoDbBlocker

from tests.browser.chromium import launch_options
from tests.flows import running_shop as shops
from tests.flows.running_shop import RunningShop
from tests.flows.visitor import NewContext, Visitor


@pytest.fixture(scope="session")
def running_shop(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[RunningShop]:
    """The whole demo shop in processes of its own."""
    with shops.running_shop(tmp_path_factory.mktemp("shop"), django_db_blocker) as shop:
        yield shop


@pytest.fixture(scope="session")
def browser_type_launch_args() -> Iterator[dict[str, Any]]:
    """Our own Chromium, in place of those that Playwright would download."""
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, and Django would refuse to query beside it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield launch_options()


@pytest.fixture(scope="session")
def base_url() -> None:
    """None: the plugin's own fixture is one that pytest is about to drop."""


@pytest.fixture
def visit(running_shop: RunningShop, new_context: NewContext) -> Callable[..., Visitor]:
    """Lets somebody in, with a browser window of the kind that Playwright's options describe."""
    return lambda **kind: Visitor.enter(running_shop, new_context, **kind)
