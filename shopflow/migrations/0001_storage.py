from django.db import migrations

# Tables whose rows change or go all the time are vacuumed after 5 % of dead rows, not 20 %: their
# dead rows stay below what the health page warns about (10 %).
VACUUMED_EARLY = {"autovacuum_vacuum_scale_factor": 0.05, "autovacuum_analyze_scale_factor": 0.05}
HOT = {
    # A sale changes the counters of one row. Half of each page stays free for its next version,
    # so the change touches no index (HOT update).
    "inventory": {
        "fillfactor": 50,
        "autovacuum_vacuum_scale_factor": 0.02,
        "autovacuum_analyze_scale_factor": 0.05,
    },
    "inventory_reservations": VACUUMED_EARLY,
    "carts": VACUUMED_EARLY,
    "cart_items": VACUUMED_EARLY,
    "user_sessions": VACUUMED_EARLY,
    "orders": VACUUMED_EARLY,
    "payments": VACUUMED_EARLY,
    "products": VACUUMED_EARLY,
    "product_variants": VACUUMED_EARLY,
    "idempotency_keys": VACUUMED_EARLY,
    "outbox_messages": VACUUMED_EARLY,
}


class Migration(migrations.Migration):
    """How the busiest tables are stored and vacuumed (docs/database-setup.md, maintenance)."""

    dependencies = (
        ("lib", "0003_initial"),
        ("accounts", "0001_initial"),
        ("catalog", "0002_initial"),
        ("inventory", "0001_initial"),
        ("carts", "0001_initial"),
        ("orders", "0002_initial"),
        ("payments", "0002_initial"),
    )
    operations = tuple(
        migrations.RunSQL(
            sql=f"ALTER TABLE {table} SET ({', '.join(f'{k} = {v}' for k, v in settings.items())})",
            reverse_sql=f"ALTER TABLE {table} RESET ({', '.join(settings)})",
        )
        for table, settings in HOT.items()
    )
