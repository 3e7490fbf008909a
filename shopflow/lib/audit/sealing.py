from dataclasses import dataclass
from uuid import UUID

from django.db import connection

from shopflow.lib.ids import first_id_of, new_id
from shopflow.lib.transactions import command

MOST = 1_000
# What a hash is taken of is spelled out, so that a column added later breaks no old seal; as
# JSON, because that text depends on no setting of the session.
ROW_HASH = """
encode(sha256(convert_to(jsonb_build_array(
    id, created_at AT TIME ZONE 'UTC', user_id, action, entity_type, entity_id,
    old_values, new_values, ip_address, user_agent, request_id
)::text, 'UTF8')), 'hex')
"""
SEAL_HASH = """
encode(sha256(convert_to(jsonb_build_array(
    number, previous_hash, lo, hi, row_count, rows, created_at AT TIME ZONE 'UTC'
)::text, 'UTF8')), 'hex')
"""
MAY_SEE_ALL = "SELECT pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')"
OLDEST_TRANSACTION = """
SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()
"""
LAST = "SELECT number, hi, hash FROM audit_seals ORDER BY number DESC LIMIT 1"
NONE_YET = (0, UUID(int=0), "")
INSERT = f"""
INSERT INTO audit_seals
    (id, created_at, number, previous_hash, lo, hi, row_count, rows, hash)
WITH batch AS (
    SELECT * FROM audit_logs
    WHERE id > %(after)s AND id < %(before)s ORDER BY id LIMIT %(most)s
),
fresh AS (
    SELECT statement_timestamp() AS created_at,
        %(number)s::bigint AS number,
        %(previous_hash)s::text AS previous_hash,
        (array_agg(id ORDER BY id))[1] AS lo,
        (array_agg(id ORDER BY id DESC))[1] AS hi,
        count(*) AS row_count,
        jsonb_object_agg(id, {ROW_HASH}) AS rows
    FROM batch HAVING count(*) > 0
)
SELECT %(id)s, created_at, number, previous_hash, lo, hi, row_count, rows, {SEAL_HASH} FROM fresh
RETURNING number, row_count, hash
"""  # noqa: S608 - constants of this file


@dataclass(frozen=True)
class Sealed:
    """A new seal: its number in the chain, how many rows it holds, its own hash."""

    number: int
    row_count: int
    hash: str


@command
def seal(*, most: int = MOST) -> Sealed | None:
    """Seal the next rows of the audit log that nobody can add to any more; None: there are none.

    A row's id is made before its transaction commits, so rows are sealed only up to the start of
    the oldest transaction that is running. Raises RuntimeError for a role
    that can't see them. Safe to repeat.
    """
    with connection.cursor() as cursor:
        # Two sealers would make two seals of the same rows.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('audit_seals'))")
        cursor.execute(MAY_SEE_ALL)
        if not cursor.fetchone()[0]:
            raise RuntimeError("this role can't see which transactions are running")
        # A statement of its own, before: what it doesn't see running, the next one sees finished.
        cursor.execute(OLDEST_TRANSACTION)
        [oldest] = cursor.fetchone()
        cursor.execute(LAST)
        number, hi, previous_hash = cursor.fetchone() or NONE_YET
        facts = {
            "id": new_id(),
            "number": number + 1,
            "previous_hash": previous_hash,
            "after": hi,
            "before": first_id_of(oldest),
            "most": most,
        }
        cursor.execute(INSERT, facts)
        row = cursor.fetchone()
    return Sealed(*row) if row else None
