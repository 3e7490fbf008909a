import pytest

from shopflow.privacy import commands
from shopflow.privacy.columns import GOES_BY_ITSELF, KEPT_BY_LAW
from tests.privacy.dumps import dumped
from tests.privacy.marks import Marked, meet

pytestmark = pytest.mark.django_db


def kept(person: Marked, dump: str) -> set[tuple[str, str]]:
    """Where a dump still has a person's words."""
    return {where for where, mark in person.marks.items() if mark in dump}


BY_LAW = {(table, column) for table, columns in KEPT_BY_LAW.items() for column in columns}


@pytest.mark.usefixtures("own_database")
@pytest.mark.django_db(transaction=True)
def test_leaves_nothing_in_a_dump_but_what_the_law_keeps() -> None:
    ada, bob = meet("ada"), meet("bob")
    before = dumped()
    assert kept(ada, before) == set(ada.marks)

    commands.erase_user(user_id=ada.user_id)

    after = dumped()
    left = kept(ada, after)
    assert {where for where in left if where[0] not in GOES_BY_ITSELF} == BY_LAW
    assert [after.count(ada.marks[where]) for where in sorted(left)] == [1] * len(left)
    assert kept(bob, after) == set(bob.marks)
