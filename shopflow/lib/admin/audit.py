import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from shopflow.lib.admin.acting import ActingAdmin
from shopflow.lib.audit.entities import entity_type, models_by_entity
from shopflow.lib.models import AuditLog

# So many changes of an entry a list shows, so many letters of a value and of an id (its end).
MOST_SHOWN, LONGEST, SHORT_ID = 3, 40, 6
MOMENT = re.compile(r"^(\d{4}-\d\d-\d\d)T(\d\d:\d\d:\d\d)(\.\d+)?\+00:00$")
# What names a row that was made or deleted, the best first.
NAMES = ("name", "order_number", "code", "sku", "label", "title", "slug", "word")


class KindFilter(admin.SimpleListFilter):
    """What staff have pages for; the search finds the rest."""

    title = "what it was done to"
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        pages: list[type[Model]] = list(model_admin.admin_site._registry)
        return sorted(
            (entity_type(model), str(model._meta.verbose_name))
            for model in pages
            if model is not AuditLog
        )

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[AuditLog]":
        rows: QuerySet[AuditLog] = queryset
        is_known = self.value() in models_by_entity()
        return rows.filter(entity_type=self.value()) if is_known else rows


class HistoryFilter(admin.SimpleListFilter):
    """One row's history, `product:<id>`, with that of its parts; its page leads here."""

    title = "history"
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value() or ""
        self.site: admin.AdminSite = model_admin.admin_site
        return [(value, f"This {value.partition(':')[0].replace('_', ' ')}")] if value else []

    def queryset(self, request: HttpRequest, queryset: Any) -> "QuerySet[AuditLog]":
        rows: QuerySet[AuditLog] = queryset
        if not self.value():
            return rows
        kind, _, row_id = str(self.value()).partition(":")
        model = models_by_entity().get(kind)
        page: Any = self.site._registry.get(model) if model else None
        row = page.get_object(request, row_id) if page else None
        return rows.filter(_history_of(row, page.history_parts)) if row else rows.none()


def _history_of(row: Model, parts: Sequence[str]) -> Q:
    found = Q(entity_type=entity_type(type(row)), entity_id=str(row.pk))
    for name in parts:
        part = getattr(row, name)
        ids = [str(pk) for pk in part.values_list("pk", flat=True)]
        found |= Q(entity_type=entity_type(part.model), entity_id__in=ids)
    return found


@admin.register(AuditLog)
class AuditLogAdmin(ActingAdmin[AuditLog]):
    """Who did what, with the old and the new values. Nobody changes it, here or anywhere."""

    shows_personal_data = True
    list_display = ("when", "who_and_where", "action", "entity", "summary")
    list_filter = (HistoryFilter, "action", KindFilter)
    search_fields = ("entity_id",)
    search_help_text = "The whole id of what was changed or of who did it, or their e-mail"
    ordering = ("-id",)
    sortable_by = ()

    def get_queryset(self, request: HttpRequest) -> "QuerySet[AuditLog]":
        users = get_user_model()
        emails = users._base_manager.filter(pk=OuterRef("user_id")).values(users.USERNAME_FIELD)
        return super().get_queryset(request).annotate(email=Subquery(emails))

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[Any]", search_term: str
    ) -> "tuple[QuerySet[AuditLog], bool]":
        term = search_term.strip().casefold()
        if not term:
            return queryset, False
        # Naming all kinds lets their index be used, which begins with the kind.
        found = Q(entity_type__in=list(models_by_entity()), entity_id=term)
        return queryset.filter(found | Q(user_id__in=_people(term))), False

    def page_context(self, request: HttpRequest, row: AuditLog) -> dict[str, Any]:
        changes = [
            {
                "name": _words(change.name),
                "before": _shown(change.before),
                "after": _shown(change.after),
            }
            for change in row.changes
        ]
        return {"entity": self.entity(row), "who": _who(row), "changes": changes}

    @admin.display(description="When (UTC)")
    def when(self, entry: AuditLog) -> str:
        return f"{entry.created_at:%Y-%m-%d %H:%M:%S}"

    @admin.display(description="Who, from where")
    def who_and_where(self, entry: AuditLog) -> SafeString:
        where = entry.ip_address or ""
        return format_html('{}<br><span class="mini quiet">{}</span>', _who(entry), where)

    @admin.display(description="What")
    def entity(self, entry: AuditLog) -> SafeString | str:
        model = models_by_entity().get(entry.entity_type)
        kind = str(model._meta.verbose_name) if model else entry.entity_type
        words = f"{kind} {entry.entity_id[-SHORT_ID:]}".strip()
        address = _page_of(model, entry.entity_id) if model else ""
        return format_html('<a href="{}">{}</a>', address, words) if address else words

    @admin.display(description="Changes")
    def summary(self, entry: AuditLog) -> str:
        if entry.action == AuditLog.Action.UPDATE:
            said = [
                f"{_words(c.name)}: {_short(c.before)} → {_short(c.after)}" for c in entry.changes
            ]
        else:
            values = entry.new_values or entry.old_values or {}
            said = [_short(values[name]) for name in NAMES if values.get(name)][:1]
        more = len(said) - MOST_SHOWN
        return "; ".join(said[:MOST_SHOWN]) + (f"; {more} more" if more > 0 else "") or "—"


def _who(entry: AuditLog) -> str:
    return getattr(entry, "email", None) or (str(entry.user_id) if entry.user_id else "—")


def _people(term: str) -> list[UUID]:
    users = get_user_model()
    if "@" in term:
        named = users._base_manager.filter(**{users.USERNAME_FIELD: term})
        return list(named.values_list("pk", flat=True))
    try:
        return [UUID(term)]
    except ValueError:
        return []


def _page_of(model: type[Model], row_id: str) -> str:
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}_change"
    try:
        return reverse(name, args=[row_id]) if row_id else ""
    except NoReverseMatch:
        return ""


def _words(name: str) -> str:
    return name.replace("_", " ")


def _shown(value: Any) -> str:
    """A value as people write it: no JSON, and moments to the second."""
    if value in (None, "", [], {}):
        return "—"
    return MOMENT.sub(r"\1 \2", value) if isinstance(value, str) else str(value)


def _short(value: Any) -> str:
    return Truncator(_shown(value)).chars(LONGEST)
