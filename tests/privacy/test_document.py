from django.conf import settings

from shopflow.access.rights import PERSONAL_COLUMNS
from shopflow.privacy.document import BEGIN, END, written

PAGE = (settings.BASE_DIR / "docs" / "privacy.md").read_text(encoding="utf-8")


def test_the_page_has_every_personal_column() -> None:
    assert written(PAGE) == PAGE, "write it again: make data-model"
    for table, columns in PERSONAL_COLUMNS.items():
        lines = [line for line in PAGE.splitlines() if line.startswith(f"| {table} | ")]
        assert {name for name in columns if any(f"`{name}`" in line for line in lines)} == columns


def test_a_table_that_went_stale_is_seen() -> None:
    stale = f"{PAGE.partition(BEGIN)[0]}{BEGIN}\nold\n{END}\n"

    assert written(stale) == PAGE
