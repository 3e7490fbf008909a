from django.db import migrations

CREATE = """
-- Where the digits of order numbers come from.
CREATE SEQUENCE order_number_digits START 1001;

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
DROP SEQUENCE order_number_digits;
"""


class Migration(migrations.Migration):
    """What Django can't write: order numbers, and what the guard of the status runs."""

    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(sql=CREATE, reverse_sql=DROP),)
