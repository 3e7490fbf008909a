"""Pages from checkout to the parcel."""

from orders.views.checkout import checkout
from orders.views.orders import cancel, detail, mine, thanks, track

__all__ = ["cancel", "checkout", "detail", "mine", "thanks", "track"]
