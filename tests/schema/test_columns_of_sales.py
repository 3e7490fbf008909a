import pytest

from tests.schema.reading import asked, columns_of

pytestmark = pytest.mark.django_db

TABLES = (
    asked(
        "carts",
        "S1-12",
        """
        id uuid NOT NULL
        user_id uuid
        token_hash varchar(64)
        updated_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "cart_coupons",
        "S1-12",
        """
        cart_id uuid NOT NULL
        coupon_id uuid NOT NULL
        """,
    ),
    asked(
        "cart_items",
        "S1-13",
        """
        id uuid NOT NULL
        cart_id uuid NOT NULL
        product_id uuid NOT NULL
        variant_id uuid NOT NULL
        quantity integer NOT NULL
        unit_price numeric(12,2) NOT NULL
        """,
    ),
    asked(
        "orders",
        "S0-13 S1-14 S2-7 S4-9",
        """
        id uuid NOT NULL
        user_id uuid
        order_number varchar(30) NOT NULL
        status varchar(20) NOT NULL DEFAULT 'pending'
        subtotal numeric(12,2) NOT NULL
        discount_total numeric(12,2) NOT NULL DEFAULT 0
        shipping_cost numeric(12,2) NOT NULL DEFAULT 0
        tax numeric(12,2) NOT NULL DEFAULT 0
        total numeric(12,2) NOT NULL
        currency varchar(3) NOT NULL
        customer_email varchar(254) NOT NULL
        coupon_code varchar(50) NOT NULL DEFAULT ''
        metadata jsonb NOT NULL DEFAULT '{}'
        placed_at timestamptz NOT NULL
        created_at timestamptz NOT NULL DEFAULT now()
        shipped_at timestamptz
        delivered_at timestamptz
        cancelled_at timestamptz
        updated_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "order_items",
        "S0-14 S1-15 S2-8 S4-12",
        """
        id uuid NOT NULL
        order_id uuid NOT NULL
        product_id uuid NOT NULL
        variant_id uuid NOT NULL
        quantity integer NOT NULL
        unit_price numeric(12,2) NOT NULL
        line_total numeric(12,2) AS (unit_price * (quantity))
        product_name varchar(255) NOT NULL
        variant_name varchar(255) NOT NULL DEFAULT ''
        sku varchar(100) NOT NULL
        image_url varchar(500) NOT NULL DEFAULT ''
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "order_addresses",
        "S1-17",
        """
        id uuid NOT NULL
        order_id uuid NOT NULL
        address_type varchar(10) NOT NULL
        first_name varchar(100) NOT NULL
        last_name varchar(100) NOT NULL
        address_line_1 varchar(255) NOT NULL
        city varchar(100) NOT NULL
        state varchar(100) NOT NULL DEFAULT ''
        postal_code varchar(20) NOT NULL DEFAULT ''
        country_code varchar(2) NOT NULL
        """,
    ),
    asked(
        "order_shipments",
        "S1-16 S2-10",
        """
        id uuid NOT NULL
        order_id uuid NOT NULL
        carrier varchar(50) NOT NULL
        tracking_number varchar(100) NOT NULL
        label_url varchar(500)
        status varchar(20) NOT NULL DEFAULT 'shipped'
        estimated_delivery date
        shipped_at timestamptz
        delivered_at timestamptz
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "order_shipment_events",
        "S2-119",
        """
        id uuid NOT NULL
        shipment_id uuid NOT NULL
        status varchar(20) NOT NULL
        occurred_at timestamptz NOT NULL
        """,
    ),
    asked(
        "order_status_history",
        "S1-19",
        """
        id uuid NOT NULL
        order_id uuid NOT NULL
        from_status varchar(20) NOT NULL DEFAULT ''
        to_status varchar(20) NOT NULL
        notes varchar(255) NOT NULL DEFAULT ''
        created_by_id uuid
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "payments",
        "S0-15 S1-18 S2-9",
        """
        id uuid NOT NULL
        order_id uuid NOT NULL
        payment_method_id uuid
        amount numeric(12,2) NOT NULL
        currency varchar(3) NOT NULL
        status varchar(20) NOT NULL DEFAULT 'pending'
        method_type varchar(20) NOT NULL DEFAULT ''
        card_brand varchar(20) NOT NULL DEFAULT ''
        card_last_four varchar(4) NOT NULL DEFAULT ''
        amount_captured numeric(12,2) NOT NULL DEFAULT 0
        captured_at timestamptz
        provider_payment_id varchar(100) NOT NULL DEFAULT ''
        failure_reason varchar(255) NOT NULL DEFAULT ''
        attempted_at timestamptz NOT NULL DEFAULT now()
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "payment_events",
        "S0-16 S0-20",
        """
        id uuid NOT NULL
        provider varchar(30) NOT NULL
        provider_event_id varchar(100) NOT NULL
        type varchar(100) NOT NULL
        payload jsonb NOT NULL
        received_at timestamptz NOT NULL DEFAULT now()
        processed_at timestamptz
        """,
    ),
    asked(
        "refunds",
        "S1-20",
        """
        id uuid NOT NULL
        payment_id uuid NOT NULL
        amount numeric(12,2) NOT NULL
        currency varchar(3) NOT NULL
        status varchar(20) NOT NULL DEFAULT 'pending'
        reason varchar(255) NOT NULL DEFAULT ''
        """,
    ),
    asked(
        "coupons",
        "S1-21",
        """
        id uuid NOT NULL
        code varchar(50) NOT NULL
        discount_type varchar(20) NOT NULL DEFAULT 'percentage'
        discount_value numeric(12,2) NOT NULL
        min_order_amount numeric(12,2) NOT NULL DEFAULT 0
        max_discount_amount numeric(12,2)
        usage_limit integer
        starts_at timestamptz
        expires_at timestamptz
        """,
    ),
    asked(
        "coupon_usage",
        "S1-22",
        """
        id uuid NOT NULL
        coupon_id uuid NOT NULL
        user_id uuid
        order_id uuid NOT NULL
        discount_amount numeric(12,2) NOT NULL
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "shipping_zones",
        "S1-23",
        """
        id uuid NOT NULL
        name varchar(100) NOT NULL
        countries varchar(2)[] NOT NULL
        states varchar(10)[] NOT NULL DEFAULT '{}'
        is_active boolean NOT NULL DEFAULT true
        """,
    ),
    asked(
        "shipping_methods",
        "S1-24",
        """
        id uuid NOT NULL
        zone_id uuid NOT NULL
        name varchar(100) NOT NULL
        carrier varchar(50) NOT NULL DEFAULT ''
        price numeric(12,2) NOT NULL
        estimated_days_min smallint NOT NULL DEFAULT 2
        estimated_days_max smallint NOT NULL DEFAULT 5
        free_above numeric(12,2)
        """,
    ),
    asked(
        "warehouses",
        "S0-10",
        """
        id uuid NOT NULL
        code varchar(20) NOT NULL
        name varchar(100) NOT NULL
        address text NOT NULL DEFAULT ''
        is_active boolean NOT NULL DEFAULT true
        """,
    ),
    asked(
        "inventory",
        "S0-11 S2-12",
        """
        id uuid NOT NULL
        variant_id uuid NOT NULL
        warehouse_id uuid NOT NULL
        quantity_on_hand integer NOT NULL DEFAULT 0
        quantity_reserved integer NOT NULL DEFAULT 0
        quantity_available integer AS (quantity_on_hand - quantity_reserved)
        reorder_point integer NOT NULL DEFAULT 0
        warehouse_location varchar(50) NOT NULL DEFAULT ''
        updated_at timestamptz NOT NULL DEFAULT now()
        last_counted_at timestamptz
        """,
    ),
    asked(
        "inventory_reservations",
        "S0-12 S0-19",
        """
        id uuid NOT NULL
        inventory_id uuid NOT NULL
        order_id uuid
        order_item_id uuid
        quantity integer NOT NULL
        status varchar(10) NOT NULL DEFAULT 'held'
        expires_at timestamptz
        """,
    ),
    asked(
        "inventory_transactions",
        "S2-13",
        """
        id uuid NOT NULL
        inventory_id uuid NOT NULL
        order_id uuid
        type varchar(20) NOT NULL
        quantity_change integer NOT NULL
        quantity_after integer NOT NULL
        notes text NOT NULL DEFAULT ''
        created_by_id uuid
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
)


@pytest.mark.parametrize(("table", "columns"), TABLES)
def test_are_as_asked(table: str, columns: list[str]) -> None:
    missing = [column for column in columns if column not in columns_of(table)]

    assert missing == []
