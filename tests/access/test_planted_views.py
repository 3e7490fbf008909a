"""Views that forget their filter, served as the shop is: row-level security is what is left."""

import pytest

from shopflow.access.rights import APP_WRITES, PROTECTED
from tests.access.asking import rows
from tests.access.people import MODELS, People
from tests.access.server import Server, session_of
from tests.ledger import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("server")]

TABLES = sorted(PROTECTED)


def test_are_planted_for_every_protected_table() -> None:
    assert sorted(MODELS) == TABLES


@ledger("S0-28", "C-52", "S3-24")
@pytest.mark.parametrize("table", TABLES)
def test_show_who_asks_their_own_rows(people: People, server: Server, table: str) -> None:
    for person, other in ((people.ada, people.bob), (people.bob, people.ada)):
        answer = server.get(f"/planted/{table}/?as=who-asks", session=session_of(person))

        assert {row["id"] for row in answer.json["rows"]} == set(map(str, person.rows(table)))
        assert other.marker not in answer.text
        assert (answer.json["role"], answer.json["told"]) == ("shop_app", str(person.user_id))


@ledger("S0-28", "C-52")
@pytest.mark.parametrize("table", TABLES)
def test_show_a_guest_the_proved_order(people: People, server: Server, table: str) -> None:
    answer = server.get(f"/planted/{table}/?as=who-asks&token={people.guest.order_token}")

    assert {row["id"] for row in answer.json["rows"]} == set(map(str, people.guest.rows(table)))
    assert people.ada.marker not in answer.text


@ledger("S0-28", "C-52")
@pytest.mark.parametrize("how", ["", "?as=nobody"])
@pytest.mark.parametrize("table", TABLES)
def test_show_nothing_outside_a_context(
    people: People, server: Server, table: str, how: str
) -> None:
    answer = server.get(f"/planted/{table}/{how}", session=session_of(people.ada))

    assert (answer.json["rows"], answer.json["role"]) == ([], "shop_app")
    assert answer.json["told"] in {None, ""}


@pytest.mark.parametrize("table", TABLES)
def test_write_to_nobodys_rows(people: People, server: Server, table: str) -> None:
    def versions() -> list[tuple[object, ...]]:
        return rows("SELECT id, updated_at, xmin::text FROM {table} ORDER BY id", table=table)

    before = versions()

    answer = server.post(f"/planted/{table}/", session=session_of(people.ada))

    # Nobody says for whom a write works but a command's caller; where pages write nothing at all,
    # the server's refusal is a page with a sentence.
    assert answer.status == (200 if table in APP_WRITES else 500)
    if answer.status == 200:
        assert answer.json == {"changed": 0}
    assert versions() == before
