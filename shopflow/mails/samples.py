"""Every kind of mail the shop writes, with facts as they could be."""

from collections.abc import Mapping
from dataclasses import dataclass

TOKEN = "Zk9pY2UgYW5kIHNpbXBsZSwgYnV0IG5vdCBhIHRva2Vu"  # noqa: S105 - opens nothing
SIGN_IN = {"device": "Firefox on Linux", "when": "21 Nov 2026, 18:40 UTC"}


@dataclass(frozen=True)
class Sample:
    """When a mail is written, and what it could tell of."""

    when: str
    facts: Mapping[str, str | int | bool]


SAMPLES: Mapping[str, Sample] = {
    "accounts/verify": Sample("Somebody registers", {"token": TOKEN, "hours": 72}),
    "accounts/known": Sample("Somebody registers with an address that has an account", {}),
    "accounts/no_account": Sample("Somebody asks for a link to an address without account", {}),
    "accounts/reset": Sample("Somebody has forgotten a password", {"token": TOKEN, "minutes": 30}),
    "accounts/email_changing": Sample(
        "An address is to be changed: to the new one", {"token": TOKEN, "hours": 24}
    ),
    "accounts/email_changed": Sample("An address was changed: to the old one", {}),
    "accounts/password_changed": Sample("A password was changed", {}),
    "accounts/new_device": Sample(
        "A device signs in that was never seen", {**SIGN_IN, "ip": "203.0.113.7"}
    ),
    "accounts/token_reused": Sample("A used key of a device comes back", SIGN_IN),
    "accounts/factor_changed": Sample(
        "A second factor was added or removed", {"what": "A passkey was added to your account."}
    ),
    "accounts/erased": Sample("Somebody's data were erased: to the old address", {"years": 10}),
    "accounts/invitation": Sample("Somebody is to work here", {"token": TOKEN, "hours": 72}),
}
