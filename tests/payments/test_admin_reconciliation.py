import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from payments.models import Payout, Reconciliation
from tests import staff

pytestmark = pytest.mark.django_db
RUNS, PAYOUTS = "/admin/payments/reconciliation/", "/admin/payments/payout/"
LIST_QUERIES = 8
DIFFERENCE = {
    "kind": "unknown_to_us",
    "provider": "sandbox",
    "order_number": "ORD-2026-000001",
    "subject": "pay_1",
    "ours": "",
    "theirs": "$59.90",
}


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


def run(**facts: object) -> Reconciliation:
    now = timezone.now()
    return Reconciliation.objects.create(
        **{"started_at": now, "finished_at": now, "compared": 7, **facts}
    )


def test_says_so_before_the_first_night(client: Client) -> None:
    assert "Nobody has compared yet." in staff.text_of(client.get(RUNS))


def test_is_green_when_both_say_the_same(client: Client) -> None:
    run()

    page = client.get(RUNS)

    assert "Yes. 7 payments of the last days say the same on both sides." in staff.text_of(page)
    assert 'class="verdict is-ok"' in page.content.decode()


def test_is_red_and_says_what_differs(client: Client) -> None:
    run(differences=[DIFFERENCE])

    page = client.get(RUNS)
    words = staff.text_of(page)

    assert 'class="verdict is-critical"' in page.content.decode()
    assert "No. 1 thing differs between the payment providers' books and ours." in words
    assert "The provider took money that belongs to no order of ours." in words
    assert "ORD-2026-000001" in words
    assert "$59.90" in words


def test_is_yellow_when_somebody_was_silent(client: Client) -> None:
    run(silent=["sandbox: no answer"])

    page = client.get(RUNS)

    assert 'class="verdict is-warning"' in page.content.decode()
    assert "sandbox: no answer" in staff.text_of(page)


def test_begins_with_the_last_one(client: Client) -> None:
    run(differences=[DIFFERENCE])
    run(healed=[{"kind": "captured", "order_number": "ORD-2026-000002", "what": "paid"}])

    page = client.get(RUNS)

    assert 'class="verdict is-ok"' in page.content.decode()
    assert "ORD-2026-000002: paid" in staff.text_of(page)


def test_an_earlier_one_can_be_looked_at(client: Client) -> None:
    earlier = run(differences=[DIFFERENCE])
    run()

    words = staff.text_of(client.get(f"{RUNS}{earlier.pk}/change/"))

    assert "ORD-2026-000001" in words


def test_the_start_page_leads_there(client: Client) -> None:
    assert RUNS in client.get("/admin/").content.decode()


@pytest.mark.parametrize("address", [RUNS, PAYOUTS])
def test_refuses_staff_without_the_permission(address: str) -> None:
    client = staff.signed_in(staff.employee("payments.view_payment"))

    assert client.get(address).status_code == 403


def test_a_payout_shows_what_is_not_ours(client: Client) -> None:
    payout = Payout.objects.create(
        provider="sandbox", provider_payout_id="po_1", currency="USD", amount="59.00"
    )
    payout.lines.create(provider_line_id="1", type="charge", amount="60.00", fee="1.00")

    words = staff.text_of(client.get(f"{PAYOUTS}{payout.pk}/change/"))

    assert "Not every line is one of ours" in words
    assert "Charge Not ours $60.00 $1.00 $59.00" in words


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(2):
        run(differences=[DIFFERENCE])

        with django_assert_num_queries(LIST_QUERIES):
            client.get(RUNS)
