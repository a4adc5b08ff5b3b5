from __future__ import annotations

import json
from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html

from recommendations.experiments.admin import ExperimentAdmin  # noqa: F401  (registers itself)
from recommendations.models import DriftReport, ModelVersion, Mood, RatingArchive, Segment
from recommendations.serving import in_mood


class ReadOnlyAdmin(admin.ModelAdmin):
    """View-only admin of rows that the pipelines write."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SegmentInline(admin.TabularInline):
    model = Segment
    fields = ("number", "name", "size", "traits")
    can_delete = False
    ordering = ("number",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(ModelVersion)
class ModelVersionAdmin(ReadOnlyAdmin):
    """View-only admin: pipelines create versions; staff pages and `manage.py rollback` switch them."""

    list_display = (
        "pk",
        "kind",
        "status",
        "is_active",
        "ndcg",
        "rmse",
        "created_at",
        "activated_at",
        "seconds",
        "reason",
        "message",
    )
    list_filter = ("status", "kind")
    exclude = ("metrics", "parameters")
    readonly_fields = ("measurements", "training_parameters")
    inlines = (SegmentInline,)

    @admin.display(description="NDCG@10 liked")
    def ndcg(self, version: ModelVersion) -> str:
        return _figure((version.metrics.get("validation") or {}).get("ndcg_10_liked"))

    @admin.display(description="RMSE")
    def rmse(self, version: ModelVersion) -> str:
        return _figure((version.metrics.get("ratings") or {}).get("rmse"))

    @admin.display(description="measured")
    def measurements(self, version: ModelVersion) -> str:
        return _readable(version.metrics)

    @admin.display(description="parameters")
    def training_parameters(self, version: ModelVersion) -> str:
        return _readable(version.parameters)


@admin.register(DriftReport)
class DriftReportAdmin(ReadOnlyAdmin):
    list_display = ("day", "version", "most_moved", "n_now", "online_rmse", "offline_rmse", "n_outcomes", "reason")
    list_select_related = ("version",)
    date_hierarchy = "day"

    @admin.display(description="largest drift (PSI)")
    def most_moved(self, report: DriftReport) -> str:
        if not report.stability:
            return "too few entries"
        name = max(report.stability, key=report.stability.__getitem__)
        return f"{name} {report.stability[name]:.2f}"


@admin.register(RatingArchive)
class RatingArchiveAdmin(admin.ModelAdmin):
    list_display = ("name", "n_ratings", "n_members", "n_titles", "imported_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Mood)
class MoodAdmin(admin.ModelAdmin):
    list_display = ("name", "position", "n_titles", "description")
    list_editable = ("position",)
    prepopulated_fields = {"slug": ("name",)}

    @admin.display(description="titles")
    def n_titles(self, mood: Mood) -> int:
        return len(in_mood(mood).title_ids)


def _figure(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _readable(values: dict[str, Any]) -> str:
    return format_html("<pre>{}</pre>", json.dumps(values, indent=2))
