"""Admin pages whose changes are a command's, with the command's own words when it refuses."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any, ClassVar, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_protect

from shopflow.lib import audit
from shopflow.lib.admin.paging import BoundedPaginator
from shopflow.lib.errors import DomainError
from shopflow.lib.models import AuditLog

M = TypeVar("M", bound=models.Model)
# Why the form that is being shown again wasn't saved.
_refusal: ContextVar[str] = ContextVar("refusal", default="")
TAKEN_MEANWHILE = (
    "Somebody has just saved another row with this name or code. Choose a different one."
)


class CommandForm(forms.ModelForm[M]):
    """A form that also says why the command behind it refused."""

    refusal: ClassVar[str] = ""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.refusal:
            self.add_error(None, self.refusal)
        return cleaned


class CommandAdmin(admin.ModelAdmin[M]):
    """Shows rows and saves them through one command, which a subclass names in `run`.

    What a command refuses brings the form back as it was written, with the command's sentence;
    nothing is changed then. Nothing can be deleted unless a subclass knows a command for it.

    A page that `shows_personal_data` writes into the audit log who opened it. A row's history is
    what the audit log has on it and on its `history_parts`, the names of relations.
    """

    form = CommandForm  # type: ignore[assignment]  # of whatever model the page shows
    paginator = BoundedPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # they count the whole table
    list_per_page = 50
    shows_personal_data: ClassVar[bool] = False
    history_parts: ClassVar[Sequence[str]] = ()

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> models.Model:
        """Call the command with what the form says and return its row; no id: a new one.

        `by` is who saves it.
        """
        raise NotImplementedError

    @method_decorator(csrf_protect)
    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show or save a row, without Django's transaction around it: a command opens its own."""
        try:
            return self._show_or_save(request, object_id, form_url, extra_context)
        except DomainError as error:
            refusal = str(error)
        except IntegrityError:
            # The form was checked, but another row came in between.
            refusal = TAKEN_MEANWHILE
        token = _refusal.set(refusal)
        try:
            return self._show_or_save(request, object_id, form_url, extra_context)
        finally:
            _refusal.reset(token)

    def get_form(
        self, request: HttpRequest, obj: M | None = None, change: bool = False, **kwargs: Any
    ) -> type[forms.ModelForm[M]]:
        # Django makes a new class at every call, so this one is the request's own.
        form: Any = super().get_form(request, obj, change, **kwargs)
        form.refusal = _refusal.get()
        return form  # type: ignore[no-any-return]  # the stubs don't know the attribute

    def save_model(self, request: HttpRequest, obj: M, form: Any, change: Any) -> None:
        """Write nothing: `save_related` runs the command once the inlines are known too."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: Any) -> None:
        row_id = form.instance.pk if change else None
        form.instance.pk = self.run(form, formsets, row_id=row_id, by=request.user.pk).pk
        # The answer names the row as it was saved.
        form.instance.refresh_from_db()

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: M | None = None,
    ) -> HttpResponse:
        if obj is not None:
            self.note_view(obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def note_view(self, row: M) -> None:
        """Write down that somebody has a person's data before their eyes."""
        if self.shows_personal_data:
            audit.record(
                action=AuditLog.Action.VIEW,
                entity_type=audit.entity_type(self.model),
                entity_id=row.pk,
            )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to what the audit log has on the row."""
        address = reverse("admin:lib_auditlog_changelist", current_app=self.admin_site.name)
        of = f"{audit.entity_type(self.model)}:{unquote(object_id)}"
        return HttpResponseRedirect(f"{address}?{urlencode({'of': of})}")

    # Django's own log would say the same less well: only what came through a form, no values,
    # and whoever may write the table may rewrite it (docs/decisions/0006). Nobody reads what the
    # three would return.

    def construct_change_message(self, *args: Any, **kwargs: Any) -> list[Any]:
        return []

    def log_addition(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # above
        """Write nothing: the audit trigger did."""

    def log_change(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # above
        """Write nothing: the audit trigger did."""

    def log_deletions(self, *args: Any, **kwargs: Any) -> None:  # type: ignore[override]  # above
        """Write nothing: the audit trigger did."""

    def delete_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Refuse: what leaves the shop leaves by a command."""
        raise PermissionDenied

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False

    def _show_or_save(
        self,
        request: HttpRequest,
        object_id: str | None,
        form_url: str,
        extra_context: dict[str, Any] | None,
    ) -> HttpResponse:
        # Django has no public name for its view without the transaction.
        response: HttpResponse = self._changeform_view(  # type: ignore[attr-defined]  # see above
            request, object_id, form_url, extra_context
        )
        return response


class ReadOnlyAdmin(CommandAdmin[M]):
    """Shows rows that only the shop itself writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        return False
