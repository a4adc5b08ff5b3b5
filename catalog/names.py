from __future__ import annotations

from typing import TYPE_CHECKING

from catalog.models import Title

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User


def name_for(title: Title, viewer: User | AnonymousUser | None) -> str:
    """The name in the viewer's language, or the main one where there is none."""
    names = {"english": title.name_english, "native": title.name_native}
    return names.get(getattr(viewer, "title_language", ""), "") or title.name
