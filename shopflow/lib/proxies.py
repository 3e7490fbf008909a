"""Whose request it is when proxies stand in between."""

from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """Return the address of who asks; None when the request came through a unix socket.

    Each proxy adds to the end of `X-Forwarded-For` whom it got the request from, so the last
    TRUSTED_PROXIES entries are true and whatever stands before them was written by the caller.
    With fewer entries the request went around a proxy: then only the connection itself counts.
    """
    peer = request.META.get("REMOTE_ADDR") or None
    trusted: int = settings.TRUSTED_PROXIES
    said = [entry.strip() for entry in request.headers.get("X-Forwarded-For", "").split(",")]
    if not trusted or len(said) < trusted:
        return peer
    return _address(said[-trusted]) or peer


def _address(entry: str) -> str | None:
    """Read `192.0.2.1`, `192.0.2.1:4711`, `2001:db8::1` and `[2001:db8::1]:4711`."""
    host = entry.removeprefix("[").partition("]")[0] if entry.startswith("[") else entry
    if host.count(":") == 1:
        host = host.partition(":")[0]
    try:
        found = ip_address(host)
    except ValueError:
        return None
    return str((isinstance(found, IPv6Address) and found.ipv4_mapped) or found)
