from django.db import migrations

CREATE = """
-- Where the digits of order numbers come from.
CREATE SEQUENCE order_number_digits START 1001;

-- A guest who lost the link knows number and e-mail; row-level security would hide the order
-- until one of them is proved, so this one question is answered as the owner.
CREATE FUNCTION shop_find_order(number text, email text) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT id FROM orders
        WHERE order_number = number AND lower(customer_email) = lower(email)
    );
END $$;
REVOKE EXECUTE ON FUNCTION shop_find_order FROM PUBLIC;

-- Refuses a status that doesn't follow from the one before: shop_guard_order_moves(rule).
-- The legal moves stand in order_status_transitions; some only for one cancel_reason.
CREATE FUNCTION shop_guard_order_moves() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM order_status_transitions AS move
        WHERE move.from_status = OLD.status AND move.to_status = NEW.status
          AND move.only_if_reason IN ('', OLD.cancel_reason)
    ) THEN
        RAISE EXCEPTION '%: % does not follow from %', TG_TABLE_NAME, NEW.status, OLD.status
            USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0];
    END IF;
    RETURN NEW;
END $$;
"""
DROP = """
DROP FUNCTION shop_guard_order_moves();
DROP FUNCTION shop_find_order;
DROP SEQUENCE order_number_digits;
"""


class Migration(migrations.Migration):
    """Where the digits of order numbers come from, how a guest's order is found again, and what
    the guard of the status runs."""

    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(sql=CREATE, reverse_sql=DROP),)
