"""References to members and titles in the sections of a member's export."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anirec.lib.text import is_text
from catalog.models import ExternalId, Title
from catalog.models.titles import Medium
from catalog.titles.external_ids import in_space


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
    kind = {} if title.medium == Medium.ANIME else {"kind": title.medium}
    return {"name": title.name, **kind, "ids": {i.provider: i.value for i in current_last}}


def ids_of(title: Any) -> list[tuple[str, str]]:
    """Return the external ids of an exported title, with the space of its kind; empty if it is malformed."""
    ids = title.get("ids") if isinstance(title, dict) else None
    kind = str(title.get("kind") or Medium.ANIME) if isinstance(title, dict) else ""
    pairs = [(in_space(name, kind), str(value)) for name, value in ids.items()] if isinstance(ids, dict) else []
    return [pair for pair in pairs if is_text(pair[1])]


def titles_by_id(ids: set[tuple[str, str]]) -> dict[tuple[str, str], Title]:
    rows = ExternalId.objects.filter(value__in={value for _, value in ids}).select_related("title")
    found = {(in_space(row.provider, row.medium), str(row.value)): row.title for row in rows}
    return {pair: title for pair, title in found.items() if pair in ids}
