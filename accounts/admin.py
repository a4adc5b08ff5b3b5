from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from accounts.models import User


@admin.register(User)
class MemberAdmin(UserAdmin):
    """Admin for members. Lists can't be edited here: only `accounts.entries.writing` changes them."""

    list_display = ("username", "email", "is_synthetic", "is_staff", "date_joined")
    list_filter = ("is_synthetic", "is_staff", "is_active")
    search_fields = ("username", "email")
    readonly_fields = ("list_version", "last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("username", "email", "password")}),
        ("Settings", {"fields": ("title_language", "theme", "shows_adult")}),
        ("State", {"fields": ("is_synthetic", "list_version", "last_login", "date_joined")}),
        ("Rights", {"fields": ("is_active", "is_staff", "is_superuser", "groups", "user_permissions")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "email", "password1", "password2")}),)
