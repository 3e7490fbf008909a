import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from shopflow.config import MailServer, database_settings, load, mail_server
from shopflow.lib.seller import Seller
from tests.ledger import ledger

ROOT = settings.BASE_DIR
GOOD = {
    "SECRET_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH",
    "DATABASE_URL": "postgresql://shop:secret@db.example:5433/shop",
    "REDIS_URL": "redis://cache.example/0",
    "CELERY_BROKER_URL": "redis://cache.example/1",
    "SANDBOX_API_KEY": "sk_test",
    "SANDBOX_WEBHOOK_SECRET": "whsec_new, whsec_old",
    "EMAIL_URL": "smtp+starttls://shop:secret@mail.example",
    "EMAIL_FROM": "Shop <mail@shop.example>",
}


def test_reads_what_the_environment_says() -> None:
    config = load({**GOOD, "DEBUG": "yes", "ALLOWED_HOSTS": "a.example, b.example"})

    assert (config.debug, config.allowed_hosts) == (True, ["a.example", "b.example"])
    assert config.providers.sandbox_webhook_secrets == ["whsec_new", "whsec_old"]
    assert config.database["NAME"] == "shop"


def test_fills_in_what_may_be_left_out() -> None:
    config = load(GOOD)

    assert (config.debug, config.default_currency) == (False, "USD")
    assert config.site_url == "http://127.0.0.1:8000"
    assert config.providers.codes == ["sandbox"]


def test_a_shop_may_let_people_in_before_their_address_is_verified() -> None:
    assert load(GOOD).login_needs_verified_email is True
    assert load({**GOOD, "LOGIN_NEEDS_VERIFIED_EMAIL": "0"}).login_needs_verified_email is False


def test_names_every_fault_at_once() -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        load({"SECRET_KEY": "short", "DEBUG": "perhaps"})

    message = str(refused.value)
    for name in GOOD:
        assert name in message
    assert "too weak, use at least 40 random characters" in message
    assert "DEBUG: write 1 or 0" in message


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", "a" * 60),
        ("DATABASE_URL", "mysql://shop@db.example/shop"),
        ("DATABASE_URL", "postgresql://db.example"),
        ("DATABASE_URL", "host=db.example dbname=shop"),
        ("DATABASE_URL", "postgresql://db.example/shop?sslmod=verify-full"),
        ("DATABASE_URL", "postgresql://db.example/shop?options=-c%20role%3Dpostgres"),
        ("SITE_URL", "shop.example"),
        ("SANDBOX_URL", "ftp://pay.example"),
        ("DEFAULT_CURRENCY", "DOLLAR"),
        ("DEFAULT_CURRENCY", "KWD"),
        ("PAYMENT_CAPTURE", "never"),
        ("STRIPE_API_BASE", "api.stripe.com"),
        ("STRIPE_PAGE_ORIGINS", "https://checkout.stripe.com/pay"),
        ("SANDBOX_WEBHOOK_SECRET", ""),
        ("SANDBOX_WEBHOOK_SECRET", " , ,"),
        ("SECRET_KEY", "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"),
        ("SECRET_KEY", "please-change-me-0123456789abcdefghijklmnopqrstuvwxyz"),
        ("SECRET_KEY", "my-secret-key-0123456789abcdefghijklmnopqrstuvwxyz"),
        ("SECRET_KEY_FALLBACKS", "short"),
        ("SECRET_KEY_FALLBACKS", f"{GOOD['SECRET_KEY']},short"),
        ("TRUSTED_PROXIES", "-1"),
        ("TRUSTED_PROXIES", "1.5"),
        ("TRUSTED_PROXIES", "all"),
        ("TRUSTED_PROXIES", "11"),
        ("ALLOWED_HOSTS", "shop.example,*"),
        ("SITE_URL", "https://shop.example/somewhere"),
        ("SITE_URL", "https://shop.example@evil.example"),
        ("SITE_URL", "http://shop.example"),
        ("SITE_URL", "http://192.0.2.1:8000"),
        ("SITE_URL", "http://localhost.evil.example"),
        ("SANDBOX_API_KEY", " "),
        ("EMAIL_URL", "mail.example"),
        ("EMAIL_URL", "smtp://"),
        ("EMAIL_URL", "smtp://mail.example:port"),
        ("EMAIL_URL", "smtp://mail.example/path"),
        ("EMAIL_URL", "smtps://mail.example?tls=0"),
        ("EMAIL_URL", "smtp://shop:secret@mail.example"),
        ("EMAIL_URL", "file:mails"),
        ("EMAIL_URL", "file://elsewhere/mails"),
        ("EMAIL_URL", "console:"),
        ("EMAIL_FROM", "the shop"),
        ("EMAIL_FROM", "mail@shop.example\nBcc: bob@example.com"),
        ("SHOP_NAME", "x" * 101),
        ("SHOP_ADDRESS", "1 Example Street\nElsewhere"),
        ("SHOP_VAT_ID", "123456789"),
        ("SHOP_VAT_ID", "DE 123 456"),
    ],
)
def test_refuses_a_value_that_makes_no_sense(name: str, value: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=name):
        load({**GOOD, name: value})


def test_wants_no_key_for_a_provider_that_is_off() -> None:
    without = {name: value for name, value in GOOD.items() if not name.startswith("SANDBOX")}

    assert load({**without, "PAYMENT_PROVIDERS": ","}).providers.codes == []


@pytest.mark.parametrize("name", ["STRIPE_API_KEY", "STRIPE_WEBHOOK_SECRET"])
@pytest.mark.parametrize("value", [None, "", " "])
def test_refuses_to_start_with_stripe_and_an_empty_secret(name: str, value: str | None) -> None:
    stripe = {
        "PAYMENT_PROVIDERS": "stripe",
        "STRIPE_API_KEY": "sk_live_1",
        "STRIPE_WEBHOOK_SECRET": "whsec_1",
    }
    given = {**GOOD, **stripe}
    if value is None:
        del given[name]
    else:
        given[name] = value

    with pytest.raises(ImproperlyConfigured, match=name):
        load(given)


