import django.db.models.functions.datetime
from django.db import migrations, models

import shopflow.lib.models.audit
import shopflow.lib.postgres.rules

CREATE = """
CREATE TABLE audit_logs (
    id uuid NOT NULL DEFAULT shop_uuid7() CONSTRAINT audit_logs_pkey PRIMARY KEY,
    created_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    user_id uuid,
    action varchar(20) NOT NULL CONSTRAINT audit_logs_action_known CHECK (
        action IN ('create', 'update', 'delete', 'view', 'export', 'login', 'login_failed')
    ),
    entity_type varchar(63) NOT NULL
        CONSTRAINT audit_logs_entity_type_not_empty CHECK (entity_type <> ''),
    entity_id varchar(64) NOT NULL DEFAULT '',
    old_values jsonb,
    new_values jsonb,
    ip_address inet,
    user_agent varchar(255) NOT NULL DEFAULT '',
    request_id varchar(64) NOT NULL DEFAULT '',
    CONSTRAINT audit_logs_create_has_no_old CHECK (action <> 'create' OR old_values IS NULL),
    CONSTRAINT audit_logs_delete_has_no_new CHECK (action <> 'delete' OR new_values IS NULL)
) PARTITION BY RANGE (id);
CREATE TABLE audit_logs_default PARTITION OF audit_logs DEFAULT;
COMMENT ON TABLE audit_logs IS 'What staff did and who came in; partitioned by month on id';
CREATE INDEX audit_logs_user_idx ON audit_logs (user_id, created_at);
CREATE INDEX audit_logs_entity_idx ON audit_logs (entity_type, entity_id, created_at);
CREATE INDEX audit_logs_action_idx ON audit_logs (action, id);
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE ON audit_logs FOR EACH ROW
EXECUTE FUNCTION shop_refuse('audit_logs_append_only', 'rows are never changed or deleted');
"""
# Written as the owner's, because staff may do nothing with the log but be in it.
FUNCTIONS = """
-- Values fit for the log: a secret or a person's column says only that there is something.
CREATE FUNCTION shop_audit_masked(facts jsonb, secret text[], personal text[]) RETURNS jsonb
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT jsonb_object_agg(key, CASE
        WHEN value IN ('null', '""', '[]', '{}') THEN value
        WHEN key = ANY (secret) THEN '"(secret)"'
        WHEN key = ANY (personal) THEN '"(personal)"'
        ELSE value
    END) FROM jsonb_each(facts)
$$;

-- Writes one changed row down: shop_audit(entity type, secret, personal, left out columns).
CREATE FUNCTION shop_audit() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    origin CONSTANT jsonb := current_setting('app.staff');
    secret CONSTANT text[] := TG_ARGV[1];
    personal CONSTANT text[] := TG_ARGV[2];
    left_out CONSTANT text[] := TG_ARGV[3];
    before jsonb;
    after jsonb;
    entity_id text;
BEGIN
    IF TG_OP <> 'INSERT' THEN
        before := to_jsonb(OLD) - left_out;
        entity_id := before ->> 'id';
    END IF;
    IF TG_OP <> 'DELETE' THEN
        after := to_jsonb(NEW) - left_out;
        entity_id := after ->> 'id';
    END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(key, b.value), jsonb_object_agg(key, a.value) INTO before, after
        FROM jsonb_each(before) AS b JOIN jsonb_each(after) AS a USING (key)
        WHERE a.value <> b.value;
        IF after IS NULL THEN
            RETURN NULL;
        END IF;
    END IF;
    INSERT INTO audit_logs (
        user_id, action, entity_type, entity_id, old_values, new_values,
        ip_address, user_agent, request_id
    ) VALUES (
        (origin ->> 'user_id')::uuid,
        CASE TG_OP WHEN 'INSERT' THEN 'create' ELSE lower(TG_OP) END,
        TG_ARGV[0], entity_id,
        shop_audit_masked(before, secret, personal), shop_audit_masked(after, secret, personal),
        (origin ->> 'ip_address')::inet, origin ->> 'user_agent', origin ->> 'request_id'
    );
    RETURN NULL;
END $$;
-- Only the owner may put it on a table: on one of their own, anybody could write what they like.
REVOKE EXECUTE ON FUNCTION shop_audit() FROM PUBLIC;
"""
DROP = """
DROP FUNCTION shop_audit() CASCADE;
DROP FUNCTION shop_audit_masked(jsonb, text[], text[]);
"""


class Migration(migrations.Migration):
    """The audit log: partitioned from the first migration, which Django can't write."""

    initial = True
    dependencies = (("lib", "0001_functions"),)
    operations = (
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(sql=CREATE, reverse_sql="DROP TABLE audit_logs;"),
                migrations.RunSQL(sql=FUNCTIONS, reverse_sql=DROP),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="AuditLog",
                    fields=[
                        (
                            "id",
                            models.UUIDField(
                                db_default=shopflow.lib.models.audit.DatabaseId(),
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), editable=False
                            ),
                        ),
                        (
                            "user_id",
                            models.UUIDField(
                                help_text="Who did it; empty: nobody signed in", null=True
                            ),
                        ),
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("create", "Create"),
                                    ("update", "Update"),
                                    ("delete", "Delete"),
                                    ("view", "View"),
                                    ("export", "Export"),
                                    ("login", "Login"),
                                    ("login_failed", "Failed login"),
                                ],
                                max_length=20,
                            ),
                        ),
                        ("entity_type", models.CharField(max_length=63)),
                        ("entity_id", models.CharField(db_default="", max_length=64)),
                        (
                            "old_values",
                            models.JSONField(
                                decoder=shopflow.lib.models.audit.ExactNumbers, null=True
                            ),
                        ),
                        (
                            "new_values",
                            models.JSONField(
                                decoder=shopflow.lib.models.audit.ExactNumbers, null=True
                            ),
                        ),
                        ("ip_address", models.GenericIPAddressField(null=True)),
                        ("user_agent", models.CharField(db_default="", max_length=255)),
                        ("request_id", models.CharField(db_default="", max_length=64)),
                    ],
                    options={
                        "verbose_name": "audit log entry",
                        "verbose_name_plural": "audit log entries",
                        "db_table": "audit_logs",
                        "db_table_comment": "What staff did and who came in; partitioned by month on id",
                        "default_permissions": ("view",),
                        "indexes": [
                            models.Index(
                                fields=["user_id", "created_at"], name="audit_logs_user_idx"
                            ),
                            models.Index(
                                fields=["entity_type", "entity_id", "created_at"],
                                name="audit_logs_entity_idx",
                            ),
                            models.Index(fields=["action", "id"], name="audit_logs_action_idx"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "action__in",
                                        [
                                            "create",
                                            "update",
                                            "delete",
                                            "view",
                                            "export",
                                            "login",
                                            "login_failed",
                                        ],
                                    )
                                ),
                                name="audit_logs_action_known",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("entity_type", ""), _negated=True),
                                name="audit_logs_entity_type_not_empty",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("action", "create"), _negated=True),
                                    ("old_values__isnull", True),
                                    _connector="OR",
                                ),
                                name="audit_logs_create_has_no_old",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("action", "delete"), _negated=True),
                                    ("new_values__isnull", True),
                                    _connector="OR",
                                ),
                                name="audit_logs_delete_has_no_new",
                            ),
                            shopflow.lib.postgres.rules.AppendOnly(name="audit_logs_append_only"),
                        ],
                    },
                )
            ],
        ),
    )
