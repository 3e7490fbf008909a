"""The audit log: what staff did and who came in, sealed so that a tampered row is found.

What staff change in the database is written down by the trigger `shop_audit`
(`shopflow.access.auditing` puts it on every table). `record` is for what changes no row.
"""

from shopflow.lib.audit.entities import entity_type
from shopflow.lib.audit.recording import record
from shopflow.lib.audit.sealing import Sealed, seal
from shopflow.lib.audit.verifying import Verdict, verify

__all__ = ["Sealed", "Verdict", "entity_type", "record", "seal", "verify"]
