"""What must always be true, as queries that return no row. The numbers are the data model's."""

from shopflow.invariants.asking import INVARIANTS, check, violations
from shopflow.invariants.invariant import Finding, Invariant

__all__ = ["INVARIANTS", "Finding", "Invariant", "check", "violations"]
