"""The worker's side of the tables of no one domain."""

import logging

from celery import shared_task

from shopflow.lib import audit

log = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def seal_audit_log() -> None:
    """Seal what was added to the audit log since the last time. Safe to repeat.

    The lines it logs are the copy of the chain outside of the database: `verify_audit --seal`.
    """
    while sealed := audit.seal():
        log.info("audit seal %s of %s rows: %s", sealed.number, sealed.row_count, sealed.hash)
