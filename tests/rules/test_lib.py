from collections.abc import Callable

import pytest

from shopflow.lib.ids import new_id
from tests.rules.proofs import append_only, check, one_of, unique
from tests.rules.rows import LATER

pytestmark = pytest.mark.django_db
EARLIER = "2026-01-01"
DONE = {"status": "done", "started_at": EARLIER, "finished_at": EARLIER}

RULES = (
    unique("idempotency_keys_unique", "actor", "route", "key"),
    unique("outbox_messages_reference_unique", "topic", "reference"),
    check(
        "outbox_messages_names_not_empty",
        {"topic": "order.placed", "reference": "ORD-2026-1001"},
        {"topic": ""},
        {"reference": ""},
    ),
    check("outbox_messages_attempts_not_negative", {"attempts": 0}, {"attempts": -1}),
    check(
        "outbox_messages_sent_mail_is_empty",
        {"topic": "mail:accounts/reset", "sent_at": EARLIER, "payload": "{}"},
        {"payload": '{"sealed": "a link"}'},
    ),
    unique("webhook_endpoints_url_unique", "url"),
    check(
        "webhook_endpoints_url_is_web",
        {"url": "https://example.com/hook"},
        {"url": "ftp://example.com/hook"},
        {"url": "https:///hook"},
        {"url": "example.com/hook"},
    ),
    check("webhook_endpoints_topics_not_empty", {"topics": ["order.placed"]}, {"topics": []}),
    check("webhook_endpoints_secret_not_empty", {"sealed_secret": "sealed"}, {"sealed_secret": ""}),
    unique("webhook_deliveries_message_unique", "endpoint_id", "message_id"),
    one_of("webhook_deliveries_status_known", "status", "pending delivered failed"),
    check("webhook_deliveries_attempts_not_negative", {"attempts": 0}, {"attempts": -1}),
    check(
        "webhook_deliveries_response_status_in_range",
        {"response_status": 599},
        {"response_status": 600},
        {"response_status": 99},
    ),
    check(
        "webhook_deliveries_delivered_has_time",
        {"status": "delivered", "delivered_at": LATER},
        {"delivered_at": None},
    ),
    one_of("import_jobs_kind_known", "kind", "catalog stock prices customers orders"),
    one_of(
        "import_jobs_status_known",
        "status",
        "uploaded checked running done failed cancelled reverted",
    ),
    check("import_jobs_file_hashed", {}, {"file_hash": "products.csv"}),
    check(
        "import_jobs_rows_add_up",
        {"rows_total": 5, "rows_done": 3, "rows_failed": 2},
        {"rows_total": 4},
        {"rows_done": -1},
        {"rows_failed": -1},
    ),
    check(
        "import_jobs_started_has_time",
        {"status": "running", "started_at": EARLIER, "finished_at": LATER},
        {"started_at": None},
        {"status": "done", "started_at": None},
        {"status": "reverted", "started_at": None},
    ),
    check(
        "import_jobs_finished_has_time",
        DONE,
        {"finished_at": None},
        {"status": "reverted", "finished_at": None},
    ),
    check("import_jobs_finished_after_started", DONE, {"started_at": LATER}),
    unique(
        "import_jobs_one_running",
        "kind",
        given={"status": "running", "started_at": EARLIER},
        other={"kind": "stock"},
        unless=(DONE,),
    ),
    unique("import_rows_line_unique", "job_id", "line_number", other={"line_number": 2}),
    check("import_rows_line_positive", {"line_number": 1}, {"line_number": 0}),
    one_of(
        "import_rows_status_known", "status", "pending created updated unchanged failed reverted"
    ),
    check(
        "import_rows_failed_has_fault",
        {"status": "failed", "faults": '["no such SKU"]'},
        {"faults": "[]"},
    ),
    check(
        "import_rows_done_names_entity",
        {"status": "created", "entity_id": new_id()},
        {"entity_id": None},
        {"status": "updated", "entity_id": None},
        {"status": "unchanged", "entity_id": None},
        {"status": "reverted", "entity_id": None},
    ),
    append_only("invariant_runs_append_only"),
    check(
        "invariant_runs_finished_after_started",
        {"started_at": EARLIER, "finished_at": EARLIER},
        {"started_at": LATER},
    ),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
