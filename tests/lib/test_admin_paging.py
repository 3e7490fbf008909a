import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from shopflow.lib.admin import BoundedPaginator
from tests import factories


@pytest.fixture
def people(db: None) -> None:
    factories.UserFactory.create_batch(4)


@pytest.mark.parametrize(
    ("most", "count", "has_more"), [(3, 3, True), (4, 4, False), (5, 4, False)]
)
def test_counts_up_to_its_bound(
    people: None, monkeypatch: pytest.MonkeyPatch, most: int, count: int, has_more: bool
) -> None:
    monkeypatch.setattr(BoundedPaginator, "MOST", most)

    pages = BoundedPaginator(User.objects.order_by("-id"), per_page=2)

    assert (pages.count, pages.has_more) == (count, has_more)
    assert pages.num_pages == 2


def test_lets_the_database_stop_counting(people: None) -> None:
    pages = BoundedPaginator(User.objects.order_by("-id"), per_page=2)

    with CaptureQueriesContext(connection) as queries:
        assert pages.count == 4

    [query] = queries
    assert f"LIMIT {BoundedPaginator.MOST + 1}" in query["sql"]
    assert "ORDER BY" not in query["sql"]


def test_shows_no_row_beyond_its_bound(people: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "MOST", 3)

    pages = BoundedPaginator(User.objects.order_by("id"), per_page=2)

    assert [len(pages.page(number)) for number in pages.page_range] == [2, 1]
