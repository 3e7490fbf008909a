"""The provider's configuration, read from the environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit


class ConfigError(Exception):
    """The environment lacks something; the text names every fault."""


@dataclass(frozen=True, kw_only=True)
class Config:
    """What the environment says, checked. `url` is empty until the port is known."""

    port: int
    database: Path
    api_key: str
    webhook_secret: str
    webhook_url: str
    url: str


def load(environ: Mapping[str, str]) -> Config:
    """Return the checked configuration; raises ConfigError naming every fault."""
    faults: list[str] = []
    # While a secret is being exchanged there are two; we sign with the new one, which is first.
    secret = environ.get("SANDBOX_WEBHOOK_SECRET", "").split(",")[0].strip()
    api_key = environ.get("SANDBOX_API_KEY", "").strip()
    database = environ.get("SANDBOX_DB", "").strip()
    if not api_key:
        faults.append("SANDBOX_API_KEY is empty: nobody could be told from anybody")
    if not secret:
        faults.append("SANDBOX_WEBHOOK_SECRET is empty: events could not be signed")
    if not database:
        faults.append("SANDBOX_DB is not set: it names the file of the ledger")
    config = Config(
        port=_port(environ.get("SANDBOX_PORT", "").strip() or "8001", faults),
        database=Path(database),
        api_key=api_key,
        webhook_secret=secret,
        webhook_url=_url(
            "SANDBOX_WEBHOOK_URL",
            environ.get("SANDBOX_WEBHOOK_URL", "").strip()
            or "http://127.0.0.1:8000/webhooks/payments/sandbox/",
            faults,
        ),
        url=_url("SANDBOX_URL", environ.get("SANDBOX_URL", "").strip().rstrip("/"), faults),
    )
    if faults:
        raise ConfigError("\n  - ".join(["The sandbox payment provider can't start:", *faults]))
    return config


def _port(text: str, faults: list[str]) -> int:
    if text.isascii() and text.isdigit() and int(text) < 65536:
        return int(text)
    faults.append(f"SANDBOX_PORT is {text!r}, not a port number")
    return 0


def _url(name: str, text: str, faults: list[str]) -> str:
    if text and not is_web_address(text):
        faults.append(f"{name} is {text!r}, not an address such as http://127.0.0.1:8001")
    return text


def is_web_address(text: str) -> bool:
    """Say whether this is an absolute http(s) address without odd characters."""
    if not text.isascii() or not text.isprintable() or any(sign in text for sign in " ;,<>\"'\\"):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
