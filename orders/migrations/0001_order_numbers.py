from django.db import migrations

CREATE = """
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
"""
DROP = """
DROP FUNCTION shop_find_order;
DROP SEQUENCE order_number_digits;
"""


class Migration(migrations.Migration):
    """Where the digits of order numbers come from, and how a guest's order is found again."""

    initial = True
    dependencies = ()
    operations = (migrations.RunSQL(sql=CREATE, reverse_sql=DROP),)
