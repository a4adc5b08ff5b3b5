"""Match list rows to catalogue titles."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from accounts.portability.formats.rows import ListRow
from catalog.models import Title
from catalog.titles.matching import Sought, match_ids, match_names, owners_of


def match_titles(rows: Sequence[ListRow], viewer: User) -> dict[int, int]:
    """Return {row number: title ID} for matched rows, with three queries for any number of rows."""
    sought = [Sought(row.row, row.name, row.year, row.format, row.ids) for row in rows]
    owners = owners_of((provider, value) for row in sought for provider, value in row.ids.items())
    matches = match_ids(sought, owners)
    unmatched = [row for row in sought if row.row not in matches and row.name]
    return matches | match_names(unmatched, Title.objects.visible_to(viewer), is_strict=False)
