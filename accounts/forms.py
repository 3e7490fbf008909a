"""What people write to come in, and about themselves."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.auth.password_validation import (
    MinimumLengthValidator,
    get_default_password_validators,
)
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.commands.inputs import LONGEST_EMAIL, LONGEST_NAME, LONGEST_PASSWORD

INVALID_EMAIL = _("Please enter an e-mail address like name@example.com.")


class AccountForm(forms.Form):
    """A form in the shop's clothes. `tokens` are the `autocomplete` of its fields:
    https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#autofill
    """

    tokens: Mapping[str, str] = {}
    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs["class"] = "input"
            if token := self.tokens.get(name):
                field.widget.attrs["autocomplete"] = token
            if field.required:
                field.error_messages["required"] = _("Please fill this in.")


def _email(label: Any) -> forms.EmailField:
    return forms.EmailField(
        label=label, max_length=LONGEST_EMAIL, error_messages={"invalid": INVALID_EMAIL}
    )


def _password(label: Any) -> forms.CharField:
    # What was typed is what was meant: blanks at the ends too.
    return forms.CharField(
        label=label, max_length=LONGEST_PASSWORD, strip=False, widget=forms.PasswordInput
    )


class LoginForm(AccountForm):
    """E-mail and password. Any text is taken for an e-mail: none is right or wrong by its form."""

    username = forms.CharField(label=_("E-mail"), max_length=LONGEST_EMAIL, widget=forms.EmailInput)
    password = _password(_("Password"))
    tokens: Mapping[str, str] = {"username": "username", "password": "current-password"}


class EmailForm(AccountForm):
    email = _email(_("E-mail"))
    tokens: Mapping[str, str] = {"email": "email"}


class NewPasswordForm(AccountForm):
    password = _password(_("New password"))
    tokens: Mapping[str, str] = {"password": "new-password"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password"].help_text = _advice()


class RegisterForm(NewPasswordForm):
    first_name = forms.CharField(label=_("First name"), max_length=LONGEST_NAME, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=LONGEST_NAME, required=False)
    email = _email(_("E-mail"))
    password = _password(_("Password"))
    tokens: Mapping[str, str] = {
        "first_name": "given-name",
        "last_name": "family-name",
        "email": "username",
        "password": "new-password",
    }


class PasswordForm(NewPasswordForm):
    old = _password(_("Your password until now"))
    tokens: Mapping[str, str] = {"old": "current-password", "password": "new-password"}


class EmailChangeForm(EmailForm):
    email = _email(_("New e-mail"))
    old = _password(_("Your password"))
    tokens: Mapping[str, str] = {"email": "email", "old": "current-password"}


class CloseForm(AccountForm):
    old = _password(_("Your password"))
    tokens: Mapping[str, str] = {"old": "current-password"}


class ProfileForm(AccountForm):
    first_name = forms.CharField(label=_("First name"), max_length=LONGEST_NAME, required=False)
    last_name = forms.CharField(label=_("Last name"), max_length=LONGEST_NAME, required=False)
    phone = forms.CharField(
        label=_("Phone"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel"}),
        help_text=_("With its country code, like +1 212 555 0100."),
    )
    tokens: Mapping[str, str] = {
        "first_name": "given-name",
        "last_name": "family-name",
        "phone": "tel",
    }


def _advice() -> str:
    validators = get_default_password_validators()
    least = next((v.min_length for v in validators if isinstance(v, MinimumLengthValidator)), 1)
    return gettext("At least %(least)s characters. A few words in a row make a good one.") % {
        "least": least
    }


class CodeForm(AccountForm):
    """Six digits, or a recovery code."""

    tokens: Mapping[str, str] = {"code": "one-time-code"}
    code = forms.CharField(label=_("Code"), max_length=64)


class PasskeyForm(AccountForm):
    """What somebody calls a passkey, to tell it from others."""

    tokens: Mapping[str, str] = {"name": "off"}
    name = forms.CharField(label=_("Name"), max_length=64, help_text=_("For example “My phone”."))


class ProofForm(AccountForm):
    """The password again, or a code of the app."""

    tokens: Mapping[str, str] = {"answer": "current-password"}
    answer = _password(_("Password, or a code from your app"))
