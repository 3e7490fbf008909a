import pytest

from tests.schema.reading import asked, columns_of

pytestmark = pytest.mark.django_db

TABLES = (
    asked(
        "users",
        "S0-5 S1-2 S2-4 S3-3 S4-3",
        """
        id uuid NOT NULL
        email varchar(255) NOT NULL
        password varchar(255) NOT NULL
        first_name varchar(100) NOT NULL DEFAULT ''
        last_name varchar(100) NOT NULL DEFAULT ''
        phone varchar(20) NOT NULL DEFAULT ''
        role varchar(20) NOT NULL DEFAULT 'customer'
        email_verified boolean NOT NULL DEFAULT false
        is_active boolean NOT NULL DEFAULT true
        created_at timestamptz NOT NULL DEFAULT now()
        updated_at timestamptz NOT NULL DEFAULT now()
        deleted_at timestamptz
        """,
    ),
    asked(
        "user_addresses",
        "S0-6 S1-3 S2-5",
        """
        id uuid NOT NULL
        user_id uuid NOT NULL
        address_type varchar(10) NOT NULL DEFAULT 'shipping'
        first_name varchar(100) NOT NULL
        last_name varchar(100) NOT NULL
        address_line_1 varchar(255) NOT NULL
        address_line_2 varchar(255) NOT NULL DEFAULT ''
        city varchar(100) NOT NULL
        state varchar(100)
        postal_code varchar(20)
        country_code varchar(2) NOT NULL
        is_default boolean NOT NULL DEFAULT false
        created_at timestamptz NOT NULL DEFAULT now()
        updated_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "user_sessions",
        "S1-4 S4-5",
        """
        id uuid NOT NULL
        user_id uuid NOT NULL
        refresh_token_hash varchar(64) NOT NULL
        expires_at timestamptz NOT NULL
        created_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "password_resets",
        "S1-5",
        """
        id uuid NOT NULL
        user_id uuid NOT NULL
        token_hash varchar(64) NOT NULL
        expires_at timestamptz NOT NULL
        """,
    ),
    asked(
        "verification_tokens",
        "S3-5",
        """
        id uuid NOT NULL
        user_id uuid NOT NULL
        token_hash varchar(64) NOT NULL
        created_at timestamptz NOT NULL DEFAULT now()
        expires_at timestamptz NOT NULL
        """,
    ),
    asked(
        "user_payment_methods",
        "S2-6 S3-11",
        """
        id uuid NOT NULL
        user_id uuid NOT NULL
        provider varchar(30) NOT NULL
        provider_payment_method_id varchar(100) NOT NULL
        card_last_four varchar(4) NOT NULL DEFAULT ''
        card_brand varchar(50) NOT NULL DEFAULT ''
        exp_month smallint
        exp_year smallint
        is_default boolean NOT NULL DEFAULT false
        is_active boolean NOT NULL DEFAULT true
        created_at timestamptz NOT NULL DEFAULT now()
        updated_at timestamptz NOT NULL DEFAULT now()
        deleted_at timestamptz
        """,
    ),
    asked(
        "categories",
        "S1-6 S3-9",
        """
        id uuid NOT NULL
        parent_id uuid
        name varchar(255) NOT NULL
        slug varchar(100) NOT NULL
        description text NOT NULL DEFAULT ''
        sort_order integer NOT NULL DEFAULT 0
        is_active boolean NOT NULL DEFAULT true
        created_at timestamptz NOT NULL DEFAULT now()
        updated_at timestamptz NOT NULL DEFAULT now()
        """,
    ),
    asked(
        "brands",
        "S1-7",
        """
        id uuid NOT NULL
        name varchar(100) NOT NULL
        slug varchar(100) NOT NULL
        logo varchar(200) NOT NULL DEFAULT ''
        is_active boolean NOT NULL DEFAULT true
        """,
    ),
    asked(
        "products",
        "S0-7 S1-8 S2-11 S3-7 S4-7",
        """
        id uuid NOT NULL
        category_id uuid
        brand_id uuid
        name varchar(255) NOT NULL
        slug varchar(200) NOT NULL
        sku varchar(100) NOT NULL
        description text NOT NULL DEFAULT ''
        price numeric(12,2) NOT NULL DEFAULT 0
        compare_at_price numeric(12,2)
        stock_quantity integer NOT NULL DEFAULT 0
        attributes jsonb NOT NULL DEFAULT '{}'
        tags varchar(60)[] NOT NULL DEFAULT '{}'
        metadata jsonb NOT NULL DEFAULT '{}'
        is_active boolean NOT NULL DEFAULT true
        is_featured boolean NOT NULL DEFAULT false
        track_inventory boolean NOT NULL DEFAULT true
        min_stock_level integer NOT NULL DEFAULT 0
        created_at timestamptz NOT NULL DEFAULT now()
        updated_at timestamptz NOT NULL DEFAULT now()
        deleted_at timestamptz
        """,
    ),
    asked(
        "product_variants",
        "S0-8 S1-9 S2-11",
        """
        id uuid NOT NULL
        product_id uuid NOT NULL
        name varchar(255) NOT NULL
        sku varchar(100) NOT NULL
        price numeric(12,2) NOT NULL
        cost numeric(12,2)
        stock_quantity integer NOT NULL DEFAULT 0
        option_values jsonb NOT NULL DEFAULT '{}'
        is_active boolean NOT NULL DEFAULT true
        sort_order integer NOT NULL DEFAULT 0
        """,
    ),
    asked(
        "product_images",
        "S0-9 S1-10 S2-11",
        """
        id uuid NOT NULL
        product_id uuid NOT NULL
        variant_id uuid
        file varchar(200) NOT NULL DEFAULT ''
        source_url varchar(500) NOT NULL DEFAULT ''
        alt_text varchar(255) NOT NULL DEFAULT ''
        sort_order integer NOT NULL DEFAULT 0
        is_primary boolean NOT NULL DEFAULT false
        """,
    ),
    asked(
        "product_reviews",
        "S1-11",
        """
        id uuid NOT NULL
        product_id uuid NOT NULL
        user_id uuid
        rating smallint NOT NULL
        title varchar(200) NOT NULL DEFAULT ''
        content text NOT NULL DEFAULT ''
        is_approved boolean NOT NULL DEFAULT false
        """,
    ),
)


@pytest.mark.parametrize(("table", "columns"), TABLES)
def test_are_as_asked(table: str, columns: list[str]) -> None:
    missing = [column for column in columns if column not in columns_of(table)]

    assert missing == []
