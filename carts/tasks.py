"""Housekeeping of carts."""

from uuid import UUID

from celery import shared_task

from carts import commands


@shared_task(acks_late=True, ignore_result=True)
def drop_expired() -> None:
    """Delete carts past their time, ordered ones too, and drafts nobody needs. Safe to repeat."""
    while commands.drop_expired() or commands.drop_ordered():
        pass
    while commands.drop_drafts():
        pass


@shared_task(acks_late=True, ignore_result=True)
def drop_deleted_products(product_id: str | None = None) -> None:
    """Take a deleted product, or all of them, out of carts, in batches. Safe to repeat."""
    while commands.drop_deleted_products(product_id=UUID(product_id) if product_id else None):
        pass


@shared_task(acks_late=True, ignore_result=True)
def drop_carts_of_closed_accounts(user_id: str | None = None) -> None:
    """Delete the carts of a closed account, or of all, in batches. Safe to repeat."""
    while commands.drop_carts_of_closed_accounts(user_id=UUID(user_id) if user_id else None):
        pass