def test_reads_stripes_keys_and_where_its_pages_are() -> None:
    stripe = {
        "PAYMENT_PROVIDERS": "stripe, sandbox",
        "STRIPE_API_KEY": "sk_live_1",
        "STRIPE_WEBHOOK_SECRET": "whsec_new, whsec_old",
        "PAYMENT_CAPTURE": "when_shipped",
    }
    providers = load({**GOOD, **stripe}).providers

    assert (providers.codes, providers.capture) == (["stripe", "sandbox"], "when_shipped")
    assert (providers.stripe_api_key, providers.stripe_api_base) == (
        "sk_live_1",
        "https://api.stripe.com",
    )
    assert providers.stripe_webhook_secrets == ["whsec_new", "whsec_old"]
    assert providers.pages == {
        "stripe": ["https://checkout.stripe.com", "https://hooks.stripe.com"],
        "sandbox": ["http://127.0.0.1:8001"],
    }


def test_takes_earlier_keys_and_a_number_of_proxies() -> None:
    old = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvutsrq"
    config = load({**GOOD, "SECRET_KEY_FALLBACKS": f"{old}, {old}x", "TRUSTED_PROXIES": "2"})

    assert config.secret_key_fallbacks == [old, f"{old}x"]
    assert config.trusted_proxies == 2
    assert (load(GOOD).secret_key_fallbacks, load(GOOD).trusted_proxies) == ([], 0)


def test_refuses_debug_where_shoppers_are() -> None:
    with pytest.raises(ImproperlyConfigured, match="DEBUG is on and SITE_URL is https"):
        load({**GOOD, "DEBUG": "1", "SITE_URL": "https://shop.example"})


@pytest.mark.parametrize(
    "site", ["http://127.0.0.1:8000", "http://localhost:8000", "http://[::1]:8000"]
)
def test_takes_plain_http_on_this_machine(site: str) -> None:
    assert load({**GOOD, "SITE_URL": site, "DEBUG": "1"}).site_url == site


def test_takes_plain_http_elsewhere_when_told_so() -> None:
    site = "http://shop.internal"

    assert load({**GOOD, "SITE_URL": site, "ALLOW_HTTP": "1"}).site_url == site


@ledger("S0-31")
def test_an_error_never_shows_a_secret() -> None:
    url = "postgresql://shop:hunter2%zz@db.example/shop"
    mail = "smtp://shop:hunter2/@mail.example"
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        load({**GOOD, "SECRET_KEY": "hunter2", "DATABASE_URL": url, "EMAIL_URL": mail})

    assert "hunter2" not in str(refused.value)


def test_the_example_names_every_variable() -> None:
    asked: set[str] = set()

    class Noting(dict[str, str]):
        def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
            asked.add(name)
            return super().get(name, default)

    load(Noting(GOOD))

    named = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert len(asked) > 15
    assert asked - named == set()


@ledger("S1-60", "S2-72")
@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgresql://postgres@/shop?host=/run/s", ("shop", "postgres", "", "/run/s", "")),
        ("postgres://a%40b:p%2Fw@h:1/n", ("n", "a@b", "p/w", "h", "1")),
    ],
)
def test_reads_a_database_address(url: str, expected: tuple[str, ...]) -> None:
    found = database_settings(url)

    keys = ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    assert tuple(found[key] for key in keys) == expected
    assert found["ENGINE"] == "shopflow.lib.postgres"
    assert found["OPTIONS"] == {}


@ledger("S2-161", "S3-24")
def test_hands_on_what_libpq_is_told_about_tls() -> None:
    url = "postgresql://shop@db.example/shop?sslmode=verify-full&sslrootcert=/etc/ssl/db%20ca.pem"

    settings = database_settings(f"{url}&connect_timeout=3")

    assert settings["OPTIONS"] == {
        "sslmode": "verify-full",
        "sslrootcert": "/etc/ssl/db ca.pem",
        "connect_timeout": "3",
    }


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.example", MailServer(host="mail.example", port=25)),
        ("smtp://shop:pw@127.0.0.1:2525", MailServer(
            host="127.0.0.1", port=2525, user="shop", password="pw"
        )),
        ("smtps://a%40b:p%2Fw@mail.example", MailServer(
            host="mail.example", port=465, user="a@b", password="p/w", use_tls=True
        )),
        ("smtp+starttls://shop:pw@mail.example:2587", MailServer(
            host="mail.example", port=2587, user="shop", password="pw", use_starttls=True
        )),
        ("file:///run/my%20mails", MailServer(folder=Path("/run/my mails"))),
    ],
)  # fmt: skip
def test_reads_a_mail_servers_address(url: str, expected: MailServer) -> None:
    assert mail_server(url) == expected


def test_keeps_mails_in_a_folder_on_a_developers_machine_only() -> None:
    mails = {**GOOD, "EMAIL_URL": "file:///run/mails"}

    assert load({**mails, "SITE_URL": "http://localhost:8010"}).mail_server.folder
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL: a folder is for a developer's"):
        load({**mails, "SITE_URL": "https://shop.example"})


def test_knows_who_sells() -> None:
    config = load({**GOOD, "SHOP_ADDRESS": "Weg 1 | 10115 Berlin |", "SHOP_VAT_ID": "DE123456789"})

    assert config.seller == Seller("ShopFlow", ["Weg 1", "10115 Berlin"], "DE123456789")
    assert load(GOOD).seller == Seller("ShopFlow", [], "")
