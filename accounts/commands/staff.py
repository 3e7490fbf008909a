"""Accounts that are made for somebody, verified from the start: staff, the demo, imports."""

from django.db import IntegrityError, transaction

from accounts.errors import EmailTaken
from accounts.models import User
from shopflow.lib.transactions import command, is_duplicate


@command
def create_customer(
    *, email: str, password: str, first_name: str = "", last_name: str = ""
) -> User:
    """Make a shopper's account with a verified e-mail. Raises EmailTaken."""
    return _create(email, password, User.Role.CUSTOMER, first_name, last_name)


@command
def create_staff(
    *, email: str, password: str, role: str, first_name: str = "", last_name: str = ""
) -> User:
    """Make an account for somebody who works here; an admin may do everything.

    Raises EmailTaken.
    """
    return _create(email, password, role, first_name, last_name)


def _create(email: str, password: str, role: str, first_name: str, last_name: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(
                email,
                password,
                role=role,
                is_superuser=role == User.Role.ADMIN,
                email_verified=True,
                first_name=first_name,
                last_name=last_name,
            )
    except IntegrityError as error:
        if is_duplicate(error):
            raise EmailTaken from None
        raise
