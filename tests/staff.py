"""Staff at work in the admin, as a browser would send what they fill in."""

from html.parser import HTMLParser
from itertools import count
from time import time
from typing import Any
from uuid import UUID

from django.contrib.auth.models import Permission
from django.http import HttpRequest
from django.test import Client
from django.urls import resolve, reverse
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.oath import hotp

from accounts import commands as accounts
from accounts.models import TotpDevice, User
from accounts.models.factors import TOTP_PURPOSE
from accounts.queries.factors import STEP
from shopflow.lib.proof import FRESH, PROVED_AT
from shopflow.lib.secrets import seal

_numbers = count(1)


def owner() -> User:
    """Somebody who may do everything."""
    return accounts.create_staff(
        email=f"owner{next(_numbers)}@example.com", password="correct horse battery", role="admin"
    )


def employee(*permissions: str) -> User:
    """Somebody who may do only what is named: `orders.view_order`."""
    user = accounts.create_staff(
        email=f"employee{next(_numbers)}@example.com",
        password="correct horse battery",
        role="employee",
    )
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(
            Permission.objects.get(content_type__app_label=app, codename=codename)
        )
    return user


def signed_in(user: User, **how: Any) -> Client:
    """A browser somebody has just come in with; staff by their authenticator app."""
    client = Client(**how)
    client.force_login(user)
    session = client.session
    if user.is_staff:
        session[DEVICE_ID_SESSION_KEY] = app_of(user).persistent_id
    session[PROVED_AT] = int(time())
    session.save()
    return client


def first_row(page: Any) -> Any:
    """What a model's page of the staff site can show: its first row, or None."""
    request, about = HttpRequest(), page.opts
    address = f"admin:{about.app_label}_{about.model_name}_change"
    request.resolver_match = resolve(reverse(address, args=[UUID(int=0)]))
    return page.get_queryset(request).first()


def a_while_ago(client: Client) -> Client:
    """The same browser, when it last proved who uses it too long ago for anything grave."""
    session = client.session
    session[PROVED_AT] = int(time() - FRESH.total_seconds())
    session.save()
    return client


def app_of(user: User) -> TotpDevice:
    """Somebody's authenticator app, set up where there is none."""
    device = user.totp_devices.filter(confirmed=True).first()
    return device or TotpDevice.objects.create(
        user=user, sealed_key=seal("JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", purpose=TOTP_PURPOSE)
    )


def code_of(device: TotpDevice, *, steps: int = 0) -> str:
    """What the app shows now, or so many half minutes later."""
    return f"{hotp(device.key, int(time() // STEP) + steps):06}"


def form_of(response: Any, form_id: str) -> dict[str, Any]:
    """What a browser would send if the form of a page were submitted as it is."""
    reader = _Form(form_id)
    reader.feed(response.content.decode())
    assert reader.fields, f"no form {form_id}"
    return reader.fields


def text_of(response: Any) -> str:
    """The words of a page, single blanks between them."""
    reader = _Words()
    reader.feed(response.content.decode())
    return " ".join(" ".join(reader.words).split())


class _Form(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.form_id = form_id
        self.fields: dict[str, Any] = {}
        self._inside = False
        self._select = self._textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name = given.get("name") or ""
        if tag == "form":
            self._inside = given.get("id") == self.form_id
        elif not self._inside:
            return
        elif tag == "textarea":
            self._textarea, self.fields[name] = name, ""
        elif tag == "select":
            # Of a list that takes several, a browser sends each that is chosen, or nothing.
            self._select, self.fields[name] = name, [] if "multiple" in given else ""
        elif tag == "option" and "selected" in given:
            self._choose(given.get("value") or "")
        elif tag == "input" and name:
            self._read_input(name, given)

    def _choose(self, value: str) -> None:
        if isinstance(self.fields[self._select], list):
            self.fields[self._select].append(value)
        else:
            self.fields[self._select] = value

    def _read_input(self, name: str, given: dict[str, str | None]) -> None:
        kind = given.get("type")
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        if kind not in {"submit", "file"}:
            self.fields[name] = given.get("value") or ("on" if kind == "checkbox" else "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        if tag == "textarea":
            # Browsers leave out the line break that follows the tag.
            self.fields[self._textarea] = self.fields[self._textarea].removeprefix("\n")
            self._textarea = ""

    def handle_data(self, data: str) -> None:
        if self._inside and self._textarea:
            self.fields[self._textarea] += data


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []

    def handle_data(self, data: str) -> None:
        self.words.append(data)
