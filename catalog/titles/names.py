from __future__ import annotations

from catalog.models import Title
from catalog.viewers import Viewer


def name_for(title: Title, viewer: Viewer) -> str:
    """Return the name in the viewer's language, or the main name."""
    names = {"english": title.name_english, "native": title.name_native}
    return names.get(getattr(viewer, "title_language", ""), "") or title.name
