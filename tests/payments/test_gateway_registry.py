import pytest
from django.core.exceptions import ImproperlyConfigured
from pytest_django import Settings

from payments.gateways import gateway
from payments.gateways.base import UnknownProvider
from payments.gateways.sandbox import SandboxGateway


def test_returns_the_adapter_with_the_shops_settings(settings: Settings) -> None:
    settings.PAYMENT_PROVIDERS = ["sandbox"]
    settings.SANDBOX_URL = "https://pay.example/"

    adapter = gateway("sandbox")

    assert isinstance(adapter, SandboxGateway)
    assert (adapter.code, adapter.origin) == ("sandbox", "https://pay.example")


@pytest.mark.parametrize("code", ["", "paypal", "SANDBOX", "sandbox/../stripe"])
def test_knows_no_other_provider(settings: Settings, code: str) -> None:
    settings.PAYMENT_PROVIDERS = ["sandbox", "paypal"]

    with pytest.raises(UnknownProvider) as refused:
        gateway(code)

    assert (refused.value.code, refused.value.status) == ("unknown_provider", 404)


def test_does_not_offer_what_is_switched_off(settings: Settings) -> None:
    settings.PAYMENT_PROVIDERS = []

    with pytest.raises(UnknownProvider):
        gateway("sandbox")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SANDBOX_WEBHOOK_SECRET", []),
        ("SANDBOX_WEBHOOK_SECRET", ""),
        ("SANDBOX_WEBHOOK_SECRET", ["good", " "]),
        ("SANDBOX_WEBHOOK_SECRET", "good,"),
        ("SANDBOX_API_KEY", " "),
    ],
)
def test_refuses_to_work_without_a_secret(settings: Settings, name: str, value: object) -> None:
    settings.PAYMENT_PROVIDERS = ["sandbox"]
    setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured, match=f"{name} is empty"):
        gateway("sandbox")
