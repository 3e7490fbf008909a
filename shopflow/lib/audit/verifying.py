from dataclasses import dataclass
from typing import Any

from django.db import connection

from shopflow.lib.audit.sealing import ROW_HASH, SEAL_HASH, Sealed

# A seal is right when its own hash is, and when it hangs on the one before.
BROKEN_SEALS = f"""
SELECT number FROM (
    SELECT number, hash = {SEAL_HASH} AS is_whole,
        number = lag(number, 1, 0::bigint) OVER chain + 1
            AND previous_hash = lag(hash, 1, '') OVER chain
            AND lo > lag(hi, 1, '00000000-0000-0000-0000-000000000000') OVER chain AS is_linked
    FROM audit_seals WINDOW chain AS (ORDER BY number)
) AS seals WHERE NOT (is_whole AND is_linked) ORDER BY number
"""  # noqa: S608 - constants of this package
# Every row up to the last seal must be in a seal, and every row in a seal must be here. Rows from
# before the first month that is still here were archived, whole months at a time.
DIFFERENCES = f"""
WITH sealed AS (
    SELECT entry.key::uuid AS id, entry.value AS hash
    FROM audit_seals CROSS JOIN jsonb_each_text(rows) AS entry
),
kept AS (
    SELECT id, {ROW_HASH} AS hash FROM audit_logs
    WHERE id <= (SELECT hi FROM audit_seals ORDER BY number DESC LIMIT 1)
),
months AS (
    SELECT substring(pg_get_expr(relpartbound, oid) FROM 'FROM \\(''([0-9a-f-]+)''')::uuid AS start
    FROM pg_class JOIN pg_inherits ON inhrelid = oid
    WHERE inhparent = 'audit_logs'::regclass
)
SELECT id, CASE
    WHEN sealed.hash IS NULL THEN 'inserted'
    WHEN kept.hash IS NOT NULL THEN 'changed'
    WHEN id < (SELECT start FROM months ORDER BY start LIMIT 1) THEN 'archived'
    ELSE 'missing'
END
FROM sealed FULL JOIN kept USING (id)
WHERE sealed.hash IS DISTINCT FROM kept.hash ORDER BY id
"""  # noqa: S608 - constants of this package
TOTALS = """
SELECT (SELECT coalesce(sum(row_count), 0) FROM audit_seals),
       (SELECT count(*) FROM audit_logs
        WHERE id > coalesce((SELECT hi FROM audit_seals ORDER BY number DESC LIMIT 1),
                            '00000000-0000-0000-0000-000000000000'))
"""
LAST = "SELECT number, row_count, hash FROM audit_seals ORDER BY number DESC LIMIT 1"
FAULTS = {
    "inserted": "was inserted after its time was sealed",
    "changed": "was changed after it was sealed",
    "missing": "is missing: it was deleted after it was sealed",
}


@dataclass(frozen=True)
class Verdict:
    """What became of the audit log since it was sealed.

    `faults` has a sentence for each row and each seal that somebody tampered with. `waiting` rows
    have no seal yet; `archived` ones stand in months that left the database.
    """

    sealed: int
    waiting: int
    archived: int
    last: Sealed | None
    faults: list[str]


def verify(*, expected: str = "") -> Verdict:
    """Compute the whole chain of seals and every sealed row's hash again.

    `expected` is the hash of a seal that was kept elsewhere: without it, somebody who owns the
    database could seal a rewritten log anew.
    """
    faults = [
        f"seal {number} was changed, or one before it is gone" for [number] in _rows(BROKEN_SEALS)
    ]
    if expected and not _rows("SELECT FROM audit_seals WHERE hash = %s", expected):
        faults.append(f"no seal has the hash {expected}")
    differences = _rows(DIFFERENCES)
    faults += [f"row {row_id} {FAULTS[what]}" for row_id, what in differences if what in FAULTS]
    [[sealed, waiting]] = _rows(TOTALS)
    return Verdict(
        sealed=sealed,
        waiting=waiting,
        archived=sum(what == "archived" for _, what in differences),
        last=next((Sealed(*row) for row in _rows(LAST)), None),
        faults=faults,
    )


def _rows(sql: str, *params: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[Any] = cursor.fetchall()
        return found
