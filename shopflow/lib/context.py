"""From where and for whom the current piece of work runs: set by middleware and tasks.

Only audit, limits, transactions and problem documents read it; the shop's rules take `by=` instead.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Any
from uuid import UUID

from shopflow.lib.roles import Role


@dataclass(frozen=True, kw_only=True)
class Context:
    """One request's or task's origin. `guest_order` is an order whose link was proved.

    `role` is the database role the work is done as; None: the process's own.
    """

    role: Role | None = None
    request_id: str = ""
    ip_address: str | None = None
    user_agent: str = ""
    user_id: UUID | None = None
    guest_order: UUID | None = None
    is_staff_work: bool = False

    @property
    def inet(self) -> str | None:
        """The address as PostgreSQL's `inet` takes it; a socket's name is none."""
        try:
            return str(ip_address((self.ip_address or "").partition("%")[0]))
        except ValueError:
            return None

    @property
    def network(self) -> str:
        """Whom limits count: the address, of IPv6 the /64 that one household or phone has.

        Everybody whose address isn't known is one.
        """
        inet = self.inet
        if inet is None:
            return "unknown"
        is_v6 = isinstance(ip_address(inet), IPv6Address)
        return str(ip_network(f"{inet}/64", strict=False)) if is_v6 else inet


_current: ContextVar[Context] = ContextVar("context", default=Context())


def current() -> Context:
    """Return the context of the work under way (an empty one outside requests and tasks)."""
    return _current.get()


def note(**facts: Any) -> None:
    """Add facts to the context of the work under way; they end with the block of `bound` around.

    For what a request finds out about itself, such as whose token it carries.
    """
    _current.set(replace(_current.get(), **facts))


@contextmanager
def bound(**changes: Any) -> Iterator[Context]:
    """Run the block under the current context with some facts replaced."""
    token = _current.set(replace(_current.get(), **changes))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
