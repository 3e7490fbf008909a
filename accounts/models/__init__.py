"""Who buys and who works here."""

from accounts.models.addresses import UserAddress
from accounts.models.factors import Factor, Passkey, RecoveryCode, TotpDevice
from accounts.models.keys import ApiKey
from accounts.models.privacy import EmailPreference, ErasureLog
from accounts.models.sessions import UserSession
from accounts.models.tokens import PasswordReset, VerificationToken
from accounts.models.users import User, UserManager, UserRole, composed, folded

__all__ = [
    "ApiKey",
    "EmailPreference",
    "ErasureLog",
    "Factor",
    "Passkey",
    "PasswordReset",
    "RecoveryCode",
    "TotpDevice",
    "User",
    "UserAddress",
    "UserManager",
    "UserRole",
    "UserSession",
    "VerificationToken",
    "composed",
    "folded",
]
