"""Housekeeping of the database itself, and the mails that wait in it."""

import logging

from celery import shared_task

from shopflow.lib import audit, mail, partitions

log = logging.getLogger(__name__)


@shared_task(acks_late=True, ignore_result=True)
def make_partitions() -> None:
    """Make the months to come, and say when rows came without one. Safe to repeat."""
    for table, rows in partitions.rows_in_default().items():
        if rows:
            log.error("%s rows of %s lie in its default partition", rows, table)
    partitions.make_partitions()


@shared_task(acks_late=True, ignore_result=True)
def seal_audit_log() -> None:
    """Seal what was added to the audit log since the last time. Safe to repeat.

    The lines it logs are the copy of the chain outside of the database: `verify_audit --seal`.
    """
    while sealed := audit.seal():
        log.info("audit seal %s of %s rows: %s", sealed.number, sealed.row_count, sealed.hash)


@shared_task(acks_late=True, ignore_result=True)
def send_mails() -> None:
    """Send the mails that are due. Safe to repeat."""
    mail.send_due()
