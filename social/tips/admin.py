from __future__ import annotations

from django.contrib import admin

from anirec.lib.web.admin import ReadOnlyAdmin
from social.models.tips import Tip


@admin.register(Tip)
class TipAdmin(ReadOnlyAdmin):
    list_display = ("author", "recipient", "title", "note", "created_at", "is_removed")
    list_filter = ("is_removed",)
    list_select_related = ("author", "recipient", "title")
    search_fields = ("author__username", "recipient__username", "title__name", "note")
