"""Match list rows to catalogue titles."""

from __future__ import annotations

from collections.abc import Sequence

from accounts.models import User
from accounts.portability.formats.rows import ListRow
from catalog.models import Title
from catalog.models.titles import Medium
from catalog.titles.matching import Sought
from catalog.titles.matching import match_titles as match_sought


def match_titles(rows: Sequence[ListRow], viewer: User) -> dict[int, int]:
    """Return {row number: title ID} for matched rows, with three queries for any number of rows.

    Titles of media that the viewer doesn't show match, too: writing the import switches those on.
    """
    sought = [
        Sought(row.row, row.name, row.year, row.format, row.ids, row.kind) for row in rows if row.kind in Medium.values
    ]
    return match_sought(sought, Title.objects.suitable_for(viewer))
