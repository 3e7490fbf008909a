"""What carts do about the news they hear: ring for a worker, but for a cart that is brought."""

from typing import Any
from uuid import UUID

from django.dispatch import receiver

from accounts.signals import account_closed, logged_in
from carts import commands, tasks
from catalog.signals import product_deleted
from shopflow.lib.queue import enqueue


@receiver(product_deleted, dispatch_uid="take a deleted product out of carts")
def drop_product(product_id: UUID, **_: Any) -> None:
    enqueue(tasks.drop_deleted_products, str(product_id))


@receiver(account_closed, dispatch_uid="delete the carts of a closed account")
def drop_carts(user_id: UUID, **_: Any) -> None:
    enqueue(tasks.drop_carts_of_closed_accounts, str(user_id))


@receiver(logged_in, dispatch_uid="merge a guest's cart at login")
def merge_cart(user_id: UUID, cart_token: str | None, **_: Any) -> None:
    commands.merge_guest_cart(user_id=user_id, token=cart_token or "")
