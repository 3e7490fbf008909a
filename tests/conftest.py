"""What every test stands on: its own Redis, cheap passwords, and a small shop on request."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from _pytest.nodeid import NodeId
from celery import current_app
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.utils import translation
from pytest_django import Settings

from catalog.models import ProductVariant
from orders.models import Order
from shipping.models import ShippingMethod
from shopflow.access.rights import PROTECTED
from shopflow.lib import context, transactions
from shopflow.lib.roles import Role
from tests import factories
from tests.payments.sandbox_process import API_KEY, SECRET, Sandbox, running_sandbox
from tests.payments.webhooks import Till

WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
# Redis keeps 16 databases: a cache and a queue for each of at most 7 workers, and the last two for
# the running shop of tests/flows.
DATABASES_OF_A_WORKER = 2


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Adjust the settings before Django reads them; pytest-django gives each worker a database."""
    settings.CACHES["default"]["LOCATION"] = _own(settings.CACHES["default"]["LOCATION"])
    # Celery prefers the variable to the setting.
    os.environ["CELERY_BROKER_URL"] = _own(settings.CELERY_BROKER_URL)
    settings.CELERY_BROKER_URL = os.environ["CELERY_BROKER_URL"]
    # The real hashers are slow on purpose, and no test is about that.
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A test asks as often as it likes; those about limits set their own.
    settings.API_CALLS_PER_MINUTE = {}
    # Hashed names exist only after `collectstatic`.
    settings.STORAGES["staticfiles"] = {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
    }
    settings.WHITENOISE_AUTOREFRESH = True
    # A slow machine proves nothing.
    hypothesis.settings.register_profile("shop", deadline=None)
    hypothesis.settings.register_profile(
        "nightly", deadline=None, max_examples=10_000, stateful_step_count=50
    )
    hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "shop"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the tests of an xdist_group together on one worker.

    xdist 3.8 writes the group where pytest 9.2 no longer reads it, and says nothing:
    https://github.com/pytest-dev/pytest-xdist/issues/1386
    """
    for item in items:
        if grouped := vars(item).get("_nodeid"):
            item._id = NodeId.parse(grouped)


def _own(address: object) -> str:
    """Move the logical database in a Redis address, so that workers don't share one."""
    return re.sub(
        r"(?<=db=)\d+|(?<=virtual_host=)\d+",
        lambda match: str(int(match[0]) + DATABASES_OF_A_WORKER * WORKER),
        str(address),
    )


@pytest.fixture(autouse=True)
def _empty_cache() -> None:
    cache.clear()


@pytest.fixture(autouse=True)
def _nobody_spoke_before() -> None:
    """A request leaves its language behind for the thread; the next one sets its own."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _own_media(settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "media"


@pytest.fixture
def queue() -> Iterator["redis.Redis"]:
    """The broker's database, empty before and after."""
    with current_app.connection_for_write() as connection:
        client: redis.Redis = connection.default_channel.client  # type: ignore[attr-defined]  # the Redis transport has one
        client.flushdb()
        yield client
        client.flushdb()


@pytest.fixture
def us_shipping(db: None) -> ShippingMethod:
    """Standard shipping in the US for $5.90; New York's tax of 8.875 % comes on top."""
    return factories.ship_to_the_us()


@pytest.fixture
def variant(us_shipping: ShippingMethod) -> ProductVariant:
    """A shirt of $50.00 with 10 units on hand."""
    return factories.variant_on_sale(price="50.00", stock=10)


@pytest.fixture
def order(variant: ProductVariant) -> Order:
    """A guest's unpaid order of two shirts: 100.00 + 5.90 + 8.88 tax = 114.78."""
    return factories.placed_order((variant, 2))


@pytest.fixture(scope="session")
def _sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    folder: Path = tmp_path_factory.mktemp("sandbox")
    with running_sandbox(database=folder / "ledger.sqlite3") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(_sandbox: Sandbox, settings: Settings) -> Iterator[Sandbox]:
    """The real provider in a process of its own, in good health, and the shop set up for it."""
    settings.SANDBOX_URL = _sandbox.url
    settings.SANDBOX_API_KEY = API_KEY
    settings.SANDBOX_WEBHOOK_SECRET = [SECRET]
    yield _sandbox
    if _sandbox.process is None:
        _sandbox.start()
    _sandbox.reset_faults()


@pytest.fixture
def till(sandbox: Sandbox) -> Till:
    """Pays at the provider and brings its signed events to the shop."""
    return Till(sandbox)


@pytest.fixture(autouse=True)
def _protected_rows_are_read_for_somebody() -> Iterator[None]:
    """Raise when a request reads protected rows without having said for whom.

    A test connects as the owner, who sees all; in a running shop the same read finds nothing.
    """
    tables = re.compile("|".join(f'"{table}"' for table in PROTECTED))

    def judge(execute: Any, sql: str, params: Any, many: bool, about: Any) -> Any:
        in_request = context.current().role == Role.APP
        if in_request and not transactions.is_told() and tables.search(sql):
            raise AssertionError(f"a protected table outside reading_as or a command: {sql}")
        return execute(sql, params, many, about)

    with connection.execute_wrapper(judge):
        yield
