"""Admin pages of rows nobody edits: they show the row and the commands its state allows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_POST

from shopflow.lib.admin.saving import ReadOnlyAdmin
from shopflow.lib.errors import DomainError
from shopflow.lib.proof import ask_again, is_recent
from shopflow.lib.transactions import reading

M = TypeVar("M", bound=models.Model)


@dataclass(frozen=True, kw_only=True)
class Act:
    """One thing staff can do on a row's page: a small form with the command behind it.

    `run(row, by=…, **what the form says)` calls the command and returns the sentence that says
    what was done. `is_possible` decides only whether the form is shown: the command decides.
    `permission` is who may, such as `orders.ship_order`; without one, who may change the row.
    What `is_grave` needs a recent proof that it is still them.
    """

    name: str
    title: str
    run: Callable[..., str]
    form: type[forms.Form] = forms.Form
    is_possible: Callable[[Any], bool] = lambda row: True
    initial: Callable[[Any], Mapping[str, Any]] = lambda row: {}
    hint: str = ""
    permission: str = ""
    is_grave: bool = False


class ActingAdmin(ReadOnlyAdmin[M]):
    """Shows a row on a page of its own, `templates/admin/<app>/<model>/change_form.html`."""

    acts: ClassVar[Sequence[Act]] = ()
    # Its own page has no form for a new row.
    add_form_template = "admin/change_form.html"

    def has_command_permission(self, request: HttpRequest, act: Act | None = None) -> bool:
        """Whether this person may run a command of the page; also for actions of the list."""
        change = f"{self.opts.app_label}.change_{self.opts.model_name}"
        return bool(request.user.has_perm(act.permission if act and act.permission else change))

    def page_context(self, request: HttpRequest, row: M) -> dict[str, Any]:
        """Return what the page's template wants besides the row."""
        return {}

    def get_urls(self) -> list[URLPattern]:
        mine = [
            path(
                f"<uuid:row_id>/{act.name}/",
                self.admin_site.admin_view(require_POST(self.act_view)),
                {"act": act},
                name=self._url_name(act.name),
            )
            for act in self.acts
        ]
        return [*mine, *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = self.get_object(request, unquote(object_id))
        if row is None or request.method not in {"GET", "HEAD"}:
            # Django answers both as for any other row: a message, or 403.
            return super().change_view(request, object_id, form_url, extra_context)
        if not self.has_view_permission(request, row):
            raise PermissionDenied
        return self._page(request, row)

    def act_view(self, request: HttpRequest, row_id: UUID, act: Act) -> HttpResponse:
        """Do what was asked for, or show the page again with the reason why not."""
        if not self.has_command_permission(request, act):
            raise PermissionDenied
        if act.is_grave and not is_recent(request):
            return ask_again(request, back=self._address("change", row_id))
        with reading():
            row = self.get_object(request, str(row_id))
        if row is None:
            return HttpResponseRedirect(self._address("changelist"))
        form = _form(act, row, request.POST)
        status = 400
        if form.is_valid():
            try:
                done = act.run(row, by=request.user.pk, **form.cleaned_data)
            except DomainError as refusal:
                status = refusal.status
                form.add_error(None, str(refusal))
                self.message_user(request, str(refusal), messages.ERROR)
            else:
                self.message_user(request, done, messages.SUCCESS)
                return HttpResponseRedirect(self._address("change", row.pk))
        with reading():
            row = self.get_object(request, str(row_id)) or row
            return self._page(request, row, filled={act.name: form}, status=status).render()

    def _page(
        self,
        request: HttpRequest,
        row: M,
        *,
        filled: Mapping[str, forms.Form] | None = None,
        status: int = 200,
    ) -> TemplateResponse:
        self.note_view(row)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "original": row,
            "title": str(row),
            "media": self.media,
            "acts": self._possible_acts(request, row, filled or {}),
            **self.page_context(request, row),
        }
        request.current_app = self.admin_site.name
        template = f"admin/{self.opts.app_label}/{self.opts.model_name}/change_form.html"
        return TemplateResponse(request, template, context, status=status)

    def _possible_acts(
        self, request: HttpRequest, row: M, filled: Mapping[str, forms.Form]
    ) -> list[dict[str, Any]]:
        return [
            {
                "act": act,
                "form": filled.get(act.name) or _form(act, row),
                "url": self._address(act.name, row.pk),
            }
            for act in self.acts
            if self.has_command_permission(request, act) and act.is_possible(row)
        ]

    def _url_name(self, name: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{name}"

    def _address(self, name: str, *args: Any) -> str:
        return reverse(f"admin:{self._url_name(name)}", args=args, current_app=self.admin_site.name)


def _form(act: Act, row: Any, data: Any = None) -> forms.Form:
    # Several forms stand on one page: their fields' ids must differ, their names needn't.
    return act.form(data, auto_id=f"{act.name}-%s", initial=dict(act.initial(row)))
