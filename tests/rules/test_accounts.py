from collections.abc import Callable

import pytest

from shopflow.lib.ids import new_id
from tests.rules.proofs import append_only, check, one_of, unique
from tests.rules.rows import LATER, new

pytestmark = pytest.mark.django_db
SOMEBODY = new_id()
ENDS = {"created_at": "2026-01-01", "expires_at": "2026-01-01 00:00:01"}
AT_ONCE = {"expires_at": "2026-01-01"}

RULES = (
    check(
        "users_email_valid",
        {"email": "ada@example.com"},
        {"email": ""},
        {"email": "ada"},
        {"email": "ada@"},
        {"email": "@example.com"},
        {"email": "ada byron@example.com"},
        {"email": "ada@byron@example.com"},
        ledger="S2-33 S2-116",
    ),
    unique(
        "users_email_unique",
        "email",
        given={"email": "ada@example.com"},
        again={"email": "Ada@Example.COM"},
        other={"email": "byron@example.com"},
        unless=({"deleted_at": LATER, "is_active": False},),
        ledger="S0-21 S1-27 S1-68 S2-33 S2-95 S2-113 S3-3 S3-4 S4-4",
    ),
    check(
        "users_phone_valid",
        {"phone": "+12125550100"},
        {"phone": "2125550100"},
        {"phone": "+02125550100"},
        {"phone": "+1 212 555 0100"},
        {"phone": "+123456"},
        {"phone": "+1234567890123456"},
    ),
    one_of(
        "users_role_known",
        "role",
        "customer merchant employee manager admin",
        ledger="S1-91 S2-35 S2-73",
    ),
    check(
        "users_deleted_inactive",
        {"deleted_at": LATER, "is_active": False},
        {"is_active": True},
        ledger="S1-93",
    ),
    unique("users_groups_user_id_group_id_fc7788e8_uniq", "user_id", "group_id"),
    unique(
        "users_user_permissions_user_id_permission_id_3b86cbdf_uniq", "user_id", "permission_id"
    ),
    one_of(
        "user_addresses_address_type_known",
        "address_type",
        "shipping billing return",
        ledger="S2-74",
    ),
    check(
        "user_addresses_country_code_valid",
        {"country_code": "DE"},
        {"country_code": "de"},
        {"country_code": "D"},
        {"country_code": ""},
    ),
    check(
        "user_addresses_place_not_empty",
        {"address_line_1": "1 Main Street", "city": "New York"},
        {"address_line_1": ""},
        {"city": ""},
    ),
    unique(
        "user_addresses_one_default",
        "user_id",
        "address_type",
        given={"is_default": True},
        other={"address_type": "billing"},
        unless=({"is_default": False}, {"deleted_at": LATER}),
        ledger="S1-3 S2-5",
    ),
    unique("user_sessions_token_unique", "refresh_token_hash", ledger="S1-4 S4-5"),
    unique("user_sessions_one_child", "parent_id", given={"parent_id": new("user_sessions")}),
    check("user_sessions_not_own_parent", {}, {"id": SOMEBODY, "parent_id": SOMEBODY}),
    check("user_sessions_expires_after_start", ENDS, AT_ONCE),
    one_of("password_resets_purpose_known", "purpose", "forgotten invitation"),
    unique("password_resets_token_unique", "token_hash", ledger="S1-5"),
    check("password_resets_expires_after_start", ENDS, AT_ONCE),
    one_of("verification_tokens_purpose_known", "purpose", "registration email_change"),
    unique("verification_tokens_token_unique", "token_hash", ledger="S3-5 S3-6"),
    check("verification_tokens_email_valid", {"email": "ada@example.com"}, {"email": "ada"}),
    check("verification_tokens_expires_after_start", ENDS, AT_ONCE),
    unique("totp_devices_one_of_each", "user_id", "confirmed", other={"confirmed": False}),
    check("totp_devices_has_key", {"sealed_key": "x"}, {"sealed_key": ""}),
    check("totp_devices_step_positive", {"last_step": 1}, {"last_step": 0}, {"last_step": -1}),
    unique("recovery_codes_code_unique", "code_hash"),
    unique("passkeys_credential_unique", "credential_id"),
    check("passkeys_sign_count_not_negative", {"sign_count": 0}, {"sign_count": -1}),
    unique("api_keys_key_unique", "key_hash"),
    unique("api_keys_prefix_unique", "prefix"),
    check("api_keys_name_not_empty", {"name": "Till"}, {"name": ""}),
    check("api_keys_has_scope", {"scopes": ["orders"]}, {"scopes": []}),
    check("api_keys_expires_after_start", ENDS, AT_ONCE),
    append_only("erasure_log_append_only"),
    check(
        "erasure_log_finished_after_request",
        {"requested_at": LATER, "finished_at": LATER},
        {"finished_at": "2026-01-01"},
    ),
    one_of(
        "email_preferences_kind_known",
        "kind",
        "newsletter cart_reminder review_request back_in_stock price_drop",
    ),
    check("email_preferences_email_valid", {"email": "ada@example.com"}, {"email": "ada"}),
    unique("email_preferences_unique", "email", "kind", other={"kind": "price_drop"}),
    unique("email_preferences_token_unique", "token_hash"),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
