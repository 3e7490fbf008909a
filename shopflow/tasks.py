"""What the shop does by night: asks whether all is right, forgets, and counts its rows anew."""

from celery import shared_task

from shopflow.health import commands as health
from shopflow.invariants import commands as invariants
from shopflow.lib.roles import Role
from shopflow.lib.transactions import acting_as
from shopflow.privacy import commands as privacy


@shared_task(acks_late=True, ignore_result=True)
def check_invariants() -> None:
    """Check everything that must always be true and keep the answer. Safe to repeat."""
    invariants.check_tonight()


@shared_task(acks_late=True, ignore_result=True)
def analyze() -> None:
    """Let the planner count the tables anew, once a week. Safe to repeat."""
    # Only the owner may.
    with acting_as(None, role=Role.OWNER):
        health.analyze()


@shared_task(acks_late=True, ignore_result=True)
def erase_expired() -> None:
    """Erase what the law kept and keeps no longer, and answers nobody asks for again.

    Safe to repeat.
    """
    while privacy.erase_expired():
        pass
    while privacy.drop_old_answers():
        pass
