"""What staff teach the search, and what shoppers didn't find."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet, Window
from django.db.models.functions import Lower, RowNumber
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.views.decorators.csrf import csrf_protect

from catalog import commands
from catalog.models import SearchLog, Synonym
from shopflow.lib.admin import CommandAdmin, CommandForm, ReadOnlyAdmin

RECENT = timedelta(days=30)


class SynonymForm(CommandForm[Synonym]):
    is_mutual = forms.BooleanField(
        label="Both ways", required=False, help_text="Whoever looks for the second finds the first"
    )


@admin.register(Synonym)
class SynonymAdmin(CommandAdmin[Synonym]):
    """Whoever looks for the word finds the synonym too."""

    form = SynonymForm
    fields = ("word", "synonym", "language", "is_mutual")
    list_display = ("word", "synonym", "language")
    list_filter = ("language",)
    search_fields = ("word", "synonym")

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"language": "en", **super().get_changeform_initial_data(request)}

    def run(
        self, form: Any, formsets: Sequence[Any], *, row_id: UUID | None, by: UUID | None
    ) -> Synonym:
        data = form.cleaned_data
        words = {"word": data["word"], "synonym": data["synonym"]}
        if data["is_mutual"]:
            commands.save_synonym(
                word=data["synonym"], synonym=data["word"], language=data["language"]
            )
        return commands.save_synonym(**words, language=data["language"], synonym_id=row_id)

    def has_delete_permission(self, request: HttpRequest, obj: Synonym | None = None) -> bool:
        return bool(request.user.has_perm("catalog.delete_synonym"))

    @method_decorator(csrf_protect)
    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        # Django's own, without its transaction: the command opens one.
        response: HttpResponse = self._delete_view(  # type: ignore[attr-defined]  # no public name
            request, object_id, extra_context
        )
        return response

    def delete_model(self, request: HttpRequest, obj: Synonym) -> None:
        commands.delete_synonym(synonym_id=obj.pk)

    def delete_queryset(self, request: HttpRequest, queryset: "QuerySet[Any]") -> None:
        for synonym_id in list(queryset.values_list("pk", flat=True)):
            commands.delete_synonym(synonym_id=synonym_id)


@admin.register(SearchLog)
class SearchLogAdmin(ReadOnlyAdmin[SearchLog]):
    """What was looked for in the last 30 days and not found, the most wanted first."""

    list_display = ("query", "times", "language", "last_asked", "answer")
    list_display_links = None
    search_fields = ("query",)
    ordering = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SearchLog]":
        rows = SearchLog.objects.filter(result_count=0, created_at__gte=timezone.now() - RECENT)
        if request.resolver_match and request.resolver_match.kwargs.get("object_id"):
            return rows
        same: list[Any] = [Lower("query"), "language"]
        return (
            rows.annotate(
                times=Window(Count("pk"), partition_by=same),
                turn=Window(RowNumber(), partition_by=same, order_by="-created_at"),
            )
            .filter(turn=1)
            .order_by("-times", "-created_at")
        )

    @admin.display(description="Times", ordering="times")
    def times(self, row: SearchLog) -> int:
        count: int = getattr(row, "times", 1)
        return count

    @admin.display(description="Last asked", ordering="created_at")
    def last_asked(self, row: SearchLog) -> Any:
        return row.created_at

    @admin.display(description="")
    def answer(self, row: SearchLog) -> SafeString:
        words = urlencode({"word": row.query, "language": row.language})
        address = f"{reverse('admin:catalog_synonym_add')}?{words}"
        return format_html('<a href="{}">Make a synonym</a>', address)
