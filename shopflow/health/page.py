"""The staff page that answers one question: is everything right?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from shopflow.health.database import examine
from shopflow.invariants import INVARIANTS, Finding, Invariant, check
from shopflow.invariants.commands import ON_ITS_WAY
from shopflow.lib.models import InvariantRun

PERMISSION = "lib.view_invariantrun"
# Seconds a visitor may have to wait for the rules; what takes longer is told from last night.
PATIENCE = 3.0
# A night and its check, and then somebody should look why there was none.
LATE = timedelta(hours=26)


@dataclass(frozen=True)
class Line:
    """What the page says of one rule; `count` is None when nobody has ever checked it."""

    invariant: Invariant
    count: int | None
    rows: Sequence[str]
    is_from_last_night: bool

    @property
    def more(self) -> int:
        """How many rows break it besides those that are named."""
        return (self.count or 0) - len(self.rows)


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Show every rule of the shop with what breaks it, and how the database is.

    Its transactions are its own: it reads as the role that sees everything and writes nothing.
    """
    if not request.user.has_perm(PERMISSION):
        raise PermissionDenied
    now = timezone.now()
    findings = check(settled=now - ON_ITS_WAY, within=PATIENCE)
    last = InvariantRun.objects.order_by("-id").first()
    lines = _lines(findings, last)
    context = {
        **admin.site.each_context(request),
        "title": "Is everything right?",
        "lines": lines,
        "broken": [line for line in lines if line.count],
        "unchecked": [line for line in lines if line.count is None],
        "on_its_way": ON_ITS_WAY,
        "last": last,
        "is_late": last is not None and now - last.started_at > LATE,
        "health": examine(),
    }
    return TemplateResponse(request, "admin/health.html", context)


def _lines(findings: Sequence[Finding], last: InvariantRun | None) -> list[Line]:
    """Take each rule's answer from just now or, without one, from last night."""
    now = {finding.invariant.name: finding for finding in findings if not finding.is_unknown}
    return [
        Line(invariant, now[invariant.name].count, now[invariant.name].rows, False)
        if invariant.name in now
        else Line(invariant, last.counts.get(invariant.name) if last else None, (), True)
        for invariant in INVARIANTS
    ]
