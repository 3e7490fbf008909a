"""Housekeeping of accounts."""

from celery import shared_task

from accounts import commands


@shared_task(acks_late=True, ignore_result=True)
def drop_expired_sign_ins() -> None:
    """Delete refresh tokens past their time, in batches. Safe to repeat."""
    while commands.drop_expired_sign_ins():
        pass


@shared_task(acks_late=True, ignore_result=True)
def drop_expired_links() -> None:
    """Delete mailed links past their time, in batches. Safe to repeat."""
    while commands.drop_expired_links():
        pass
