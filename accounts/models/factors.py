"""What proves besides the password that it is them: an app's codes, passkeys, recovery codes."""

from base64 import b32decode
from urllib.parse import quote, urlencode

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django_otp.models import Device, DeviceManager

from accounts.models.users import User
from shopflow.lib.rows import Row
from shopflow.lib.secrets import unseal

TOTP_PURPOSE = "accounts.totp"
ISSUER = "ShopFlow"
# Bytes and characters a credential id may have at most (WebAuthn level 3, section 4).
LONGEST_CREDENTIAL_ID = 1364


class FactorManager(DeviceManager):
    """Finds factors as django-otp asks for them."""


class Factor(Row, Device):
    """A second factor as django-otp finds it again from a session."""

    name = models.CharField(max_length=64, blank=True, db_default="")
    confirmed = models.BooleanField(default=True, db_default=True)

    objects = FactorManager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} of {self.user_id}"

    @property
    def persistent_id(self) -> str:
        """What a session keeps of it. django-otp reads the key back as a whole number."""
        return f"{self.model_label()}/{self.pk.int}"


class TotpDevice(Factor):
    """An authenticator app: six digits, new every 30 seconds (RFC 6238).

    A person has one in use and at most one that waits for its first code.
    """

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="totp_devices", db_index=False
    )
    sealed_key = models.TextField()
    last_step = models.BigIntegerField(
        null=True, blank=True, help_text="The half minute, since 1970, of the last code used"
    )

    class Meta:
        db_table = "totp_devices"
        db_table_comment = "Authenticator apps; their keys are sealed"
        constraints = (
            models.UniqueConstraint(fields=["user", "confirmed"], name="totp_devices_one_of_each"),
            models.CheckConstraint(condition=~Q(sealed_key=""), name="totp_devices_has_key"),
            models.CheckConstraint(
                condition=Q(last_step=None) | Q(last_step__gt=0), name="totp_devices_step_positive"
            ),
        )

    @property
    def secret(self) -> str:
        """The key as people type it into an app: base32 (RFC 4648)."""
        return unseal(self.sealed_key, purpose=TOTP_PURPOSE)

    @property
    def key(self) -> bytes:
        return b32decode(self.secret)

    @property
    def uri(self) -> str:
        """What a QR code tells the app: https://github.com/google/google-authenticator/wiki/Key-Uri-Format."""
        label = quote(f"{ISSUER}:{self.user.email}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self.secret, 'issuer': ISSUER})}"


class RecoveryCode(Factor):
    """A code on paper that replaces the app once; only its SHA-256 is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "recovery_codes"
        db_table_comment = "Codes that replace a second factor, once each"
        constraints = (
            models.UniqueConstraint(fields=["code_hash"], name="recovery_codes_code_unique"),
        )


class Passkey(Factor):
    """A key in somebody's phone, computer or stick (WebAuthn). We know its public half only.

    `credential_id` and `public_key` (COSE) are base64url. Authenticators that count their
    signatures say so in `sign_count`; others always say 0.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="passkeys")
    credential_id = models.CharField(max_length=LONGEST_CREDENTIAL_ID)
    public_key = models.TextField()
    sign_count = models.BigIntegerField(default=0, db_default=0)
    transports = ArrayField(models.CharField(max_length=20), default=list, db_default=[])
    last_used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "passkeys"
        db_table_comment = "Public keys of people's passkeys"
        constraints = (
            models.UniqueConstraint(fields=["credential_id"], name="passkeys_credential_unique"),
            models.CheckConstraint(
                condition=Q(sign_count__gte=0), name="passkeys_sign_count_not_negative"
            ),
        )
