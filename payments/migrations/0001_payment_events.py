import django.db.models.functions.datetime
from django.db import migrations, models

CREATE = """
CREATE TABLE payment_events (
    id uuid NOT NULL CONSTRAINT payment_events_pkey PRIMARY KEY,
    provider varchar(30) NOT NULL,
    provider_event_id varchar(100) NOT NULL,
    type varchar(100) NOT NULL,
    payload jsonb NOT NULL,
    received_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    processed_at timestamptz,
    outcome varchar(50) NOT NULL DEFAULT '',
    attempts integer NOT NULL DEFAULT 0,
    next_try_at timestamptz NOT NULL DEFAULT statement_timestamp(),
    last_error varchar(255) NOT NULL DEFAULT ''
) PARTITION BY RANGE (id);
CREATE TABLE payment_events_default PARTITION OF payment_events DEFAULT;
COMMENT ON TABLE payment_events IS 'Inbox of provider events, partitioned by month on id';
CREATE INDEX payment_events_waiting_idx ON payment_events (next_try_at)
    WHERE processed_at IS NULL;
"""


class Migration(migrations.Migration):
    """The webhook inbox: partitioned from the first migration, which Django can't write."""

    initial = True
    dependencies = ()
    operations = (
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(sql=CREATE, reverse_sql="DROP TABLE payment_events;")
            ],
            state_operations=[
                migrations.CreateModel(
                    name="PaymentEvent",
                    fields=[
                        (
                            "id",
                            models.UUIDField(editable=False, primary_key=True, serialize=False),
                        ),
                        ("provider", models.CharField(max_length=30)),
                        ("provider_event_id", models.CharField(max_length=100)),
                        ("type", models.CharField(max_length=100)),
                        ("payload", models.JSONField()),
                        (
                            "received_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        ("processed_at", models.DateTimeField(blank=True, null=True)),
                        (
                            "outcome",
                            models.CharField(blank=True, db_default="", max_length=50),
                        ),
                        ("attempts", models.IntegerField(db_default=0, default=0)),
                        (
                            "next_try_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now()
                            ),
                        ),
                        (
                            "last_error",
                            models.CharField(blank=True, db_default="", max_length=255),
                        ),
                    ],
                    options={
                        "db_table": "payment_events",
                        "db_table_comment": (
                            "Inbox of provider events, partitioned by month on id"
                        ),
                        "indexes": [
                            models.Index(
                                condition=models.Q(processed_at=None),
                                fields=["next_try_at"],
                                name="payment_events_waiting_idx",
                            )
                        ],
                    },
                ),
            ],
        ),
    )
