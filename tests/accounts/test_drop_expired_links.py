from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import commands, tasks
from accounts.models import PasswordReset, VerificationToken
from tests.accounts.links import EMAIL, registered
from tests.ledger import ledger

pytestmark = pytest.mark.django_db


@ledger("S1-97")
def test_deletes_what_nobody_followed_in_batches() -> None:
    registered()
    for _ in range(3):
        commands.ask_for_reset(email=EMAIL)
    now = timezone.now()
    for model in (PasswordReset, VerificationToken):
        model.objects.update(created_at=now - timedelta(days=9), expires_at=now - timedelta(days=1))

    assert commands.drop_expired_links(limit=2) == 3
    tasks.drop_expired_links()

    assert not PasswordReset.objects.exists()
    assert not VerificationToken.objects.exists()


def test_leaves_what_still_works() -> None:
    registered()
    commands.ask_for_reset(email=EMAIL)

    assert commands.drop_expired_links() == 0

    assert (PasswordReset.objects.count(), VerificationToken.objects.count()) == (1, 1)
