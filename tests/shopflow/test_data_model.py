from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.db import connection

from shopflow.blueprint.document import document
from shopflow.blueprint.picture import picture
from shopflow.blueprint.schema import Table, tables
from tests.ledger import ledger

pytestmark = pytest.mark.django_db
WRITTEN_ON = 18
SVG = "{http://www.w3.org/2000/svg}"
DOCS = settings.BASE_DIR / "docs"


@pytest.fixture
def found() -> list[Table]:
    return tables()


@ledger("S2-3", "S2-18", "S2-72", "S2-149", "S2-150")
def test_the_page_says_what_the_database_says(found: list[Table]) -> None:
    page = (DOCS / "data-model.md").read_text(encoding="utf-8")

    # Other versions word the definitions differently.
    if _version() == WRITTEN_ON:
        assert document(found) == page, "write it again: make data-model"
    assert all(f"\n### {table.name}\n" in page for table in found)


@ledger("S2-17")
def test_the_picture_shows_every_table(found: list[Table]) -> None:
    drawn = picture(found)

    assert drawn == (DOCS / "pictures" / "data-model.svg").read_text(encoding="utf-8")
    parsed = ElementTree.fromstring(drawn)  # noqa: S314 - our own file
    words = {text.text for text in parsed.iter(f"{SVG}text")}
    assert words >= {table.name for table in found}


def test_every_table_says_what_a_row_is(found: list[Table]) -> None:
    assert [table.name for table in found if not (table.meaning and table.comment)] == []


def _version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000
