import pytest
from django.test import Client

from tests.api.shop import Shop, open_shop


@pytest.fixture
def client() -> Client:
    """An error must come back as an answer, as it does from the server."""
    return Client(raise_request_exception=False)


@pytest.fixture
def shop(db: None) -> Shop:
    return open_shop()
