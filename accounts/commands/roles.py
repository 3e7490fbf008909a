"""Who works here, and as what: owners invite people and give roles."""

from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction

from accounts.commands.inputs import email_of
from accounts.commands.links import hours, reset_link
from accounts.errors import EmailTaken, OwnersOnly, OwnRole, UnknownRole, UserNotFound
from accounts.models import User
from accounts.models.tokens import ResetPurpose
from shopflow.lib.mail import write_mail
from shopflow.lib.transactions import command, is_duplicate

INVITATION_LIFE = timedelta(days=3)


@command
def give_role(*, user_id: UUID, role: str, groups: Collection[str], by: UUID) -> User:
    """Give somebody a role and groups, in place of those they had; takes effect at once.

    A customer works here no more and is in no group. Only an owner may, and nobody their own: so
    there is always an owner left. Raises OwnersOnly, OwnRole, UnknownRole, UserNotFound.
    """
    if by not in _locked_owners():
        raise OwnersOnly
    if user_id == by:
        raise OwnRole
    people = User.objects.select_for_update(no_key=True).filter(pk=user_id, deleted_at=None)
    if (user := people.first()) is None:
        raise UserNotFound
    _employ(user, role, groups)
    return user


@command
def invite_staff(*, email: str, role: str, groups: Collection[str], by: UUID) -> User:
    """Make an account for somebody who will work here, and mail a link that sets its password.

    The link works for three days. Raises OwnersOnly, EmailInvalid, EmailTaken, UnknownRole.
    """
    owners = User.objects.filter(role=User.Role.ADMIN, is_active=True, deleted_at=None)
    if not owners.filter(pk=by).exists():
        raise OwnersOnly
    if role == User.Role.CUSTOMER:
        raise UnknownRole
    user = _new(email_of(email))
    _employ(user, role, groups)
    token = reset_link(user, purpose=ResetPurpose.INVITATION, life=INVITATION_LIFE)
    facts: dict[str, str | int | bool] = {"token": token, "hours": hours(INVITATION_LIFE)}
    write_mail("accounts/invitation", to=user.email, facts=facts)
    return user


def _locked_owners() -> set[UUID]:
    """Lock all owners, in one order: else two who demote each other would both still be one."""
    owners = User.objects.filter(role=User.Role.ADMIN, is_active=True, deleted_at=None)
    return set(owners.select_for_update(no_key=True).order_by("pk").values_list("pk", flat=True))


def _new(email: str) -> User:
    try:
        with transaction.atomic():
            return User.objects.create_user(email)
    except IntegrityError as error:
        if is_duplicate(error):
            raise EmailTaken from None
        raise


def _employ(user: User, role: str, groups: Collection[str]) -> None:
    wanted = set() if role == User.Role.CUSTOMER else set(groups)
    found = list(Group.objects.filter(name__in=wanted))
    if role not in User.Role.values or len(found) != len(wanted):
        raise UnknownRole
    user.role, user.is_superuser = role, role == User.Role.ADMIN
    user.save(update_fields=["role", "is_superuser", "updated_at"])
    user.groups.set(found)
