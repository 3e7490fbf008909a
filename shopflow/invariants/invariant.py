from dataclasses import dataclass


@dataclass(frozen=True)
class Invariant:
    """A rule, whether it holds at every instant or once the queues are drained, and its query."""

    name: str
    rule: str
    is_instant: bool
    query: str
