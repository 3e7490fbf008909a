"""Rendered answers kept in Redis under version keys that are renewed on commit.

Versions are random, not counters: after an emptied Redis a counter would start again and revive
stale answers.
"""

import hashlib
import secrets
from collections.abc import Callable, Sequence

from django.core.cache import cache
from django.db import transaction

CATALOG = "catalog"
MENU = "menu"
ATTRIBUTES = "attributes"
LIFETIME = 300  # seconds, the safety net behind the versions


def product_scope(slug: str) -> str:
    """Return the scope that is renewed when this product changes."""
    return f"product:{slug}"


def remembered(key: str, *, scopes: Sequence[str], make: Callable[[], str]) -> str:
    """Return the kept answer, or make and keep it. Without Redis it is made every time.

    An answer made while a scope is renewed is kept under the old version and never found again.
    """
    versions = _versions(scopes)
    digest = hashlib.sha256("\0".join([key, *versions]).encode()).hexdigest()
    kept = cache.get(f"answer:{digest}")
    if isinstance(kept, str):
        return kept
    made = make()
    cache.set(f"answer:{digest}", made, LIFETIME)
    return made


def renew(*scopes: str) -> None:
    """Forget all answers of these scopes once the transaction under way is committed."""
    transaction.on_commit(
        lambda: cache.set_many({_version_key(s): _new_version() for s in scopes}, None), robust=True
    )


def _versions(scopes: Sequence[str]) -> list[str]:
    keys = [_version_key(scope) for scope in scopes]
    known: dict[str, str] = cache.get_many(keys) or {}
    for key in keys:
        if key not in known:
            # `add`, so that two processes agree on the first version.
            cache.add(key, _new_version(), None)
            known[key] = cache.get(key) or _new_version()
    return [known[key] for key in keys]


def _version_key(scope: str) -> str:
    return f"version:{scope}"


def _new_version() -> str:
    return secrets.token_hex(8)
