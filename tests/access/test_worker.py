import json
from pathlib import Path

import pytest
import redis

from tests.access.people import People
from tests.access.planted.tasks import look, look_for
from tests.flows.celery_process import running_worker, wait_until
from tests.ledger import ledger

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("worker")]


@ledger("S0-28", "C-52", "S3-24")
def test_hands_nothing_from_one_task_to_the_next(
    people: People, queue: "redis.Redis", tmp_path: Path
) -> None:
    notes = tmp_path / "notes"
    everything = sorted(str(person.order.pk) for person in people)
    ada, bob = (str(person.user_id) for person in (people.ada, people.bob))

    for user_id, fail in ((ada, False), (bob, True), (ada, True), (bob, False)):
        look_for.delay(user_id, str(notes), fail=fail)
        look.delay(str(notes))
    with running_worker(tmp_path, "--include", "tests.access.planted.tasks"):
        wait_until(lambda: notes.exists() and notes.read_text().count("\n") == 12)

    lines = [json.loads(line) for line in notes.read_text().splitlines()]
    of_nobody = [["shop_worker", "", everything]] * 2
    of_ada = ["shop_app", ada, [str(people.ada.order.pk)]]
    of_bob = ["shop_app", bob, [str(people.bob.order.pk)]]
    assert [line[1:] for line in lines] == [
        *(of_ada, *of_nobody),
        *(of_bob, *of_nobody),
        *(of_ada, *of_nobody),
        *(of_bob, *of_nobody),
    ]
    assert len({process for process, *_ in lines}) == 1
