from __future__ import annotations

from django.shortcuts import get_object_or_404

from catalog.models import Title
from catalog.viewers import Viewer


def visible_title(pk: int, viewer: Viewer) -> Title:
    """Return the title with its poster's data. Raise Http404 if `viewer` may not see it."""
    return get_object_or_404(Title.objects.visible_to(viewer).with_tag_names(), pk=pk)
