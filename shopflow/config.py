"""The configuration, read from the environment and checked in this one place.

Every variable, its meaning and its default stand in `.env.example`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from shopflow import theme
from shopflow.lib.money import THREE_DECIMAL
from shopflow.lib.providers import Providers, names, origin
from shopflow.lib.seller import Seller

T = TypeVar("T")
WEAK_KEY_LENGTH = 40
# Words of keys that stand in examples, tutorials and public repositories.
KNOWN_KEYS = (
    *("django-insecure", "changeme", "change-me", "change_me", "your-secret", "your_secret"),
    *("secret-key", "secret_key", "secretkey", "placeholder", "example", "password"),
)
MOST_PROXIES = 10
DATABASE_SCHEMES = ("postgresql://", "postgres://")
# Each with its usual port.
MAIL_SCHEMES = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


@dataclass(frozen=True, kw_only=True)
class MailServer:
    """Where mails go: to a server, or into a folder of this machine."""

    folder: Path | None = None
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = ""
    use_tls: bool = False
    use_starttls: bool = False


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the environment says, typed."""

    secret_key: str
    secret_key_fallbacks: list[str]
    debug: bool
    allowed_hosts: list[str]
    site_url: str
    trusted_proxies: int
    limits_api: bool
    database: dict[str, Any]
    redis_url: str
    celery_broker_url: str
    default_currency: str
    login_needs_verified_email: bool
    providers: Providers
    mail_server: MailServer
    email_from: str
    media_root: Path
    static_root: Path
    theme: Path | None
    tax_records_kept_years: int
    return_days: int
    withdrawal_days: int
    seller: Seller


class _Reader:
    """Reads variables one by one and keeps every fault, so that one message names all."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.faults: list[str] = []

    def text(self, name: str, default: str | None = None) -> str:
        value = self.environ.get(name, "").strip()
        if value or default is not None:
            return value or default or ""
        self.faults.append(f"{name} is not set")
        return ""

    def parsed(
        self, name: str, parse: Callable[[str], T], fallback: T, default: str | None = None
    ) -> T:
        value = self.text(name, default)
        try:
            return parse(value) if value else fallback
        except ValueError as error:
            self.faults.append(f"{name}: {error}")
            return fallback


def load(environ: Mapping[str, str] = os.environ) -> Config:
    """Return the checked configuration; raises ImproperlyConfigured naming every fault."""
    read = _Reader(environ)
    state = Path(environ.get("SHOPFLOW_STATE", ".run")).resolve()
    config = Config(
        secret_key=read.parsed("SECRET_KEY", _strong_key, ""),
        secret_key_fallbacks=read.parsed("SECRET_KEY_FALLBACKS", _strong_keys, [], default=""),
        debug=read.parsed("DEBUG", _flag, fallback=False, default="0"),
        allowed_hosts=read.parsed("ALLOWED_HOSTS", _hosts, [], default="127.0.0.1,localhost,[::1]"),
        site_url=read.parsed("SITE_URL", origin, "", default="http://127.0.0.1:8000"),
        trusted_proxies=read.parsed("TRUSTED_PROXIES", _proxies, 0, default="0"),
        limits_api=read.parsed("API_LIMITS", _flag, fallback=True, default="1"),
        database=read.parsed("DATABASE_URL", database_settings, {}),
        redis_url=read.text("REDIS_URL"),
        celery_broker_url=read.text("CELERY_BROKER_URL"),
        default_currency=read.parsed("DEFAULT_CURRENCY", _currency, "USD", default="USD"),
        login_needs_verified_email=read.parsed(
            "LOGIN_NEEDS_VERIFIED_EMAIL", _flag, fallback=True, default="1"
        ),
        providers=Providers.read(read.text, read.parsed),
        mail_server=read.parsed("EMAIL_URL", mail_server, MailServer()),
        email_from=read.parsed("EMAIL_FROM", _sender, ""),
        media_root=Path(read.text("MEDIA_ROOT", str(state / "media"))),
        static_root=Path(read.text("STATIC_ROOT", str(state / "static"))),
        theme=read.parsed("THEME", theme.folder, None, default=""),
        seller=Seller.read(read.parsed),
        tax_records_kept_years=read.parsed("TAX_RECORDS_KEPT_YEARS", _years, 10, default="10"),
        return_days=read.parsed("RETURN_DAYS", _days, 30, default="30"),
        withdrawal_days=read.parsed("WITHDRAWAL_DAYS", _days, 14, default="14"),
    )
    read.faults += _unsafe(config, allows_http=environ.get("ALLOW_HTTP", "") == "1")
    if read.faults:
        raise ImproperlyConfigured(
            "The shop can't start. Please set in the environment:\n  - "
            + "\n  - ".join(read.faults)
            + "\n`.env.example` lists every variable; `make run` fills in what development needs."
        )
    return config


def _unsafe(config: Config, *, allows_http: bool) -> list[str]:
    """What is right by itself and dangerous together."""
    site = urlsplit(config.site_url)
    faults = []
    if config.debug and site.scheme == "https":
        faults.append("DEBUG is on and SITE_URL is https: it would show everybody our secrets")
    if site.scheme == "http" and not _is_this_machine(site.hostname or "") and not allows_http:
        faults.append(
            "SITE_URL: passwords would travel readable by others; write https://, or"
            " ALLOW_HTTP=1 for a network that is yours alone"
        )
    if config.mail_server.folder and not _is_this_machine(site.hostname or ""):
        faults.append("EMAIL_URL: a folder is for a developer's machine, name a mail server")
    return faults


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's connection settings for a `postgresql://` URL.

    The URL is libpq's own: `?host=<folder>` names a unix socket, and what else follows `?`
    (sslmode, …) reaches libpq as it stands, in OPTIONS. Raises ValueError, also for a parameter
    that libpq doesn't know: one dropped in silence could be the one that asks for TLS.
    """
    try:
        # libpq's errors repeat what they can't read, and that may be the password.
        found = conninfo_to_dict(url) if url.startswith(DATABASE_SCHEMES) else {}
    except ProgrammingError:
        found = {}
    name = found.pop("dbname", None)
    if not name:
        raise ValueError(
            "write it as postgresql://user:password@host:port/name, special characters as %XX;"
            " only parameters of libpq may follow, such as ?sslmode=verify-full"
        )
    if "options" in found:
        raise ValueError("leave out `options`: the shop sets its own")
    return {
        "ENGINE": "shopflow.lib.postgres",
        "NAME": name,
        **{key.upper(): found.pop(key, "") for key in ("user", "password", "host", "port")},
        "OPTIONS": found,
    }


