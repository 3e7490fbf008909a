import pytest
from django.core.cache import cache as redis
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from shopflow.lib import cache
from tests.ledger import ledger


class Maker:
    """Makes another answer each time."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> str:
        self.made += 1
        return f"answer {self.made}"


@ledger("S0-34")
def test_makes_an_answer_once() -> None:
    make = Maker()

    answers = [cache.remembered("/c/shirts", scopes=[cache.CATALOG], make=make) for _ in range(3)]

    assert answers == ["answer 1"] * 3


def test_keeps_answers_of_different_keys_apart() -> None:
    make = Maker()

    first, second = (cache.remembered(key, scopes=[cache.CATALOG], make=make) for key in "ab")

    assert (first, second) == ("answer 1", "answer 2")


@ledger("S0-34")
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("renewed", "answer"),
    [
        (cache.CATALOG, "answer 2"),
        (cache.product_scope("blue"), "answer 2"),
        (cache.product_scope("red"), "answer 1"),
    ],
)
def test_forgets_what_a_scope_covers(
    renewed: str, answer: str, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    make, scopes = Maker(), [cache.CATALOG, cache.product_scope("blue")]
    cache.remembered("/p/blue", scopes=scopes, make=make)

    with django_capture_on_commit_callbacks(execute=True):
        cache.renew(renewed)

    assert cache.remembered("/p/blue", scopes=scopes, make=make) == answer


@pytest.mark.django_db
def test_forgets_nothing_before_the_commit(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    make = Maker()
    cache.remembered("/", scopes=[cache.CATALOG], make=make)

    with django_capture_on_commit_callbacks():
        cache.renew(cache.CATALOG)

    assert cache.remembered("/", scopes=[cache.CATALOG], make=make) == "answer 1"


@pytest.mark.django_db
def test_an_answer_made_while_its_scope_is_renewed_is_never_found_again(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    def make_slowly() -> str:
        with django_capture_on_commit_callbacks(execute=True):
            cache.renew(cache.CATALOG)
        return "old prices"

    slow = cache.remembered("/", scopes=[cache.CATALOG], make=make_slowly)
    later = cache.remembered("/", scopes=[cache.CATALOG], make=lambda: "new prices")

    assert (slow, later) == ("old prices", "new prices")


def test_an_emptied_redis_revives_nothing() -> None:
    make = Maker()
    cache.remembered("/", scopes=[cache.CATALOG], make=make)
    before = redis.get("version:catalog")

    redis.clear()

    assert cache.remembered("/", scopes=[cache.CATALOG], make=make) == "answer 2"
    assert redis.get("version:catalog") != before


@ledger("S2-2")
def test_without_redis_every_answer_is_made(settings: Settings) -> None:
    settings.CACHES = {
        "default": {**settings.CACHES["default"], "LOCATION": "unix:///nonexistent/redis.sock"}
    }
    make = Maker()

    answers = [cache.remembered("/", scopes=[cache.CATALOG], make=make) for _ in range(2)]

    assert answers == ["answer 1", "answer 2"]
