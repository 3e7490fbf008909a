"""The configuration, read from the environment and checked in this one place.

Every variable, its meaning and its default stand in `.env.example`.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from shopflow.lib.money import THREE_DECIMAL

T = TypeVar("T")
WEAK_KEY_LENGTH = 40
DATABASE_SCHEMES = ("postgresql://", "postgres://")


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the environment says, typed."""

    secret_key: str
    debug: bool
    allowed_hosts: list[str]
    site_url: str
    database: dict[str, Any]
    redis_url: str
    celery_broker_url: str
    default_currency: str
    login_needs_verified_email: bool
    payment_providers: list[str]
    sandbox_url: str
    sandbox_api_key: str
    sandbox_webhook_secrets: list[str]
    media_root: Path
    static_root: Path
    tax_records_kept_years: int


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
    providers = _names(read.text("PAYMENT_PROVIDERS", "sandbox"))
    sandbox = "sandbox" in providers
    state = Path(environ.get("SHOPFLOW_STATE", ".run")).resolve()
    config = Config(
        secret_key=read.parsed("SECRET_KEY", _strong_key, ""),
        debug=read.parsed("DEBUG", _flag, fallback=False, default="0"),
        allowed_hosts=_names(read.text("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")),
        site_url=read.parsed("SITE_URL", _origin, "", default="http://127.0.0.1:8000"),
        database=read.parsed("DATABASE_URL", database_settings, {}),
        redis_url=read.text("REDIS_URL"),
        celery_broker_url=read.text("CELERY_BROKER_URL"),
        default_currency=read.parsed("DEFAULT_CURRENCY", _currency, "USD", default="USD"),
        login_needs_verified_email=read.parsed(
            "LOGIN_NEEDS_VERIFIED_EMAIL", _flag, fallback=True, default="1"
        ),
        payment_providers=providers,
        sandbox_url=read.parsed("SANDBOX_URL", _origin, "", default="http://127.0.0.1:8001"),
        sandbox_api_key=read.text("SANDBOX_API_KEY", None if sandbox else ""),
        sandbox_webhook_secrets=_names(
            read.text("SANDBOX_WEBHOOK_SECRET", None if sandbox else "")
        ),
        media_root=Path(read.text("MEDIA_ROOT", str(state / "media"))),
        static_root=Path(read.text("STATIC_ROOT", str(state / "static"))),
        tax_records_kept_years=read.parsed("TAX_RECORDS_KEPT_YEARS", _years, 10, default="10"),
    )
    if read.faults:
        raise ImproperlyConfigured(
            "The shop can't start. Please set in the environment:\n  - "
            + "\n  - ".join(read.faults)
            + "\n`.env.example` lists every variable; `make run` fills in what development needs."
        )
    return config


def database_settings(url: str) -> dict[str, Any]:
    """Return Django's connection settings for a `postgresql://` URL.

    The URL is libpq's own: `?host=<folder>` names a unix socket, and what else follows `?`
    (sslmode, sslrootcert, connect_timeout, …) reaches libpq as it stands, in OPTIONS.
    Raises ValueError, also for a parameter that libpq doesn't know: one that is dropped in
    silence could be the one that asks for TLS.
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


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def _flag(text: str) -> bool:
    if text.lower() not in {"0", "1", "true", "false", "yes", "no"}:
        raise ValueError("write 1 or 0")
    return text.lower() in {"1", "true", "yes"}


def _strong_key(text: str) -> str:
    if len(text) < WEAK_KEY_LENGTH or len(set(text)) < 10:
        raise ValueError(f"too weak, use at least {WEAK_KEY_LENGTH} random characters")
    return text


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        raise ValueError("write it as https://shop.example")
    return text.rstrip("/")


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
