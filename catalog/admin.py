from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from catalog.importing.corrections import merge_into
from catalog.importing.precedence import FIELDS, STAFF
from catalog.models import Cover, ExternalId, Relation, Studio, Tag, Title, TitleName
from catalog.search.index import index_titles
from catalog.search.keys import search_key
from catalog.versioning import catalogue_changed

MOST_MERGED = 5  # titles at once
EDITED_TERMS = {"tags": tuple(Tag.Kind.values), "studios": ("studios",), "producers": ("producers",)}


class NameInline(admin.TabularInline):
    model = TitleName
    fields = ("kind", "text")
    extra = 0


class ExternalIdInline(admin.TabularInline):
    model = ExternalId
    extra = 0


class RelationInline(admin.TabularInline):
    model = Relation
    fk_name = "from_title"
    autocomplete_fields = ("to_title",)
    extra = 0


class CatalogueAdmin(admin.ModelAdmin):
    """Mark the catalogue as changed after an edit, so that derived data is refreshed."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        catalogue_changed()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        catalogue_changed()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        catalogue_changed()


@admin.register(Title)
class TitleAdmin(CatalogueAdmin):
    """Titles. Imports never overwrite fields edited here."""

    list_display = ("name", "medium", "format", "status", "season_year", "score", "members", "is_adult")
    list_filter = ("format", "status", "is_adult", "medium")
    search_fields = ("names__key",)  # shows the search box; see get_search_results
    autocomplete_fields = ("tags", "studios", "producers", "franchise_entry")
    readonly_fields = ("field_sources", "created_at", "updated_at")
    inlines = (NameInline, ExternalIdInline, RelationInline)
    show_full_result_count = False
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    actions = ("merge",)

    @admin.action(description=_("Merge selected titles into the oldest one"), permissions=["delete"])
    def merge(self, request: HttpRequest, queryset: QuerySet[Title]) -> None:
        """Merge two to five titles. The oldest keeps its address; the others' addresses lead to it."""
        kept_id, *dropped_ids = sorted(queryset.values_list("pk", flat=True)[: MOST_MERGED + 1])
        if not 1 <= len(dropped_ids) < MOST_MERGED:
            message = _("Select 2 to %(n)d titles to merge.") % {"n": MOST_MERGED}
            self.message_user(request, message, messages.ERROR)
            return
        if len(set(queryset.values_list("medium", flat=True).order_by())) > 1:
            self.message_user(request, _("Titles of different kinds can’t be merged."), messages.ERROR)
            return
        merge_into(kept_id, dropped_ids)
        kept = Title.objects.get(pk=kept_id)
        self.log_change(request, kept, f"Merged titles {', '.join(map(str, dropped_ids))} into this one.")
        self.message_user(request, _("Titles merged into %(title)s.") % {"title": kept.name}, messages.SUCCESS)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Title], search_term: str
    ) -> tuple[QuerySet[Title], bool]:
        """Search by prefix of any name. The second value is whether results may contain duplicates."""
        if not search_term:
            return queryset, False
        return queryset.filter(names__key__startswith=search_key(search_term)), True

    def save_model(self, request: HttpRequest, obj: Title, form: ModelForm[Title], change: bool) -> None:
        edited = [name for name in form.changed_data if name in FIELDS]
        edited += [kind for name in form.changed_data for kind in EDITED_TERMS.get(name, ())]
        obj.field_sources |= dict.fromkeys(edited, STAFF)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        for inline in formset.forms:
            if isinstance(inline.instance, TitleName):
                inline.instance.key = search_key(inline.instance.text)
        super().save_formset(request, form, formset, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        index_titles([form.instance])


@admin.register(Tag)
class TagAdmin(CatalogueAdmin):
    list_display = ("name", "kind", "is_adult")
    list_filter = ("kind", "is_adult")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Studio)
class StudioAdmin(CatalogueAdmin):
    list_display = ("name", "slug")
    search_fields = ("name",)
    prepopulated_fields = {"slug": ("name",)}


@admin.register(Cover)
class CoverAdmin(admin.ModelAdmin):
    """The last attempts to fetch covers, and why some failed. A deleted row is fetched again."""

    list_display = ("title", "reason", "failures", "checked_at", "check_at")
    list_filter = (("reason", admin.EmptyFieldListFilter),)
    list_select_related = ("title",)
    readonly_fields = ("title", "url", "etag", "last_modified", "n_bytes", "failures", "reason", "checked_at")
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False
