"""Pages and answers of no one app: health, and the plain words of a failed request."""

import re
from pathlib import Path

from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that the process answers."""
    return JsonResponse({"status": "ok"})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether the shop can sell: 503 while the database or Redis is away."""
    checks = {"database": _database_answers(), "redis": _redis_answers()}
    status = 200 if all(checks.values()) else 503
    return JsonResponse(
        {"status": "ok" if status == 200 else "unavailable", **checks}, status=status
    )


@require_safe
def components(request: HttpRequest) -> HttpResponse:
    """Show every part that the shop's pages are put together from, for whoever writes a theme."""
    return render(request, "shopflow/components.html", {"icons": _icons()})


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a form that was open for too long, in the shop's own words."""
    message = "This page was open for a long time. Please go back, reload it and try again."
    return render(request, "refused.html", {"message": message}, status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return render(request, "not_found.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "server_error.html", status=500)


def _icons() -> list[str]:
    """Return the names in the sprite, a theme's own if it has one."""
    sprite = finders.find("shop/sprite.svg")
    return re.findall(r'<symbol id="([^"]+)"', Path(sprite).read_text()) if sprite else []


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _redis_answers() -> bool:
    # The cache swallows errors so that the shop goes on; a value that comes back proves Redis.
    cache.set("readyz", "1", 10)
    return bool(cache.get("readyz") == "1")
