from __future__ import annotations

from django.shortcuts import get_object_or_404

from catalog.models import Title
from catalog.viewers import Viewer


def visible_title(pk: int, viewer: Viewer) -> Title:
    """The title with what its poster needs. Raises Http404 also for a title that `viewer` may not see."""
    return get_object_or_404(Title.objects.visible_to(viewer).with_tag_names(), pk=pk)
