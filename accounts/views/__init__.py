"""Pages of accounts: coming in, going out, and what is somebody's own."""

from accounts.views.account import close, overview, profile
from accounts.views.addresses import address, addresses, new_address
from accounts.views.devices import devices
from accounts.views.emails import confirm_email, email
from accounts.views.logins import login, logout
from accounts.views.passwords import forgot, password, reset
from accounts.views.registration import register, resend, sent, verify

__all__ = [
    "address",
    "addresses",
    "close",
    "confirm_email",
    "devices",
    "email",
    "forgot",
    "login",
    "logout",
    "new_address",
    "overview",
    "password",
    "profile",
    "register",
    "resend",
    "reset",
    "sent",
    "verify",
]
