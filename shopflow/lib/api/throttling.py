"""How often a caller may ask: every call counts, by its address and by its account."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from shopflow.lib import context
from shopflow.lib.api.problems import SAFE_METHODS
from shopflow.lib.limits import Limit, take_all

MINUTE = timedelta(minutes=1)


class CallsPerMinute(BaseThrottle):
    """Counts reads and writes apart, as `API_CALLS_PER_MINUTE` says; passes without Redis."""

    def allow_request(self, request: Request, view: Any) -> bool:
        """Count the call. Raises TooManyTries."""
        kind = "reads" if request.method in SAFE_METHODS else "writes"
        who = {"address": context.current().network}
        if request.user is not None:
            who["account"] = str(request.user.pk)
        tries = [
            (Limit(name=f"api-{kind}-{by}", tries=most, per=MINUTE), who[by])
            for by, most in settings.API_CALLS_PER_MINUTE.get(kind, {}).items()
            if by in who
        ]
        if tries:
            take_all(*tries)
        return True
