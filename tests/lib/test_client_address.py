import re

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from shopflow.lib.context import Context
from shopflow.lib.mail.letters import opened, written
from shopflow.lib.middleware import client_address
from shopflow.lib.models import AuditLog, OutboxMessage
from tests import factories
from tests.staff import owner

SPOOFED = "203.0.113.99"
PEER = "10.0.0.1"


def seen(said: str | None, *, proxies: int, settings: Settings) -> str | None:
    """The address we take a request for that came from PEER."""
    settings.TRUSTED_PROXIES = proxies
    headers = {} if said is None else {"X-Forwarded-For": said}
    return client_address(RequestFactory().get("/", headers=headers, REMOTE_ADDR=PEER))


@pytest.mark.parametrize(
    ("proxies", "said", "expected"),
    [
        (0, None, PEER),
        (0, SPOOFED, PEER),
        (0, f"{SPOOFED}, 198.51.100.7", PEER),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, f"{SPOOFED}, 198.51.100.7", "198.51.100.7"),
        (1, f"{SPOOFED},{SPOOFED}, 198.51.100.7", "198.51.100.7"),
        (2, "198.51.100.7, 10.0.0.2", "198.51.100.7"),
        (2, f"{SPOOFED}, 198.51.100.7, 10.0.0.2", "198.51.100.7"),
        # It went around one of the two.
        (2, SPOOFED, PEER),
        (1, None, PEER),
        (1, "", PEER),
        (1, "nonsense", PEER),
        (1, f"{SPOOFED}, unknown", PEER),
        (1, "198.51.100.7:4711", "198.51.100.7"),
        (1, "2001:db8::7", "2001:db8::7"),
        (1, "[2001:db8::7]:4711", "2001:db8::7"),
        (1, "::ffff:198.51.100.7", "198.51.100.7"),
        (1, "198.51.100.7\x00", PEER),
    ],
)
def test_reads_the_place_that_a_proxy_of_ours_wrote(
    proxies: int, said: str | None, expected: str, settings: Settings
) -> None:
    assert seen(said, proxies=proxies, settings=settings) == expected


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
        (None, "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_counts_a_household_as_one(address: str | None, network: str) -> None:
    assert Context(ip_address=address).network == network


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("proxies", "expected"), [(0, "10.0.0.1"), (1, "198.51.100.7"), (2, SPOOFED)]
)
def test_writes_it_into_the_audit_log(
    client: Client, settings: Settings, proxies: int, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    staff = owner()

    client.post(
        "/accounts/login/",
        {"username": staff.email, "password": "wrong"},
        headers={"X-Forwarded-For": f"{SPOOFED}, 198.51.100.7"},
        REMOTE_ADDR=PEER,
    )

    assert str(AuditLog.objects.get(action="login_failed").ip_address) == expected


@pytest.mark.django_db
def test_believes_no_other_header(client: Client) -> None:
    answer = client.get(
        "/cart/",
        headers={
            "X-Forwarded-Host": "evil.example",
            "X-Forwarded-Proto": "https",
            "X-Real-Ip": SPOOFED,
            "Forwarded": f"for={SPOOFED};host=evil.example;proto=https",
        },
    )

    assert answer.status_code == 200
    assert "evil.example" not in f"{answer.headers}{answer.content.decode()}"
    assert not answer.wsgi_request.is_secure()
    assert answer.wsgi_request.get_host() == "testserver"


@pytest.mark.django_db
def test_leads_from_a_mail_to_the_shop_alone(client: Client, settings: Settings) -> None:
    settings.SITE_URL = "https://shop.example"
    settings.ALLOWED_HOSTS = ["shop.example", "other.example"]
    factories.UserFactory.create(email="ada@example.com")

    answer = client.post(
        "/accounts/password/forgot/",
        {"email": "ada@example.com"},
        headers={
            "Host": "other.example",
            "X-Forwarded-Host": "evil.example",
            "Origin": "http://other.example",
        },
    )

    assert answer.status_code == 303
    [letter] = [opened(message) for message in OutboxMessage.objects.all()]
    mail = written(kind=letter.kind, language=letter.language, facts=letter.facts)
    for text in (mail.text, mail.html):
        assert set(re.findall(r"https?://[^/\s\"<]+", text)) == {"https://shop.example"}


@pytest.mark.parametrize("host", ["evil.example", "shop.example@evil.example", "", "a\x00b"])
def test_answers_to_its_own_names_only(client: Client, host: str) -> None:
    assert client.get("/accounts/login/", headers={"Host": host}).status_code == 400
