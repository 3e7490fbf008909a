from collections.abc import Callable

import pytest

from tests.rules.proofs import check, one_of, unique
from tests.rules.rows import LATER, a_hash, new

pytestmark = pytest.mark.django_db
OF_A_USER = {"user_id": new("users"), "token_hash": None, "expires_at": None}
OF_A_GUEST = {"user_id": None, "token_hash": a_hash, "expires_at": LATER}

RULES = (
    check(
        "carts_user_or_token",
        OF_A_GUEST,
        {"token_hash": None},
        # A draft order of staff has no token.
        {"created_by_id": new("users")},
        ledger="S1-12",
    ),
    check("carts_guest_expires", OF_A_GUEST, {"expires_at": None}),
    check(
        "carts_token_is_hash",
        OF_A_GUEST,
        {"token_hash": "in clear"},
        {"token_hash": "F" * 64},
        {"token_hash": "f" * 63},
    ),
    check("carts_currency_is_code", {"currency": "EUR"}, {"currency": "eur"}, {"currency": ""}),
    unique("carts_token_unique", "token_hash", given=OF_A_GUEST, ledger="S1-43"),
    unique(
        "carts_one_open_per_user",
        "user_id",
        given=OF_A_USER,
        unless=({"closed_at": LATER}, {"created_by_id": new("users")}),
        ledger="S1-42",
    ),
    unique("cart_items_variant_unique", "cart_id", "variant_id", ledger="S1-44 S1-54"),
    check("cart_items_quantity_positive", {"quantity": 1}, {"quantity": 0}, ledger="S1-89"),
    check("cart_items_price_not_negative", {"unit_price": 0}, {"unit_price": "-0.01"}),
    check(
        "cart_items_gift_cards_list",
        {"gift_cards": "[]"},
        {"gift_cards": "{}"},
        {"gift_cards": "null"},
    ),
    unique("cart_coupons_unique", "cart_id", "coupon_id"),
    unique("checkout_drafts_cart_id_key", "cart_id"),
    check(
        "checkout_drafts_answers_are_object",
        {"answers": {}},
        {"answers": "[]"},
        {"answers": "null"},
    ),
    one_of("wishlists_kind_known", "kind", "wishes saved_for_later"),
    check(
        "wishlists_user_or_token",
        OF_A_GUEST,
        {"token_hash": None},
        {"expires_at": None},
        {"user_id": new("users")},
    ),
    check("wishlists_token_is_hash", OF_A_GUEST, {"token_hash": "in clear"}),
    check(
        "wishlists_only_wishes_shared",
        {"kind": "wishes", "share_token": "a-token"},
        {"share_token": ""},
        {"kind": "saved_for_later"},
    ),
    unique(
        "wishlists_user_unique",
        "user_id",
        "kind",
        given=OF_A_USER,
        other={"kind": "saved_for_later"},
    ),
    unique(
        "wishlists_token_unique",
        "token_hash",
        "kind",
        given=OF_A_GUEST,
        other={"kind": "saved_for_later"},
    ),
    unique(
        "wishlists_share_unique",
        "share_token",
        given={"share_token": "a-token"},
        other={"share_token": "another"},
        unless=({"share_token": None}, {"share_token": None}),
    ),
    unique(
        "wishlist_items_variant_unique",
        "wishlist_id",
        "product_id",
        "variant_id",
        given={"variant_id": None},
        other={"variant_id": new("product_variants")},
    ),
    check("wishlist_items_quantity_positive", {"quantity": 1}, {"quantity": 0}),
    check("wishlist_items_price_not_negative", {"unit_price": 0}, {"unit_price": "-0.01"}),
)


@pytest.mark.parametrize("proof", RULES)
def test_refuses(proof: Callable[[], None]) -> None:
    proof()
