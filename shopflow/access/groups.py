"""The declaration: who of the staff may do what in the admin.

A role comes with its permissions by itself (`shopflow.access.backends`); groups are rows that every
migrate brings to this (`save_groups`), and come on top. An owner (role admin) may do everything,
and alone gives roles, invites people and ends their sessions.
"""

from collections.abc import Mapping, Set

LOOK_AT_ORDERS = frozenset({"orders.view_order"})
LOOK_AT_MONEY = frozenset({
    "orders.view_invoice", "payments.view_payment", "payments.view_refund",
    "payments.view_giftcard",
})  # fmt: skip
LOOK_AT_GOODS = frozenset({
    "catalog.view_product", "catalog.view_brand", "catalog.view_category",
    "inventory.view_inventory",
})  # fmt: skip
STOCK = frozenset({
    "inventory.view_inventory", "inventory.add_inventory", "inventory.change_inventory",
    "inventory.view_inventorytransaction", "inventory.view_inventoryreservation",
})  # fmt: skip
TEXTS = frozenset({
    "catalog.view_product", "catalog.change_product",
    "catalog.view_brand", "catalog.add_brand", "catalog.change_brand",
    "catalog.view_category", "catalog.add_category", "catalog.change_category",
    "catalog.view_synonym", "catalog.add_synonym", "catalog.change_synonym",
    "catalog.delete_synonym", "catalog.view_searchlog",
    "catalog.view_contentpage", "catalog.add_contentpage", "catalog.change_contentpage",
    "catalog.view_menu", "catalog.add_menu", "catalog.change_menu",
    "catalog.view_attribute", "catalog.add_attribute", "catalog.change_attribute",
})  # fmt: skip
# Variants hold prices and costs.
GOODS = TEXTS | {
    "catalog.add_product", "catalog.delete_product", "catalog.view_productvariant",
    "catalog.add_productvariant", "catalog.change_productvariant", "catalog.delete_productvariant",
}  # fmt: skip
TERMS = frozenset({
    "promotions.view_coupon", "promotions.add_coupon", "promotions.change_coupon",
    "promotions.view_couponusage", "promotions.view_promotion", "promotions.add_promotion",
    "promotions.change_promotion", "promotions.view_promotionusage",
    "shipping.view_shippingzone", "shipping.add_shippingzone", "shipping.change_shippingzone",
    "shipping.view_shippingmethod", "shipping.add_shippingmethod", "shipping.change_shippingmethod",
    "shipping.view_taxrate", "shipping.add_taxrate", "shipping.change_taxrate",
})  # fmt: skip

GROUPS: Mapping[str, Set[str]] = {
    "support": LOOK_AT_ORDERS
    | LOOK_AT_MONEY
    | LOOK_AT_GOODS
    | {
        "orders.cancel_order", "orders.mail_order", "orders.note_order", "orders.edit_order",
        "orders.draft_order", "orders.view_orderreturn", "orders.change_orderreturn",
        "accounts.view_user", "lib.view_outboxmessage",
    },
    "warehouse": LOOK_AT_ORDERS
    | LOOK_AT_GOODS
    | STOCK
    | {
        "orders.ship_order", "orders.note_order", "orders.view_orderreturn",
        "orders.change_orderreturn",
    },
    "content": TEXTS,
    "finance": LOOK_AT_ORDERS
    | LOOK_AT_MONEY
    | {
        "payments.change_giftcard", "payments.capture_payment", "payments.refund_payment",
        "payments.view_paymentevent", "payments.change_paymentevent", "payments.view_dispute",
        "payments.change_dispute", "payments.view_payout", "payments.view_reconciliation",
        "promotions.view_coupon", "promotions.view_couponusage", "promotions.view_promotion",
        "promotions.view_promotionusage", "shipping.view_taxrate",
        "accounts.view_user", "accounts.export_user",
    },
}  # fmt: skip
MERCHANT = (GROUPS["support"] | GROUPS["warehouse"] | GOODS | TERMS) - {"accounts.view_user"}
ROLES: Mapping[str, Set[str]] = {
    # May do what a group says, and nothing of their own.
    "employee": frozenset(),
    # Runs the shop's offer and its orders; sees money, moves none.
    "merchant": MERCHANT,
    "manager": MERCHANT
    | GROUPS["support"]
    | GROUPS["finance"]
    | {
        "accounts.erase_user", "lib.change_outboxmessage",
        "lib.view_auditlog", "lib.view_invariantrun",
    },
}  # fmt: skip
