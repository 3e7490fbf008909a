from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import DjangoDbBlocker

from tests.access.people import People, meet_people


@pytest.fixture(scope="module")
def people(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[People]:
    """Made and committed once for the tests of a module, which change nothing for good."""
    with django_db_blocker.unblock():
        people = meet_people()
        # A test begins with a connection of its own.
        connection.close()
    yield people
    with django_db_blocker.unblock():
        call_command("flush", verbosity=0, interactive=False)
        connection.close()
