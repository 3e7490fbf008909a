"""Read models: copies in the catalogue that equal their sources."""

from shopflow.invariants.invariant import Invariant

COPIES = (
    Invariant(
        12,
        "product_prices_equal_variants",
        "A product's prices are those of its cheapest variant on sale.",
        is_instant=True,
        query="""
            SELECT p.sku FROM products p JOIN (
                SELECT DISTINCT ON (product_id) product_id, price, compare_at_price
                FROM product_variants WHERE is_active AND deleted_at IS NULL
                ORDER BY product_id, price, id
            ) v ON v.product_id = p.id
            WHERE (p.price, p.compare_at_price) IS DISTINCT FROM (v.price, v.compare_at_price)
        """,
    ),
    Invariant(
        12,
        "product_stock_equals_variants",
        "A product's stock is that of its variants, and it is in stock when one of them is.",
        is_instant=True,
        query="""
            SELECT p.sku FROM products p LEFT JOIN (
                SELECT product_id, sum(stock_quantity) AS units,
                       bool_or(stock_quantity > 0 OR backorder_policy = 'continue') AS in_stock
                FROM product_variants WHERE is_active AND deleted_at IS NULL GROUP BY product_id
            ) v ON v.product_id = p.id
            WHERE p.stock_quantity <> coalesce(v.units, 0)
               OR p.in_stock <> coalesce(v.in_stock, false)
        """,
    ),
    Invariant(
        12,
        "shelves_equal_products",
        "The sort keys on the shelves are the products' own.",
        is_instant=True,
        query="""
            SELECT p.sku FROM product_categories s JOIN products p ON p.id = s.product_id
            WHERE (s.brand_id, s.is_featured, s.published_at, s.price, s.in_stock,
                   s.sales_count, s.rating_average)
                IS DISTINCT FROM (p.brand_id, p.is_featured, p.published_at, p.price, p.in_stock,
                                  p.sales_count, p.rating_average)
        """,
    ),
    Invariant(
        12,
        "ratings_equal_reviews",
        "A product's rating is the average of its approved reviews.",
        is_instant=False,
        query="""
            SELECT p.sku FROM products p LEFT JOIN (
                SELECT product_id, count(*) AS ratings, round(avg(rating), 2) AS average,
                       max(updated_at) AS changed_at
                FROM product_reviews WHERE is_approved GROUP BY product_id
            ) r ON r.product_id = p.id
            WHERE (p.rating_count, p.rating_average)
                <> (coalesce(r.ratings, 0), coalesce(r.average, 0))
              AND coalesce(r.changed_at, p.updated_at) <= %(settled)s
        """,
    ),
    Invariant(
        12,
        "stock_figures_equal_inventory",
        "The stock shown for a variant is what the warehouses can promise.",
        is_instant=False,
        query="""
            SELECT v.sku FROM product_variants v
            LEFT JOIN (
                SELECT i.variant_id, sum(i.quantity_available) AS units,
                       max(i.updated_at) AS changed_at
                FROM inventory i
                JOIN warehouses w ON w.id = i.warehouse_id AND w.is_active GROUP BY i.variant_id
            ) i ON i.variant_id = v.id
            WHERE v.stock_quantity <> greatest(coalesce(i.units, 0), 0)
              AND coalesce(i.changed_at, v.updated_at) <= %(settled)s
        """,
    ),
)
