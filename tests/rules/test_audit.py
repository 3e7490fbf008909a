from collections.abc import Callable
from uuid import UUID

import pytest

from tests.rules.proofs import append_only, check, one_of, unique

pytestmark = pytest.mark.django_db

RULES = (
    one_of(
        "audit_logs_action_known",
        "action",
        "create update delete view export login login_failed",
        ledger="S2-63 S2-80",
    ),
    check("audit_logs_entity_type_not_empty", {"entity_type": "order"}, {"entity_type": ""}),
    check(
        "audit_logs_create_has_no_old",
        {"action": "create", "new_values": {"name": "Kestrel"}},
        {"old_values": {}},
        ledger="S2-65",
    ),
    check(
        "audit_logs_delete_has_no_new",
        {"action": "delete", "old_values": {"name": "Kestrel"}},
        {"new_values": {}},
        ledger="S2-65",
    ),
    append_only("audit_logs_append_only", ledger="S2-67"),
    unique("audit_seals_number_unique", "number"),
    check("audit_seals_number_positive", {"number": 1}, {"number": 0}),
    check("audit_seals_row_count_positive", {"row_count": 1}, {"row_count": 0}),
    check(
        "audit_seals_range_in_order", {"lo": UUID(int=7), "hi": UUID(int=7)}, {"hi": UUID(int=6)}
    ),
    append_only("audit_seals_append_only", ledger="S2-67"),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
