from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from shopflow.health import Health, Level, Measure, page
from shopflow.invariants import INVARIANTS
from shopflow.invariants.commands import check_tonight
from shopflow.lib.models import InvariantRun
from tests import factories, staff
from tests.ledger import ledger
from tests.payments.sandbox_process import Sandbox
from tests.shopflow.busy_shop import BREAKS, raw

pytestmark = pytest.mark.django_db
ADDRESS = "/admin/health/"


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.employee("lib.view_invariantrun"))


def words(client: Client) -> str:
    response = client.get(ADDRESS)
    assert response.status_code == 200
    return staff.text_of(response)


def last_night(**counts: int | None) -> None:
    now = timezone.now()
    all_well = dict.fromkeys((invariant.name for invariant in INVARIANTS), 0)
    InvariantRun.objects.create(started_at=now, finished_at=now, counts={**all_well, **counts})


@pytest.mark.usefixtures("busy_shop")
def test_says_yes_when_all_is_well(client: Client) -> None:
    last_night()

    page_words = words(client)

    assert f"Yes. All {len(INVARIANTS)} rules hold." in page_words
    for invariant in INVARIANTS:
        assert invariant.rule in page_words
    assert "Yes, last night" in page_words


@pytest.mark.usefixtures("busy_shop")
def test_names_what_is_broken(client: Client) -> None:
    raw(BREAKS["coupon_uses_equal_count"])
    raw(
        "INSERT INTO outbox_messages (id, topic, reference, created_at)"
        " SELECT gen_random_uuid(), 'mail', n, now() - interval '1 hour'"
        " FROM generate_series(1, 6) AS n"
    )

    page_words = words(client)

    assert "No. 2 rules are broken." in page_words
    assert "and within it. Broken by TENOFF" in page_words
    assert "Broken by mail 1 · mail 2 · mail 3 · mail 4 · mail 5 and 1 more" in page_words
    assert "No: 6" in page_words


@pytest.mark.usefixtures("busy_shop")
def test_holds_nothing_against_what_is_on_its_way(client: Client) -> None:
    raw(BREAKS["inbox_is_drained"])
    last_night()

    assert "Yes. All" in words(client)


def test_says_what_was_never_checked(client: Client) -> None:
    page_words = words(client)

    assert (
        f"as far as was checked. 1 of {len(INVARIANTS)} rules is asked about by night" in page_words
    )
    assert "Not checked yet" in page_words
    assert "The first nightly check is at 03:30 UTC." in page_words


def test_tells_from_last_night_what_is_not_asked_now(client: Client) -> None:
    last_night(providers_ledger_equals_ours=3)

    page_words = words(client)

    assert "No. 1 rule is broken." in page_words
    assert "payment by payment. Last night it was broken 3 times." in page_words


def test_tells_from_last_night_what_would_take_too_long(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    last_night(stock_not_oversold=2)
    monkeypatch.setattr(page, "check", lambda **how: [])

    page_words = words(client)

    assert "within their limit. Last night it was broken 2 times." in page_words


def test_shows_what_the_nightly_check_wrote(own_sandbox: Sandbox, client: Client) -> None:
    run = check_tonight()

    assert f"Last nightly check: {run.started_at:%B %-d, %H:%M} (UTC)." in words(client)


def test_asks_why_there_was_no_nightly_check(client: Client) -> None:
    then = timezone.now() - timedelta(hours=27)
    InvariantRun.objects.create(started_at=then, finished_at=then)

    assert "which is too long ago: are the worker and beat running?" in words(client)


@ledger("S2-148")
def test_shows_how_the_database_is(client: Client) -> None:
    page_words = words(client)

    for name in ("Connections", "Replicas", "Disk of the database", "Largest tables"):
        assert name in page_words


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        ("critical", "The database is in trouble."),
        ("warning", "The database works, but something there wants attention soon."),
    ],
)
def test_says_when_the_database_wants_attention(
    client: Client, monkeypatch: pytest.MonkeyPatch, level: str, sentence: str
) -> None:
    bad = Measure("Disk", "full", Level(level), "Make room.")
    monkeypatch.setattr(page, "examine", lambda: Health([bad], [], [], []))

    page_words = words(client)

    assert sentence in page_words
    assert "Make room." in page_words


def test_stands_in_the_index_of_those_who_may_see_it(client: Client) -> None:
    others = staff.signed_in(staff.employee("orders.view_order"))

    assert f'href="{ADDRESS}"' in client.get("/admin/").content.decode()
    assert f'href="{ADDRESS}"' not in others.get("/admin/").content.decode()


def test_is_for_staff_with_permission_only() -> None:
    stranger, shopper = Client(), Client()
    shopper.force_login(factories.UserFactory.create())
    others = staff.signed_in(staff.employee("orders.view_order"))

    assert others.get(ADDRESS).status_code == 403
    for client in (stranger, shopper):
        response = client.get(ADDRESS)
        assert (response.status_code, response["Location"]) == (
            302,
            f"/admin/login/?next={ADDRESS}",
        )


def test_takes_no_other_method(client: Client) -> None:
    assert client.post(ADDRESS).status_code == 405
    assert client.head(ADDRESS).status_code == 200


def test_is_never_kept_by_a_browser(client: Client) -> None:
    assert "no-store" in client.get(ADDRESS)["Cache-Control"]
