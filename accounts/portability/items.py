"""References to members and titles in the sections of a member's export."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anirec.lib.text import is_text
from catalog.models import ExternalId, Title
from catalog.models.titles import Medium


def names_in(items: Iterable[Any]) -> list[str]:
    return [name for name in items if is_text(name)]


def moment_of(value: Any) -> datetime | None:
    """Parse an ISO 8601 time with a time zone; return None for anything else."""
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


def exported_title(title: Title) -> dict[str, Any]:
    current_last = sorted(title.external_ids.all(), key=lambda i: (i.retired_at is None, i.pk))
    return {"name": title.name, "ids": {i.provider: i.value for i in current_last}}


def ids_of(title: Any) -> list[tuple[str, str]]:
    """Return the external ids of an exported title; empty if it is malformed."""
    ids = title.get("ids") if isinstance(title, dict) else None
    pairs = [(provider, str(value)) for provider, value in ids.items()] if isinstance(ids, dict) else []
    return [pair for pair in pairs if is_text(pair[1])]


def titles_by_id(ids: set[tuple[str, str]]) -> dict[tuple[str, str], Title]:
    rows = ExternalId.objects.filter(medium=Medium.ANIME, value__in={value for _, value in ids}).select_related("title")
    return {(row.provider, str(row.value)): row.title for row in rows if (row.provider, str(row.value)) in ids}
