"""What the shop's processes find in their environment on a developer's machine."""

import os
import secrets
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from shopflow.supervisor.binaries import scripts_folder
from shopflow.supervisor.state import State
from shopflow.supervisor.trouble import Trouble

# Made once and kept: changing them would sign everybody out and orphan the provider's payments.
_KEPT = ("SECRET_KEY", "SANDBOX_API_KEY", "SANDBOX_WEBHOOK_SECRET")


@dataclass(frozen=True)
class Ports:
    """The two TCP ports of a running shop, both on 127.0.0.1."""

    web: int
    sandbox: int

    @classmethod
    def chosen(cls, environ: Mapping[str, str]) -> "Ports":
        """Return PORT (8000) and SANDBOX_PORT (the next one). Raises Trouble."""
        web = _port(environ, "PORT", 8000)
        return cls(web, _port(environ, "SANDBOX_PORT", web + 1))


def compose(
    outer: Mapping[str, str], *, state: State, ports: Ports, servers: Mapping[str, str]
) -> dict[str, str]:
    """Return what the project's processes need to know and `outer` doesn't say.

    `servers` holds the addresses of those servers that we start. What `outer` says wins.
    """
    kept = read(state.env_file)
    site = f"http://127.0.0.1:{ports.web}"
    provided = {
        "SHOPFLOW_STATE": str(state.folder),
        "PORT": str(ports.web),
        "SITE_URL": site,
        **{name: kept.get(name) or secrets.token_urlsafe(48) for name in _KEPT},
        "SANDBOX_PORT": str(ports.sandbox),
        "SANDBOX_URL": f"http://127.0.0.1:{ports.sandbox}",
        "SANDBOX_WEBHOOK_URL": f"{site}/webhooks/payments/sandbox/",
        "SANDBOX_DB": str(state.folder / "sandbox.sqlite3"),
        "EMAIL_URL": (state.folder / "mails").as_uri(),
        "EMAIL_FROM": "ShopFlow <mail@shop.example>",
        **servers,
    }
    for name in ("DATABASE_URL", "REDIS_URL"):
        provided.setdefault(name, outer.get(name, ""))
    provided.setdefault("CELERY_BROKER_URL", broker_address(provided["REDIS_URL"]))
    return {
        name: value if name == "SHOPFLOW_STATE" else outer.get(name) or value
        for name, value in provided.items()
    }


def broker_address(redis: str) -> str:
    """Return the address of a Redis as Celery writes it; it differs for unix sockets."""
    parts = urlsplit(redis)
    if parts.scheme != "unix":
        return redis
    # Its own database, so that emptying the cache doesn't empty the queue.
    return f"redis+socket://{parts.path}?virtual_host=1"


def complete(
    outer: Mapping[str, str], provided: Mapping[str, str], programs: Path | None
) -> dict[str, str]:
    """Return the whole environment of a child; `programs` are PostgreSQL's."""
    folders = [str(programs / "bin")] if programs else []
    path = os.pathsep.join([*folders, str(scripts_folder()), outer.get("PATH", os.defpath)])
    return {**outer, **provided, "PATH": path, "PYTHONUNBUFFERED": "1"}


def read(file: Path) -> dict[str, str]:
    """Return the KEY=value lines of a file; nothing when it can't be read."""
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name: value for name, _, value in pairs}


def write(file: Path, values: Mapping[str, str]) -> None:
    """Write KEY=value lines that only the owner may read, whole or not at all."""
    text = "# Written by `manage.py up` at every start; keys are kept, addresses made anew.\n"
    text += "".join(f"{name}={value}\n" for name, value in values.items() if "\n" not in value)
    half = file.with_name(file.name + ".half")
    half.unlink(missing_ok=True)
    with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as output:
        output.write(text)
    half.replace(file)


def adopt(environ: MutableMapping[str, str]) -> None:
    """Put what the running shop's env file says into `environ`, where it says nothing yet."""
    for name, value in read(State.chosen(environ).env_file).items():
        environ.setdefault(name, value)


def _port(environ: Mapping[str, str], name: str, default: int) -> int:
    text = environ.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise Trouble(f"{name}={text} is no port. Give a number from 1024 to 65535: PORT=8010")
    return int(text)
