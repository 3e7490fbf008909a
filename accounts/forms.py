"""What somebody writes to come in."""

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils.translation import gettext_lazy as _


class LoginForm(AuthenticationForm):
    """E-mail and password; the same sentence whichever of them is wrong."""

    error_messages = {  # noqa: RUF012 - Django's own attribute
        "invalid_login": _("E-mail and password don't match. Please try again."),
        "inactive": _("E-mail and password don't match. Please try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("E-mail")
        self.fields["username"].widget = forms.EmailInput(
            attrs={"class": "input", "autocomplete": "username", "maxlength": 254}
        )
        self.fields["password"].widget = forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "current-password"}
        )


class CodeForm(forms.Form):
    """Six digits, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        widget=forms.TextInput(
            attrs={
                "class": "input",
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class PasskeyForm(forms.Form):
    """What somebody calls a passkey, to tell it from others."""

    name = forms.CharField(
        label=_("Name"),
        max_length=64,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        help_text=_("For example “My phone”."),
    )


class ProofForm(forms.Form):
    """The password again, or a code of the app."""

    answer = forms.CharField(
        label=_("Password, or a code from your app"),
        max_length=4096,
        strip=False,
        widget=forms.PasswordInput(
            attrs={"class": "input", "autocomplete": "current-password", "autofocus": True}
        ),
    )
