"""Pages from checkout to the parcel."""

from orders.views.checkout import checkout
from orders.views.orders import cancel, detail, mine, thanks, track
from orders.views.papers import invoice
from orders.views.reorder import reorder

__all__ = ["cancel", "checkout", "detail", "invoice", "mine", "reorder", "thanks", "track"]