def mail_server(url: str) -> MailServer:
    """Return the mail server of an `smtp://`, `smtps://` or `smtp+starttls://` URL, or the folder.

    Raises ValueError, which never repeats the URL: it holds a password. Nor may that travel
    without TLS.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        parts, host, port = urlsplit(""), "", None
    if parts.scheme == "file" and not parts.netloc and parts.path.startswith("/"):
        return MailServer(folder=Path(unquote(parts.path)))
    if parts.scheme not in MAIL_SCHEMES or not host or parts.path.strip("/") or parts.query:
        raise ValueError(
            "write it as smtp+starttls://user:password@host:587, smtps://… or smtp://host,"
            " special characters as %XX; file:///folder keeps mails on a developer's machine"
        )
    if parts.scheme == "smtp" and parts.password and not _is_this_machine(host):
        raise ValueError("a password needs TLS: write smtp+starttls:// or smtps://")
    return MailServer(
        host=host,
        port=port or MAIL_SCHEMES[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        use_tls=parts.scheme == "smtps",
        use_starttls=parts.scheme == "smtp+starttls",
    )


def _sender(text: str) -> str:
    try:
        validate_email(parseaddr(text)[1] if text.isprintable() else "")
    except ValidationError:
        raise ValueError("write it as Shop <mail@shop.example>") from None
    return text


def _flag(text: str) -> bool:
    if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
        raise ValueError("write 1 or 0")
    return text.lower() in {"1", "true", "yes"}


def _strong_key(text: str) -> str:
    if len(text) < WEAK_KEY_LENGTH or len(set(text)) < 10:
        raise ValueError(f"too weak, use at least {WEAK_KEY_LENGTH} random characters")
    if any(word in text.lower() for word in KNOWN_KEYS):
        raise ValueError("it stands in an example somewhere; make one of your own")
    return text


def _strong_keys(text: str) -> list[str]:
    return [_strong_key(key) for key in names(text)]


def _hosts(text: str) -> list[str]:
    found = names(text)
    if "*" in found:
        raise ValueError("name the shop's hosts; with * a request could choose one")
    return found


def _proxies(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > MOST_PROXIES:
        raise ValueError(f"write how many proxies stand before the shop, 0 to {MOST_PROXIES}")
    return int(text)


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _currency(text: str) -> str:
    code = text.upper()
    if len(code) != 3 or not code.isalpha():
        raise ValueError("write an ISO 4217 code such as USD")
    if code in THREE_DECIMAL:
        raise ValueError(f"{code} has three decimals and the shop keeps two; choose another")
    return code


def _years(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 50:
        raise ValueError("a number of years from 1 to 50, please")
    return int(text)


def _days(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 366:
        raise ValueError("a number of days from 1 to 366, please")
    return int(text)
