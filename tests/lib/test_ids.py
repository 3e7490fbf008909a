from datetime import UTC, datetime, timedelta
from uuid import RFC_4122

from hypothesis import given
from hypothesis import strategies as st

from shopflow.lib.ids import event_id, first_id_of, new_id
from tests.ledger import ledger

MOMENTS = st.integers(min_value=0, max_value=4_102_444_800_000).map(
    lambda milliseconds: datetime.fromtimestamp(milliseconds / 1000, UTC)
)


@ledger("S2-86")
def test_ids_sort_by_time_even_within_a_millisecond() -> None:
    ids = [new_id() for _ in range(10_000)]

    assert ids == sorted(ids)
    assert len(set(ids)) == len(ids)
    assert {(id_.version, id_.variant) for id_ in ids} == {(7, RFC_4122)}


@given(moment=MOMENTS, name=st.text(max_size=50))
def test_an_event_has_one_id(moment: datetime, name: str) -> None:
    first, second = event_id("sandbox", name, moment), event_id("sandbox", name, moment)

    assert first == second
    assert (first.version, first.variant) == (7, RFC_4122)
    assert event_id("other", name, moment) != first
    assert event_id("sandbox", name + "x", moment) != first


def test_provider_and_event_do_not_run_together() -> None:
    moment = datetime(2025, 1, 1, tzinfo=UTC)

    assert event_id("a", "bc", moment) != event_id("ab", "c", moment)


@given(moment=MOMENTS)
def test_an_event_lies_in_the_partition_of_its_time(moment: datetime) -> None:
    found = event_id("sandbox", "evt_1", moment)

    assert first_id_of(moment) <= found < first_id_of(moment + timedelta(milliseconds=1))
