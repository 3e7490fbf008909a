"""Everything that changes accounts."""

from accounts.commands.addresses import (
    PARTS,
    add_address,
    change_address,
    make_default,
    remove_address,
)
from accounts.commands.closing import close_account
from accounts.commands.devices import (
    SignIn,
    drop_expired_sign_ins,
    revoke_family,
    revoke_others,
    rotate,
    sign_in,
    sign_out,
)
from accounts.commands.emails import (
    ask_for_email_change,
    confirm_email_change,
    resend_verification,
    verify_email,
)
from accounts.commands.factors import (
    Enrolled,
    begin_totp,
    check_code,
    confirm_totp,
    give_totp,
    make_recovery_codes,
    remove_factor,
)
from accounts.commands.links import drop_expired_links
from accounts.commands.logins import announce_login, check_login, prove_password
from accounts.commands.passkeys import add_passkey, check_passkey
from accounts.commands.passwords import ask_for_reset, change_password, reset_password
from accounts.commands.profiles import save_profile
from accounts.commands.proofs import prove
from accounts.commands.registration import register
from accounts.commands.roles import give_role, invite_staff
from accounts.commands.staff import create_customer, create_staff
from accounts.commands.taxes import exempt

__all__ = [
    "PARTS",
    "Enrolled",
    "SignIn",
    "add_address",
    "add_passkey",
    "announce_login",
    "ask_for_email_change",
    "ask_for_reset",
    "begin_totp",
    "change_address",
    "change_password",
    "check_code",
    "check_login",
    "check_passkey",
    "close_account",
    "confirm_email_change",
    "confirm_totp",
    "create_customer",
    "create_staff",
    "drop_expired_links",
    "drop_expired_sign_ins",
    "exempt",
    "give_role",
    "give_totp",
    "invite_staff",
    "make_default",
    "make_recovery_codes",
    "prove",
    "prove_password",
    "register",
    "remove_address",
    "remove_factor",
    "resend_verification",
    "reset_password",
    "revoke_family",
    "revoke_others",
    "rotate",
    "save_profile",
    "sign_in",
    "sign_out",
    "verify_email",
]
