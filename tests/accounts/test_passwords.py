import pytest
from django.contrib.auth.hashers import identify_hasher
from pytest_django import Settings

from accounts import commands
from accounts.models import User
from shopflow import settings as written
from tests.ledger import ledger


@ledger("S0-29", "S3-25", "S4-3")
@pytest.mark.django_db
def test_are_kept_as_argon2id(settings: Settings) -> None:
    # Tests have cheaper ones.
    settings.PASSWORD_HASHERS = written.PASSWORD_HASHERS

    user = commands.create_customer(email="ada@example.com", password="correct horse battery")

    kept = User.objects.get(pk=user.pk).password
    assert kept.startswith("argon2$argon2id$")
    assert "correct" not in kept
    assert identify_hasher(kept).verify("correct horse battery", kept)
    assert not identify_hasher(kept).verify("correct horse batteries", kept)
