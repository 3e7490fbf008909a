-- The shop's roles, made once per cluster by somebody who may (safe to repeat); the login that
-- the shop connects with becomes a member of all and inherits from none.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY[
        'shop_owner', 'shop_app', 'shop_worker', 'shop_admin',
        'shop_readonly', 'shop_audit', 'shop_backup', {login}
    ] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role_name) THEN
            EXECUTE format('CREATE ROLE %I LOGIN', role_name);
        END IF;
    END LOOP;
END $$;
-- CREATEDB: restores are proved in a database beside the shop's.
ALTER ROLE shop_owner NOLOGIN CREATEDB;
ALTER ROLE shop_backup BYPASSRLS;
GRANT pg_read_all_data TO shop_backup;
-- Sealing the audit log asks which transactions are still running.
GRANT pg_read_all_stats TO shop_worker, shop_audit;
-- The health page shows where the data are and how full their disk is.
GRANT pg_read_all_settings TO shop_audit;
DO $$
BEGIN
    EXECUTE format('ALTER ROLE %I NOINHERIT', {login});
    EXECUTE format(
        'GRANT shop_owner, shop_app, shop_worker, shop_admin, shop_readonly, shop_audit TO %I',
        {login}
    );
END $$;
