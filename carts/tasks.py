"""Housekeeping of carts."""

from celery import shared_task

from carts import commands


@shared_task(acks_late=True, ignore_result=True)
def drop_expired() -> None:
    """Delete guest carts past their time, in batches. Safe to repeat."""
    while commands.drop_expired():
        pass
