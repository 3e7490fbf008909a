"""What a shopper has typed at checkout: kept, so that no error and no reload loses it."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from carts.models import CheckoutDraft
from shopflow.lib.transactions import command

LONGEST_ANSWER = 300
KEPT_FOR = timedelta(days=30)


@command
def keep_draft(*, cart_id: UUID, answers: Mapping[str, str]) -> None:
    """Keep what was typed, beside what was typed earlier into other fields. Safe to repeat.

    Names are those of the form's fields. What is too long for any of them is cut.
    """
    earlier = CheckoutDraft.objects.filter(cart=cart_id).values_list("answers", flat=True).first()
    # PostgreSQL keeps no NUL in a text.
    typed = {name: text.replace("\0", "")[:LONGEST_ANSWER] for name, text in answers.items()}
    CheckoutDraft.objects.bulk_create(
        [CheckoutDraft(cart_id=cart_id, answers={**(earlier or {}), **typed})],
        update_conflicts=True,
        unique_fields=["cart"],
        update_fields=["answers", "updated_at"],
    )


@command
def drop_drafts(*, limit: int = 500) -> int:
    """Delete drafts whose cart was ordered, and those nobody has touched for KEPT_FOR.

    What staff have written for a customer stays with their cart. Returns how many went. Safe to
    repeat.
    """
    is_stale = Q(cart__closed_at__isnull=False) | Q(updated_at__lt=timezone.now() - KEPT_FOR)
    stale = CheckoutDraft.objects.filter(is_stale, cart__created_by=None)
    ids = list(stale.values_list("pk", flat=True)[:limit])
    CheckoutDraft.objects.filter(pk__in=ids).delete()
    return len(ids)
