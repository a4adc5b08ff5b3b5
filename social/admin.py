from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from social.models import Review, ReviewReport


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ("title", "author", "created_at", "edited_at", "has_spoilers", "is_removed")
    list_filter = ("is_removed", "has_spoilers")
    list_select_related = ("title", "author")
    search_fields = ("author__username", "title__name")
    readonly_fields = ("author", "title", "text", "created_at", "edited_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(ReviewReport)
class ReviewReportAdmin(admin.ModelAdmin):
    """The queue of what members have reported: take a review down, or leave it, and the report is settled."""

    list_display = ("review", "reason", "remark", "reporter", "created_at", "is_settled")
    list_filter = ("is_settled", "reason")
    list_select_related = ("review", "reporter")
    readonly_fields = ("review", "reporter", "reason", "remark", "created_at")
    actions = ("take_down", "leave_it")

    @admin.action(description=_("Take the reviews down"))
    def take_down(self, request: HttpRequest, reports: QuerySet[ReviewReport]) -> None:
        Review.objects.filter(reports__in=reports).update(is_removed=True)
        reports.update(is_settled=True)

    @admin.action(description=_("Leave the reviews as they are"))
    def leave_it(self, request: HttpRequest, reports: QuerySet[ReviewReport]) -> None:
        reports.update(is_settled=True)

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False
