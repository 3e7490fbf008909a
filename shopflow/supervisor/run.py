"""One run of the shop, or of a command beside its servers, from start to stop."""

import os
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from types import TracebackType

from shopflow.supervisor import environment
from shopflow.supervisor.attention import Attention
from shopflow.supervisor.binaries import postgres_folder
from shopflow.supervisor.command import run_command
from shopflow.supervisor.crew import Crew
from shopflow.supervisor.environment import Ports
from shopflow.supervisor.place import Place, find_place, forget
from shopflow.supervisor.servers import Postgres, Redis
from shopflow.supervisor.shop import Shop, refuse_taken_ports
from shopflow.supervisor.state import State
from shopflow.supervisor.tail import Tail
from shopflow.supervisor.terminal import progress, say, seconds

# What the file of demo logins says of somebody who needs a second factor.
STAFF = "(staff)"
_FOLLOWED = ("web", "worker", "beat", "sandbox")


class Run:
    """Starts what is asked for; leaving the block stops all of it."""

    def __init__(
        self,
        state: State,
        ports: Ports,
        attention: Attention,
        lock: int,
        outer: Mapping[str, str],
        *,
        throwaway: bool,
    ) -> None:
        self._state = state
        self._ports = ports
        self._attention = attention
        self._outer = outer
        self._throwaway = throwaway
        self._crew = Crew(attention, logs=state.logs, lock=lock)
        self._stack = ExitStack()
        self._tells = False

    def __enter__(self) -> "Run":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._tells:
            say("\nStopping …")
        self._crew.end_all(tell=lambda name: progress(f"stopping {name}") if self._tells else None)
        self._stack.close()
        if self._throwaway:
            forget(self._state.folder)

    def command(self, argv: Sequence[str]) -> int:
        """Run a command beside PostgreSQL and Redis; return its exit code. Raises Trouble."""
        env, _ = self._servers()
        return run_command(argv, env=env, attention=self._attention)

    def shop(self, *, reload: bool) -> None:
        """Run the whole shop until somebody stops it. Raises Stopped, or Trouble."""
        refuse_taken_ports(self._ports)
        self._tells = True
        env, postgres = self._servers()
        shop = Shop(self._state, self._ports, env)
        shop.prepare(self._crew, postgres)
        progress("Starting web, worker, beat and the payment sandbox …")
        shop.start(self._crew, reload=reload)
        self._welcome()
        tails = [
            Tail(name, self._crew.named(name).log, everything=reload and name == "web")
            for name in _FOLLOWED
        ]
        while True:
            for tail in tails:
                tail.show_new()
            self._crew.require_everybody()
            self._crew.pause(0.5)

    def _servers(self) -> tuple[dict[str, str], Postgres | None]:
        place = None if self._outer.get("DATABASE_URL") else find_place(self._state.folder)
        needs_redis = not self._outer.get("REDIS_URL")
        if place or needs_redis:
            progress(f"Starting PostgreSQL and Redis in {self._state.shown} …")
        addresses: dict[str, str] = {}
        postgres, redis = self._start_servers(place, needs_redis=needs_redis)
        if postgres:
            addresses["DATABASE_URL"] = postgres.address
            postgres.wait(self._crew)
        if redis:
            addresses["REDIS_URL"] = redis.address
            redis.wait(self._crew)
        provided = environment.compose(
            self._outer, state=self._state, ports=self._ports, servers=addresses
        )
        environment.write(self._state.env_file, provided)
        programs = postgres_folder() if place else None
        return environment.complete(self._outer, provided, programs), postgres

    def _start_servers(
        self, place: Place | None, *, needs_redis: bool
    ) -> tuple[Postgres | None, Redis | None]:
        owner = place.account.uid if place and place.account else os.geteuid()
        apart = place is not None and place.is_apart
        sockets = self._stack.enter_context(self._state.sockets(owner, apart=apart))
        postgres = Postgres(place, sockets) if place else None
        redis = Redis(self._state.folder / "redis", sockets) if needs_redis else None
        if postgres:
            postgres.start(self._crew, throwaway=self._throwaway)
        if redis:
            redis.start(self._crew, throwaway=self._throwaway)
        return postgres, redis

    def _welcome(self) -> None:
        site = f"http://127.0.0.1:{self._ports.web}"
        logins = self._state.demo_logins
        known = logins.read_text().strip().splitlines() if logins.exists() else []
        has_mailbox = self._outer.get("EMAIL_URL", "file:").startswith("file:")
        sign_in = "".join(f"\n              {line}" for line in known)
        say(
            f"\nShopFlow runs (started in {seconds():.1f} s)\n"
            f"  Shop        {site}/\n"
            f"  Admin       {site}/admin/\n"
            f"  API docs    {site}/api/v1/docs/\n"
            + (f"  Mailbox     {site}/mailbox/\n" if has_mailbox else "")
            + (f"  Sign in as  {sign_in.strip()}\n" if known else "")
            + "".join(f"  Staff code  {_code_command(line)}\n" for line in known if STAFF in line)
            + "  Test cards  4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined\n"
            f"  Data, logs  {self._state.shown}\n"
            "  Stop        Ctrl-C\n"
        )


def _code_command(login: str) -> str:
    """What shows the code of a demo login's authenticator app."""
    return f".venv/bin/python manage.py staff_code {login.split()[0]}"
