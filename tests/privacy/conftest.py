from collections.abc import Iterator

import pytest

from tests.databases import another_database, drop
from tests.schema.test_dump_and_restore import RESTORED


@pytest.fixture
def own_database(transactional_db: None) -> Iterator[None]:
    """Committed rows that a dump shows, in a database that is dropped afterwards."""
    with another_database():
        yield
        drop(RESTORED)
