from collections.abc import Iterator

import pytest
from django.db import IntegrityError
from django.utils import timezone
from pytest_django import Settings

from catalog.models import ProductVariant
from orders import commands
from orders.commands import papers
from orders.models import Invoice, InvoiceCounter
from shopflow.invariants import violations
from tests import factories
from tests.races.starting_gun import ROUNDS, deadlocks, runners

pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("race"),
]
AT_ONCE = 4


@pytest.fixture(autouse=True)
def _seller(settings: Settings) -> None:
    settings.SHOP_ADDRESS = ["1 Example Street"]


@pytest.fixture
def plenty(variant: ProductVariant) -> ProductVariant:
    return factories.variant_on_sale(stock=1000)


def rounds(plenty: ProductVariant) -> Iterator[None]:
    """Issue the invoices of four orders at once, and the first one's a second time."""
    with runners(AT_ONCE + 1) as running:
        for _ in range(ROUNDS):
            orders = [factories.placed_order((plenty, 1)) for _ in range(AT_ONCE)]
            for order in orders:
                commands.confirm(order_id=order.pk, amount=order.total)
            jobs = [lambda o=order: commands.issue_papers(order_id=o.pk) for order in orders]
            results = running.race(*jobs, jobs[0])
            assert all(isinstance(result, list) for result in results), results
            yield


def test_have_no_gap_and_no_double(plenty: ProductVariant) -> None:
    before = deadlocks()

    assert len(list(rounds(plenty))) == ROUNDS

    numbers = Invoice.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, AT_ONCE * ROUNDS + 1))
    counter = InvoiceCounter.objects.get()
    assert (counter.series, counter.last_number) == (
        f"INV-{timezone.now().year}",
        AT_ONCE * ROUNDS,
    )
    assert violations()["invoice_numbers_have_no_gap"] == 0
    assert deadlocks() == before


def test_without_the_lock_some_are_given_out_twice(
    plenty: ProductVariant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(papers, "_locked_counter", _look_only)

    with pytest.raises(IntegrityError, match="invoices_number_unique"):
        list(rounds(plenty))


def _look_only(series: str) -> InvoiceCounter:
    return InvoiceCounter.objects.get(series=series)
