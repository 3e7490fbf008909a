from collections.abc import Iterator

import pytest

from tests.databases import another_database
from tests.schema.test_dump_and_restore import RESTORED, run


@pytest.fixture
def own_database(transactional_db: None) -> Iterator[None]:
    """Committed rows that a dump shows, in a database that is dropped afterwards."""
    with another_database():
        yield
        run("dropdb", "--if-exists", "--force", RESTORED)
