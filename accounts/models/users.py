import unicodedata
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac

from shopflow.lib.rows import Row, one_of


def folded(email: str) -> str:
    """Return an e-mail as it is stored and compared: trimmed and case-folded."""
    return email.strip().casefold()


def composed(password: str) -> str:
    """Return a password as it is hashed, with composed letters (NFC).

    Keyboards write an é as one character or as two; to whom it belongs it is the same password.
    """
    return unicodedata.normalize("NFC", password)


def valid_email(*, table: str) -> models.CheckConstraint:
    """Return the CHECK that `email` looks like one.

    Loose on purpose: whether an address exists only a mail to it can tell.
    """
    return models.CheckConstraint(
        condition=Q(email__regex=r"^[^@\s]+@[^@\s]+$"), name=f"{table}_email_valid"
    )


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail whatever its case; deleted people are never found."""

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=folded(username or ""), deleted_at=None)

    def create_user(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Save a new user; used by the sign-up commands and `createsuperuser`."""
        user = self.model(email=folded(email), **facts)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **facts: Any) -> "User":
        """Save an owner, who may do everything in the admin."""
        return self.create_user(
            email,
            password,
            **{"role": User.Role.ADMIN, "is_superuser": True, "email_verified": True, **facts},
        )


class UserRole(models.TextChoices):
    CUSTOMER = "customer"
    MERCHANT = "merchant"
    EMPLOYEE = "employee"
    MANAGER = "manager"
    ADMIN = "admin"


class User(Row, AbstractBaseUser, PermissionsMixin):
    """A person with an account: a shopper, or somebody who works in the shop."""

    Role = UserRole

    email = models.EmailField(max_length=255)
    # Twice Django's length: an imported bcrypt or argon2id hash may be longer than its own.
    password = models.CharField(max_length=255)
    first_name = models.CharField(max_length=100, blank=True, db_default="")
    last_name = models.CharField(max_length=100, blank=True, db_default="")
    phone = models.CharField(max_length=20, blank=True, db_default="", help_text="E.164")
    role = models.CharField(
        max_length=20, choices=Role.choices, default=Role.CUSTOMER, db_default=Role.CUSTOMER
    )
    is_active = models.BooleanField(default=True, db_default=True)
    email_verified = models.BooleanField(default=False, db_default=False)
    is_superuser = models.BooleanField(default=False, db_default=False)
    is_tax_exempt = models.BooleanField(
        default=False, db_default=False, help_text="Buys without tax: a certificate was seen"
    )
    deleted_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        db_table_comment = "People with an account: shoppers and staff"
        permissions = (
            ("export_user", "Can hand out all that is known about a person"),
            ("erase_user", "Can erase a person"),
        )
        constraints = (
            one_of("role", UserRole, table="users"),
            models.UniqueConstraint(
                Lower("email"), condition=Q(deleted_at=None), name="users_email_unique"
            ),
            valid_email(table="users"),
            models.CheckConstraint(
                condition=Q(phone="") | Q(phone__regex=r"^\+[1-9][0-9]{6,14}$"),
                name="users_phone_valid",
            ),
            # Tokens ask only whether somebody is active.
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(is_active=False), name="users_deleted_inactive"
            ),
        )
        indexes = (
            # The unique index is on lower(email): it answers neither a login, which asks for the
            # stored form, nor staff who type the beginning of an address.
            models.Index(OpClass("email", name="varchar_pattern_ops"), name="users_email_idx"),
            models.Index(fields=["role"], condition=Q(deleted_at=None), name="users_role_idx"),
            models.Index(fields=["created_at"], name="users_created_at_idx"),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this person in."""
        return self.role != self.Role.CUSTOMER

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and composed(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        return super().check_password(raw_password and composed(raw_password))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Bind browsers' sessions to the e-mail too: a change of it ends them, as Django has it
        for the password."""
        state = f"{self.password}\n{self.email}"
        return salted_hmac("accounts.session", state, secret=secret, algorithm="sha256").hexdigest()
