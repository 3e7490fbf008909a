import pytest

from payments import commands as payments
from payments.errors import PaymentMethodNotFound
from payments.queries import methods_of
from tests import factories
from tests.payments.cards import saved_card

pytestmark = pytest.mark.django_db


def test_keeps_the_row_and_offers_it_no_more() -> None:
    user = factories.UserFactory.create()
    card, other = saved_card(user, is_default=True), saved_card(user)

    payments.remove_method(user_id=user.pk, method_id=card.pk)

    card.refresh_from_db()
    assert (card.is_active, card.is_default) == (False, False)
    assert card.deleted_at is not None
    assert list(methods_of(user.pk)) == [other]


def test_removes_once() -> None:
    user = factories.UserFactory.create()
    card = saved_card(user)
    payments.remove_method(user_id=user.pk, method_id=card.pk)

    with pytest.raises(PaymentMethodNotFound):
        payments.remove_method(user_id=user.pk, method_id=card.pk)


def test_removes_nothing_of_somebody_else() -> None:
    card = saved_card(factories.UserFactory.create())

    with pytest.raises(PaymentMethodNotFound):
        payments.remove_method(user_id=factories.UserFactory.create().pk, method_id=card.pk)

    card.refresh_from_db()
    assert card.is_active
