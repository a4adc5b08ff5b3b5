from django.contrib import admin

from recommendations.models import ModelVersion, RatingArchive


@admin.register(ModelVersion)
class ModelVersionAdmin(admin.ModelAdmin):
    """To look at: versions are made by the pipeline and switched by `manage.py rollback`."""

    list_display = ("pk", "kind", "status", "is_active", "created_at", "activated_at", "seconds", "message")
    list_filter = ("status", "kind")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: object, obj: object = None) -> bool:
        return False


@admin.register(RatingArchive)
class RatingArchiveAdmin(admin.ModelAdmin):
    list_display = ("name", "n_ratings", "n_members", "n_titles", "imported_at")

    def has_add_permission(self, request: object) -> bool:
        return False

    def has_change_permission(self, request: object, obj: object = None) -> bool:
        return False
