"""A PostgreSQL server of an operator's own: nothing of the shop is on it yet."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from tests.shopflow.supervising import PROJECT, Supervisor

READY = "import json, os, time; print('ready', json.dumps(dict(os.environ)), flush=True)"


@dataclass(frozen=True)
class OwnServer:
    """Its socket folder, and the environment that a project's process would have beside it."""

    sockets: str
    environ: dict[str, str]

    def url(self, login: str, database: str = "postgres") -> str:
        return f"postgresql://{quote(login)}@/{quote(database)}?host={quote(self.sockets)}"

    @contextmanager
    def admin(self, database: str = "postgres") -> Iterator["psycopg.Connection"]:
        """Somebody who may do everything there."""
        with psycopg.connect(self.url("postgres", database), autocommit=True) as connected:
            yield connected

    def empty(self) -> None:
        """Drop every database and role but those that came with the server."""
        with self.admin() as admin:
            found = admin.execute(
                "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres'"
            )
            for (name,) in found.fetchall():
                admin.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            found = admin.execute(
                "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND rolname <> 'postgres'"
            )
            for (name,) in found.fetchall():
                admin.execute(sql.SQL("DROP OWNED BY {}").format(sql.Identifier(name)))
                admin.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))

    def roles(self) -> dict[str, tuple[object, ...]]:
        """What each role is and of whom it is a member, in what way."""
        with self.admin() as admin:
            found = admin.execute(
                "SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin,"
                " rolbypassrls, ARRAY(SELECT row(roleid::regrole, to_jsonb(m) - 'oid')::text"
                " FROM pg_auth_members m WHERE member = r.oid ORDER BY roleid::regrole::text)"
                " FROM pg_roles r WHERE rolname !~ '^pg_'"
            )
            return {name: tuple(facts) for name, *facts in found.fetchall()}

    def manage(
        self, *arguments: str, login: str = "shop", database: str = "shopflow"
    ) -> "subprocess.CompletedProcess[str]":
        """Run manage.py for a shop with this login and database."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=PROJECT,
            env={**self.environ, "DATABASE_URL": self.url(login, database)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )


@contextmanager
def own_server(state: Path) -> Iterator[OwnServer]:
    """Run the server in this folder for the block."""
    supervisor = Supervisor(state)
    try:
        script = f"{READY}; time.sleep(1000)"
        process = supervisor.start("--throwaway", "--exec", sys.executable, "-c", script)
        assert process.stdout
        line = next(line for line in process.stdout if line.startswith("ready "))
        environ = json.loads(line.removeprefix("ready "))
        sockets = environ["DATABASE_URL"].partition("host=")[2]
        yield OwnServer(sockets, environ)
    finally:
        supervisor.clean_up()
