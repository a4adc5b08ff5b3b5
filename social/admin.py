from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from anirec.lib.web.admin import ReadOnlyAdmin
from social.models import Block, Comment, Decision, Report, Review


@admin.register(Review)
class ReviewAdmin(admin.ModelAdmin):
    list_display = ("title", "author", "created_at", "edited_at", "has_spoilers", "is_removed")
    list_filter = ("is_removed", "has_spoilers")
    list_select_related = ("title", "author")
    search_fields = ("author__username", "title__name")
    readonly_fields = ("author", "title", "text", "created_at", "edited_at")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False


@admin.register(Report)
class ReportAdmin(ReadOnlyAdmin):
    list_display = ("kind", "target_id", "reason", "remark", "reporter", "created_at", "is_settled")
    list_filter = ("is_settled", "reason")
    list_select_related = ("reporter",)


@admin.register(Decision)
class DecisionAdmin(ReadOnlyAdmin):
    list_display = ("at", "staff", "act", "what", "member", "reason")
    list_filter = ("act",)
    list_select_related = ("staff", "member")


@admin.register(Comment)
class CommentAdmin(ReadOnlyAdmin):
    list_display = ("author", "text", "created_at", "is_removed")
    list_filter = ("is_removed",)
    list_select_related = ("author",)
    search_fields = ("author__username", "text")


@admin.register(Block)
class BlockAdmin(ReadOnlyAdmin):
    list_display = ("blocker", "blocked", "created_at")
    list_select_related = ("blocker", "blocked")
