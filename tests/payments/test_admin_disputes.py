from datetime import UTC, datetime
from io import BytesIO
from zipfile import ZipFile

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries, Settings

from catalog.models import ProductVariant
from orders import commands as orders
from orders.models import Invoice, Order
from payments.commands import record_dispute
from payments.gateways import gateway
from payments.models import Dispute, Payment
from shopflow.lib.mail import send_due
from shopflow.lib.models import AuditLog
from tests import factories, staff
from tests.payments.disputes import decide, open_dispute, report
from tests.payments.webhooks import Till

pytestmark = pytest.mark.django_db
LIST = "/admin/payments/dispute/"
LIST_QUERIES = 8


@pytest.fixture
def client() -> Client:
    return staff.signed_in(staff.owner())


@pytest.fixture
def payment(order: Order, till: Till) -> Payment:
    return till.paid(order)


@pytest.fixture
def dispute(payment: Payment, till: Till) -> Dispute:
    """Open at the provider and here."""
    dispute_id = open_dispute(till.sandbox, payment)
    record_dispute(provider="sandbox", seen=report(payment, id=dispute_id))
    return Dispute.objects.get()


def page(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_change", args=[dispute.pk])


def act(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_answer", args=[dispute.pk])


def pack(dispute: Dispute) -> str:
    return reverse("admin:payments_dispute_evidence", args=[dispute.pk])


def test_says_until_when_the_bank_wants_an_answer(client: Client, dispute: Dispute) -> None:
    Dispute.objects.update(evidence_due_at=datetime(2099, 12, 24, 12, tzinfo=UTC))

    words = staff.text_of(client.get(page(dispute)))

    assert "The bank takes an answer until Dec. 24, 2099" in words
    assert "2099-12-24 12:00" in staff.text_of(client.get(LIST))


def test_says_that_it_is_too_late(client: Client, dispute: Dispute) -> None:
    Dispute.objects.update(evidence_due_at=datetime(2026, 1, 1, tzinfo=UTC))

    assert "and has none" in staff.text_of(client.get(page(dispute)))
    assert "2026-01-01 00:00 (too late)" in staff.text_of(client.get(LIST))


def test_the_answer_already_says_what_the_shop_knows(client: Client, dispute: Dispute) -> None:
    words = staff.text_of(client.get(page(dispute)))

    assert f"Number: {dispute.payment.order.order_number}" in words
    assert "Ada Byron" in words


def test_the_answer_goes_to_the_bank(client: Client, dispute: Dispute, till: Till) -> None:
    response = client.post(act(dispute), {"text": "They signed for it."}, follow=True)

    assert "The evidence is with the bank." in staff.text_of(response)
    dispute.refresh_from_db()
    assert dispute.status == "under_review"
    assert dispute.evidence_sent_at is not None
    found = gateway("sandbox").list_disputes(created_after=datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.status for one in found if one.id == dispute.provider_dispute_id] == [
        "under_review"
    ]


def test_what_is_decided_takes_no_answer(client: Client, dispute: Dispute, till: Till) -> None:
    decide(till.sandbox, dispute.provider_dispute_id, won=True)
    seen = report(dispute.payment, "won", id=dispute.provider_dispute_id)
    record_dispute(provider="sandbox", seen=seen)

    response = client.post(act(dispute), {"text": "They signed for it."})

    assert response.status_code == 409
    assert "The bank has decided already." in staff.text_of(response)
    dispute.refresh_from_db()
    assert dispute.evidence_sent_at is None
    assert "The shop keeps the money." in staff.text_of(client.get(page(dispute)))


def test_a_silent_provider_changes_nothing(client: Client, dispute: Dispute, till: Till) -> None:
    till.sandbox.kill()

    response = client.post(act(dispute), {"text": "They signed for it."})

    assert response.status_code == 503
    dispute.refresh_from_db()
    assert (dispute.status, dispute.evidence_sent_at) == ("needs_response", None)


def test_asks_who_it_is_before_the_bank_is_told(dispute: Dispute) -> None:
    browser = staff.a_while_ago(staff.signed_in(staff.owner()))

    response = browser.post(act(dispute), {"text": "They signed for it."})

    assert response["Location"].startswith("/accounts/prove/")
    dispute.refresh_from_db()
    assert dispute.evidence_sent_at is None


def test_packs_everything_there_is_to_show(
    client: Client, payment: Payment, dispute: Dispute, settings: Settings
) -> None:
    settings.SHOP_ADDRESS = ["1 Market Street", "10001 New York"]
    orders.ship(order_id=payment.order_id, carrier="UPS", tracking_number="1Z999")
    [paper] = orders.issue_papers(order_id=payment.order_id)
    orders.draw_paper(invoice_id=paper.pk)
    send_due()
    Order.objects.update(metadata={"ip_address": "203.0.113.7"})

    response = client.get(pack(dispute))

    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"] == (
        f'attachment; filename="evidence-{payment.order}.zip"'
    )
    with ZipFile(BytesIO(response.content)) as files:
        assert files.namelist() == ["evidence.txt", f"{paper}.pdf"]
        text = files.read("evidence.txt").decode()
        assert files.read(f"{paper}.pdf").startswith(b"%PDF")
    for fact in (
        f"Number: {payment.order}",
        "Placed from the address: 203.0.113.7",
        "ada@example.com",
        "1 Main Street",
        "UPS, tracking number 1Z999",
        "Visa ending in 4242",
        "UTC: orders/paid",
        "UTC: orders/shipped",
        f"{paper} of",
        "Total: $114.78",
    ):
        assert fact in text, fact


def test_packs_what_there_is_of_an_order_that_never_left(client: Client, dispute: Dispute) -> None:
    response = client.get(pack(dispute))

    with ZipFile(BytesIO(response.content)) as files:
        text = files.read("evidence.txt").decode()
    assert "Nothing was sent yet." in text
    assert "Placed from the address: not recorded" in text
    assert not Invoice.objects.exists()


def test_who_took_the_pack_is_written_down(client: Client, dispute: Dispute) -> None:
    client.get(pack(dispute))

    found = AuditLog.objects.filter(entity_type="dispute", entity_id=str(dispute.pk), action="view")
    assert found.count() == 1


def test_the_command_writes_the_same_pack(dispute: Dispute, tmp_path: "object") -> None:
    file = f"{tmp_path}/evidence.zip"

    call_command("dispute_evidence", dispute.provider_dispute_id, file)

    with ZipFile(file) as files:
        assert dispute.payment.order.order_number in files.read("evidence.txt").decode()


@pytest.mark.parametrize("address", [page, pack])
def test_refuses_staff_without_the_permission(dispute: Dispute, address: object) -> None:
    client = staff.signed_in(staff.employee("payments.view_payment"))

    assert client.get(address(dispute)).status_code == 403  # type: ignore[operator]  # a function


def test_who_may_look_may_not_answer(dispute: Dispute) -> None:
    client = staff.signed_in(staff.employee("payments.view_dispute"))

    assert client.post(act(dispute), {"text": "x"}).status_code == 403
    dispute.refresh_from_db()
    assert dispute.evidence_sent_at is None


def test_the_list_takes_a_fixed_number_of_queries(
    client: Client,
    till: Till,
    variant: ProductVariant,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(2):
        paid = till.paid(factories.placed_order((variant, 1)))
        record_dispute(provider="sandbox", seen=report(paid))

        with django_assert_num_queries(LIST_QUERIES):
            client.get(LIST)
