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
DO $$
DECLARE
    -- Before 16 the role says whether it inherits; since then, each of its memberships.
    inherits text := CASE WHEN current_setting('server_version_num')::int >= 160000
                     THEN 'WITH INHERIT FALSE' ELSE '' END;
BEGIN
    EXECUTE format('ALTER ROLE %I NOINHERIT', {login});
    EXECUTE format(
        'GRANT shop_owner, shop_app, shop_worker, shop_admin, shop_readonly, shop_audit TO %I %s',
        {login}, inherits
    );
END $$;
-- Where the server belongs to a provider its first user may not hand these on.
DO $$
BEGIN
    ALTER ROLE shop_backup BYPASSRLS;
    GRANT pg_read_all_data TO shop_backup;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'shop_backup can''t read past row-level security here: '
        'back up as the provider of the server says';
END $$;
DO $$
BEGIN
    -- Sealing the audit log asks which transactions are still running.
    GRANT pg_read_all_stats TO shop_worker, shop_audit;
    -- The health page shows where the data are and how full their disk is.
    GRANT pg_read_all_settings TO shop_audit;
EXCEPTION WHEN insufficient_privilege THEN
    RAISE WARNING 'sealing the audit log needs pg_read_all_stats, the health page too: '
        'have it granted to shop_worker and shop_audit';
END $$;
