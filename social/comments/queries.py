"""Queries for comments."""

from __future__ import annotations

from django.db.models import QuerySet

from social.models import Activity, Comment
from social.visibility import (
    Viewer,
    comments_visible_to,
)


def comments_on(about: Activity | object, viewer: Viewer) -> QuerySet[Comment]:
    on = {"activity" if isinstance(about, Activity) else "review": about}
    return comments_visible_to(viewer).filter(**on).select_related("author").order_by("pk")
