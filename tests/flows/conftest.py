from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, Playwright, sync_playwright
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


@pytest.fixture
def visit(running_shop: RunningShop, new_context: NewContext) -> Callable[..., Visitor]:
    """Lets somebody in, with a browser window of the kind that Playwright's options describe."""
    return lambda **kind: Visitor.enter(running_shop, new_context, **kind)


# --- The fixtures of pytest-playwright, for a module where that has them for the whole run --------
# Playwright keeps an event loop in this thread. Beside one, Django refuses to query unless told
# otherwise, and has other connections than without: no other test should have to know.


@pytest.fixture(scope="module")
def playwright(running_shop: RunningShop) -> Iterator[Playwright]:
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as driver:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield driver
        connections.close_all()


@pytest.fixture(scope="module")
def browser(playwright: Playwright, browser_type_launch_args: dict[str, Any]) -> Iterator[Browser]:
    browser = playwright.chromium.launch(**browser_type_launch_args, **launch_options())
    yield browser
    browser.close()


@pytest.fixture(scope="module")
def browser_context_args() -> dict[str, Any]:
    return {}
