"""Who buys and who works here."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower

from shopflow.lib.rows import Row, one_of


def folded(email: str) -> str:
    """Return an e-mail as it is stored and compared: trimmed and case-folded."""
    return email.strip().casefold()


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

    email = models.EmailField(max_length=254)
    first_name = models.CharField(max_length=100, blank=True, db_default="")
    last_name = models.CharField(max_length=100, blank=True, db_default="")
    phone = models.CharField(max_length=20, blank=True, db_default="", help_text="E.164")
    role = models.CharField(
        max_length=20, choices=Role.choices, default=Role.CUSTOMER, db_default=Role.CUSTOMER
    )
    is_active = models.BooleanField(default=True, db_default=True)
    email_verified = models.BooleanField(default=False, db_default=False)
    deleted_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        db_table = "users"
        db_table_comment = "People with an account: shoppers and staff"
        constraints = (
            one_of("role", UserRole, table="users"),
            models.UniqueConstraint(
                Lower("email"), condition=models.Q(deleted_at=None), name="users_email_unique"
            ),
            models.CheckConstraint(condition=~models.Q(email=""), name="users_email_not_empty"),
        )
        indexes = (models.Index(fields=["created_at"], name="users_created_at_idx"),)

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """Whether the admin lets this person in."""
        return self.role != self.Role.CUSTOMER
