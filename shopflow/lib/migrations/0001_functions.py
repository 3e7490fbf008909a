from django.db import migrations

CREATE = """
-- Moves `updated_at` when an UPDATE forgets it (triggers <table>_touch).
CREATE FUNCTION shop_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := statement_timestamp();
    RETURN NEW;
END $$;

-- Refuses under a rule's name, as a CHECK does: shop_refuse(rule, reason, erasable columns).
-- An update that does nothing but empty erasable columns passes.
CREATE FUNCTION shop_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    erasable CONSTANT text[] := coalesce(TG_ARGV[2], '{}');
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) <> to_jsonb(NEW)
        AND to_jsonb(OLD) - erasable = to_jsonb(NEW) - erasable
        AND NOT EXISTS (
            SELECT FROM jsonb_each_text(to_jsonb(NEW)) AS given
            WHERE given.key = ANY (erasable) AND given.value NOT IN ('', to_jsonb(OLD) ->> given.key)
        )
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '%: %', TG_TABLE_NAME, TG_ARGV[1]
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = TG_ARGV[0];
END $$;

-- A UUIDv7 (RFC 9562 section 5.7) for rows that triggers write; PostgreSQL has its own only
-- from 18 on.
CREATE FUNCTION shop_uuid7() RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT encode(set_byte(set_byte(
        overlay(uuid_send(gen_random_uuid())
            PLACING substring(int8send((extract(epoch FROM clock_timestamp()) * 1000)::bigint)
            FROM 3) FROM 1 FOR 6),
        6, 112 | (get_byte(uuid_send(gen_random_uuid()), 6) & 15)),
        8, 128 | (get_byte(uuid_send(gen_random_uuid()), 8) & 63)), 'hex')::uuid
$$;
"""
DROP = """
DROP FUNCTION shop_uuid7();
DROP FUNCTION shop_refuse();
DROP FUNCTION shop_touch();
"""


class Migration(migrations.Migration):
    """What the triggers of all tables run; see docs/data-model.md, triggers."""

    initial = True
    dependencies = ()
    run_before = (
        ("accounts", "0001_initial"),
        ("catalog", "0001_extensions"),
        ("orders", "0001_functions"),
        ("payments", "0001_payment_events"),
        ("shipping", "0001_initial"),
    )
    operations = (migrations.RunSQL(sql=CREATE, reverse_sql=DROP),)
