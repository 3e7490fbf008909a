from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from shipping.models import ShippingMethod
from tests.payments.sandbox_process import Sandbox, running_sandbox
from tests.payments.webhooks import Till
from tests.shopflow.busy_shop import trade


@pytest.fixture
def own_sandbox(sandbox: Sandbox, settings: Settings, tmp_path: Path) -> Iterator[Sandbox]:
    """A provider whose ledger knows this test's payments only."""
    with running_sandbox(database=tmp_path / "ledger.sqlite3") as own:
        settings.SANDBOX_URL = own.url
        yield own


@pytest.fixture
def busy_shop(us_shipping: ShippingMethod, till: Till) -> None:
    """A shop in which something of everything has happened, all in order."""
    trade(till)


@pytest.fixture
def compared_shop(us_shipping: ShippingMethod, own_sandbox: Sandbox) -> None:
    """The same at a provider of its own."""
    trade(Till(own_sandbox))
