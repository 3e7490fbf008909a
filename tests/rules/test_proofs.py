"""A proof fails when its rule allows more, or less, than the proof says."""

from typing import Any

import pytest
from _pytest.mark import ParameterSet
from django.db import IntegrityError

from tests.rules.proofs import append_only, check, frozen, run, undone, unique
from tests.rules.rows import new

pytestmark = pytest.mark.django_db
FAILURES = (AssertionError, IntegrityError, pytest.fail.Exception)

POSITIVE = check("cart_items_quantity_positive", {"quantity": 1}, {"quantity": 0})
NO_CHECK = "ALTER TABLE cart_items DROP CONSTRAINT cart_items_quantity_positive; "
CHECK = f"{NO_CHECK} ALTER TABLE cart_items ADD CONSTRAINT cart_items_quantity_positive CHECK "

ONCE = unique("cart_coupons_unique", "cart_id", "coupon_id")
NO_UNIQUE = "ALTER TABLE cart_coupons DROP CONSTRAINT cart_coupons_unique; "
UNIQUE = f"{NO_UNIQUE} ALTER TABLE cart_coupons ADD CONSTRAINT cart_coupons_unique UNIQUE "

PRIMARY = unique(
    "product_images_one_primary",
    "product_id",
    given={"is_primary": True},
    unless=({"is_primary": False},),
)
INDEX = "DROP INDEX product_images_one_primary; CREATE UNIQUE INDEX product_images_one_primary ON "

LEDGER = append_only("erasure_log_append_only")
NO_LEDGER = "DROP TRIGGER erasure_log_append_only ON erasure_log; "
TRIGGER = f"{NO_LEDGER} CREATE TRIGGER erasure_log_append_only BEFORE "
REFUSE = "ON erasure_log FOR EACH ROW EXECUTE FUNCTION shop_refuse('erasure_log_append_only', '')"

AGREED = frozen("order_items_frozen", but={"user_id": new("users"), "gift_cards": "[]"})
NO_FREEZE = "DROP TRIGGER order_items_frozen ON order_items; "
FREEZE = (
    f"{NO_FREEZE} CREATE TRIGGER order_items_frozen BEFORE UPDATE ON order_items FOR EACH ROW"
    " WHEN (OLD.quantity <> NEW.quantity)"
    " EXECUTE FUNCTION shop_refuse('order_items_frozen', '')"
)


@pytest.mark.parametrize(
    ("proof", "change"),
    [
        (POSITIVE, NO_CHECK),
        (POSITIVE, f"{CHECK} (quantity >= 0)"),
        (POSITIVE, f"{CHECK} (quantity > 1)"),
        (ONCE, NO_UNIQUE),
        (ONCE, f"{UNIQUE} (coupon_id)"),
        (ONCE, f"{UNIQUE} (cart_id, coupon_id, created_at)"),
        (PRIMARY, f"{INDEX} product_images (product_id)"),
        (PRIMARY, f"{INDEX} product_images (product_id) WHERE NOT is_primary"),
        (LEDGER, NO_LEDGER),
        (LEDGER, f"{TRIGGER} UPDATE {REFUSE}"),
        (LEDGER, f"{TRIGGER} DELETE {REFUSE}"),
        (AGREED, NO_FREEZE),
        (AGREED, FREEZE),
    ],
)
def test_fails(proof: ParameterSet, change: str) -> None:
    prove: Any = proof.values[0]

    with undone():
        prove()
    run(change)

    with pytest.raises(FAILURES):
        prove()


def test_a_rule_nobody_knows_has_no_proof() -> None:
    prove: Any = check("cart_items_cheap", {}, {"unit_price": 100}).values[0]

    with pytest.raises(KeyError, match="cart_items_cheap"):
        prove()
