"""The worker's app and the beat schedule.

Celery is the doorbell, the tables are the truth: whatever a task does is also found by one of
the periodic sweeps below, so losing all of Redis loses no money, no order and no mail.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shopflow.settings")

from celery import Celery
from celery.schedules import crontab

app = Celery("shopflow")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_ignore_result=True,
    worker_prefetch_multiplier=1,
    worker_soft_shutdown_timeout=5,
    worker_enable_soft_shutdown_on_idle=True,
    worker_hijack_root_logger=False,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"visibility_timeout": 300, "socket_timeout": 5},
    task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_max": 0.1},
    beat_schedule={
        "catch up on webhooks": {"task": "payments.tasks.process_waiting_events", "schedule": 10},
        "settle refunds": {"task": "payments.tasks.settle_refunds", "schedule": 10},
        "settle cancelled orders": {"task": "payments.tasks.settle_cancelled", "schedule": 10},
        "take authorized money": {"task": "payments.tasks.capture_due", "schedule": 60},
        "forget removed cards": {"task": "payments.tasks.detach_removed_cards", "schedule": 600},
        "settle returns": {"task": "payments.tasks.settle_returns", "schedule": 10},
        "give back what was taken out": {"task": "payments.tasks.settle_changes", "schedule": 10},
        "expire unpaid orders": {"task": "payments.tasks.expire_unpaid", "schedule": 10},
        "make gift cards": {"task": "payments.tasks.issue_gift_cards", "schedule": 60},
        "send gift cards": {"task": "payments.tasks.send_gift_cards", "schedule": 60},
        "send mails": {"task": "shopflow.lib.tasks.send_mails", "schedule": 10},
        "make papers": {"task": "orders.tasks.make_papers", "schedule": 10},
        "publish stock figures": {"task": "inventory.tasks.publish_all", "schedule": 600},
        "claim guests' orders": {"task": "orders.tasks.claim_waiting_orders", "schedule": 3600},
        "claim guests' payments": {
            "task": "payments.tasks.claim_waiting_payments",
            "schedule": 3600,
        },
        "drop expired links": {"task": "accounts.tasks.drop_expired_links", "schedule": 3600},
        "drop stale carts": {"task": "carts.tasks.drop_expired", "schedule": 3600},
        "drop expired sign-ins": {
            "task": "accounts.tasks.drop_expired_sign_ins",
            "schedule": 3600,
        },
        "seal the audit log": {"task": "shopflow.lib.tasks.seal_audit_log", "schedule": 60},
        "take deleted products out of carts": {
            "task": "carts.tasks.drop_deleted_products",
            "schedule": 3600,
        },
        "drop carts of closed accounts": {
            "task": "carts.tasks.drop_carts_of_closed_accounts",
            "schedule": 3600,
        },
        "find products by what their shelves are called": {
            "task": "catalog.tasks.refresh_keywords",
            "schedule": crontab(hour="2", minute="30"),
        },
        "count the words of the catalogue": {
            "task": "catalog.tasks.rebuild_words",
            "schedule": crontab(hour="3", minute="0"),
        },
        "count what filters leave": {
            "task": "catalog.tasks.refresh_all_facets",
            "schedule": crontab(hour="1", minute="30"),
        },
        "make partitions": {"task": "shopflow.lib.tasks.make_partitions", "schedule": 86_400},
        # UTC, when few people buy; before the invariants, which ask the providers as well.
        "reconcile payments": {
            "task": "payments.tasks.reconcile",
            "schedule": crontab(hour="3", minute="0"),
        },
        "check invariants": {
            "task": "shopflow.tasks.check_invariants",
            "schedule": crontab(hour="3", minute="30"),
        },
        "erase what no law keeps any more": {
            "task": "shopflow.tasks.erase_expired",
            "schedule": crontab(hour="2", minute="30"),
        },
        "analyze": {
            "task": "shopflow.tasks.analyze",
            "schedule": crontab(hour="4", minute="30", day_of_week="sunday"),
        },
    },
)
app.autodiscover_tasks()
