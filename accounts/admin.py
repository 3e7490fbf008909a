"""People, as staff see them: accounts change through their own pages and commands."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse

from accounts import commands
from accounts.models import User
from accounts.queries import factors_of, live_sign_ins
from shopflow.lib.admin import Act, ActingAdmin, CommandForm
from shopflow.lib.proof import ask_again, is_recent

# Django's own page writes groups past every command.
admin.site.unregister(Group)


def _groups() -> list[tuple[str, str]]:
    return [(name, name) for name in Group.objects.order_by("name").values_list("name", flat=True)]


def _group_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label="Groups",
        choices=_groups,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="What comes on top of the role; an employee may do just this.",
    )


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=User.Role.choices)
    groups = _group_field()


class ExemptForm(forms.Form):
    is_tax_exempt = forms.BooleanField(label="Buys without tax", required=False)


class SignOutForm(forms.Form):
    family = forms.UUIDField(widget=forms.HiddenInput)


class InviteForm(CommandForm[User]):
    """Invites somebody who works here; the fields are named apart from the columns."""

    address = forms.EmailField(label="E-mail", max_length=254)
    work = forms.ChoiceField(
        label="Role", choices=[(r, r.label) for r in User.Role if r != User.Role.CUSTOMER]
    )
    teams = _group_field()

    class Meta:
        model = User
        fields = ()


def give_role(user: User, *, by: UUID, role: str, groups: list[str]) -> str:
    commands.give_role(user_id=user.pk, role=role, groups=groups, by=by)
    return f"{user} is {User.Role(role).label.lower()} now."


def exempt(user: User, *, by: UUID, is_tax_exempt: bool) -> str:
    commands.exempt(user_id=user.pk, is_tax_exempt=is_tax_exempt)
    return f"{user} buys {'without' if is_tax_exempt else 'with'} tax from now on."


def sign_out(user: User, *, by: UUID, family: UUID) -> str:
    commands.revoke_family(user_id=user.pk, family=family, by=by)
    return f"{user} is signed out there."


def sign_out_everywhere(user: User, *, by: UUID) -> str:
    commands.revoke_others(user_id=user.pk, keep=None)
    return f"{user} is signed out everywhere."


def role_of(user: User) -> Mapping[str, Any]:
    return {"role": user.role, "groups": list(user.groups.values_list("name", flat=True))}


@admin.register(User)
class UserAdmin(ActingAdmin[User]):
    """Only owners may act here: the permission to change people comes with no role or group."""

    acts = (
        Act(
            name="give_role",
            title="Give a role",
            hint="Takes effect at once. Whoever works here needs a second factor to get in.",
            form=RoleForm,
            run=give_role,
            initial=role_of,
            is_possible=lambda user: user.deleted_at is None,
            is_grave=True,
        ),
        Act(
            name="exempt",
            title="Tax exemption",
            hint="Tick it when you have seen the certificate. Earlier orders stay as they are.",
            form=ExemptForm,
            run=exempt,
            initial=lambda user: {"is_tax_exempt": user.is_tax_exempt},
            is_possible=lambda user: user.deleted_at is None,
        ),
        Act(
            name="sign_out_everywhere",
            title="Sign out everywhere",
            hint="Every browser and phone has to log in again.",
            run=sign_out_everywhere,
            is_possible=lambda user: user.deleted_at is None,
            is_grave=True,
        ),
        # Its form stands beside each device instead.
        Act(
            name="sign_out",
            title="Sign out",
            form=SignOutForm,
            run=sign_out,
            is_possible=lambda user: False,
        ),
    )
    form = InviteForm
    fields = ("address", "work", "teams")
    shows_personal_data = True
    list_display = ("email", "first_name", "last_name", "role", "is_active", "created_at")
    list_filter = ("role", "is_active")
    search_fields = ("email__startswith", "last_name__istartswith")
    search_help_text = "Beginning of an e-mail or of a last name"
    ordering = ("-id",)
    sortable_by = ()

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> User:
        data = form.cleaned_data
        if by is None:
            raise ValueError("nobody invites")
        return commands.invite_staff(
            email=data["address"], role=data["work"], groups=data["teams"], by=by
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("accounts.add_user"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.has_add_permission(request) and not is_recent(request):
            return ask_again(request, back=request.path)
        return super().add_view(request, form_url, extra_context)

    def page_context(self, request: HttpRequest, row: User) -> dict[str, Any]:
        return {
            "groups": row.groups.order_by("name"),
            "factors": factors_of(row.pk),
            "sign_ins": live_sign_ins(row.pk),
            "may_sign_out": self.has_command_permission(request),
        }
