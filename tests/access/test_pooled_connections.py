"""Connections go from hand to hand, and nobody finds on one what it was told before."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.access.people import People, Person
from tests.access.server import Server, session_of
from tests.ledger import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("server")]

THREADS = 4
TIMES = 200  # that each of two people asks
DUMP = "/planted/orders/"
WAYS = ("list", "dump", "failing", "nobody", "other")


class Browser:
    """One person's, with what it saw."""

    def __init__(self, server: Server, person: Person, other: Person) -> None:
        self.server, self.person, self.other = server, person, other
        self.session = session_of(person)
        self.backends: set[int] = set()

    def ask(self, way: str) -> None:
        number = self.other.order.order_number
        path, status = {
            "list": ("/account/orders/", 200),
            "dump": (f"{DUMP}?as=who-asks", 200),
            "failing": (f"{DUMP}?as=who-asks&then=fail", 500),
            "nobody": (DUMP, 200),
            "other": (f"/orders/{number}/", 404),
        }[way]
        answer = self.server.get(path, session=self.session)
        assert answer.status == status, answer.text
        # A page leads to itself in other languages, even one that isn't there.
        said = answer.text.replace(path, "")
        assert self.other.marker not in said
        assert number not in said
        if way == "list":
            assert self.person.order.order_number in answer.text
        if way in {"dump", "nobody"}:
            rows = [row["id"] for row in answer.json["rows"]]
            assert rows == ([str(self.person.order.pk)] if way == "dump" else [])
            self.backends.add(answer.json["backend"])


@ledger("S0-28", "C-52", "S3-24")
def test_four_threads_of_two_people_never_show_one_the_others_order(
    people: People, server: Server
) -> None:
    browsers = [Browser(server, people.ada, people.bob), Browser(server, people.bob, people.ada)]
    jobs = [(browser, WAYS[turn % len(WAYS)]) for turn in range(TIMES) for browser in browsers]
    random.Random(3).shuffle(jobs)

    with ThreadPoolExecutor(THREADS) as threads:
        for _ in threads.map(lambda job: job[0].ask(job[1]), jobs):
            pass

    ada, bob = (browser.backends for browser in browsers)
    # Else nothing was proved: they have to have shared connections.
    assert ada & bob
    assert len(ada | bob) <= THREADS
