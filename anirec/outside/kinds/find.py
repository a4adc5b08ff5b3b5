"""Subjects by kind and key, or by the address of their page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve

from anirec.lib.text import is_text
from anirec.outside.kinds.base import Subject
from anirec.outside.kinds.lists import find_list
from anirec.outside.kinds.members import find_member
from anirec.outside.kinds.people import find_person
from anirec.outside.kinds.reviews import find_review
from anirec.outside.kinds.seasons import find_season
from anirec.outside.kinds.studios import find_studio
from anirec.outside.kinds.titles import find_title

FINDERS: dict[str, Callable[[str], Subject | None]] = {
    "title": find_title,
    "review": find_review,
    "list": find_list,
    "member": find_member,
    "season": find_season,
    "studio": find_studio,
    "person": find_person,
}
# By route: the kind, and its key from the route's arguments.
ROUTES: dict[str, tuple[str, str]] = {
    "catalog:title": ("title", "{pk}"),
    "social:review": ("review", "{pk}"),
    "social:custom_list": ("list", "{pk}"),
    "social:member": ("member", "{username}"),
    "catalog:season": ("season", "{year}-{name}"),
    "catalog:studio": ("studio", "{slug}"),
    "catalog:person": ("person", "{pk}"),
}


def find(kind: str, key: str) -> Subject | None:
    """Return the page as a guest sees it; None if there is none, or guests can't see it."""
    finder = FINDERS.get(kind)
    return finder(key) if finder and is_text(key) else None


def find_by_address(address: str) -> Subject | None:
    """Return the page with this address on this site."""
    try:
        parts = urlsplit(address)
        match = resolve(parts.path)
    except (ValueError, Resolver404):
        return None
    if parts.netloc != urlsplit(settings.SITE_URL).netloc or match.view_name not in ROUTES:
        return None
    kind, key = ROUTES[match.view_name]
    return find(kind, key.format(**match.kwargs))
