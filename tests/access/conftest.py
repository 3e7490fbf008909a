from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.core.management import call_command
from django.db import connection, connections
from pytest_django import DjangoDbBlocker, Settings

from shopflow.lib.postgres.base import DatabaseWrapper
from shopflow.lib.roles import Role
from tests.access.people import People, meet_people
from tests.access.server import Server, running_server


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """Made and committed once for the tests of a module, which change nothing for good."""
    with ExitStack() as stack:
        stack.callback(_forget_people, django_db_blocker)
        with django_db_blocker.unblock():
            people = meet_people()
            # A test begins with a connection of its own.
            connection.close()
        yield people


def _forget_people(blocker: DjangoDbBlocker) -> None:
    with blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        connection.close()


@pytest.fixture
def web_connection(people: People, settings: Settings) -> Iterator[DatabaseWrapper]:
    """Connect as web processes do: as shop_app, through a pool, here of a single connection.

    Yields the test's own connection, the owner's.
    """
    settings.DATABASE_ROLE = settings.ACTING_ROLE = Role.APP
    usual = connections["default"]
    own = usual.copy()
    assert isinstance(usual, DatabaseWrapper)
    assert isinstance(own, DatabaseWrapper)
    own.settings_dict["OPTIONS"] |= {
        "options": "-c role=shop_app -c lock_timeout=2s",
        "pool": {"min_size": 1, "max_size": 1, "timeout": 5},
    }
    connections["default"] = own
    yield usual
    connections["default"] = usual
    own.close()
    own.close_pool()


@pytest.fixture(scope="module")
def server(
    people: People, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    """The shop with the planted views, as real processes run it: role shop_app, through a pool."""
    with django_db_blocker.unblock():
        folder = tmp_path_factory.mktemp("web")
        with running_server(folder, settings_module="tests.access.planted.settings") as server:
            yield server
