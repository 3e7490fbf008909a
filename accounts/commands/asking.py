"""How often anybody may ask for a mail: it goes to somebody who perhaps never asked."""

from shopflow.lib import context
from shopflow.lib.limits import Limit, take_all


def count_asking(account: Limit, network: Limit, email: str) -> None:
    """Count that a mail to this (folded) address was asked for. Raises TooManyTries."""
    take_all((account, email), (network, context.current().network))
