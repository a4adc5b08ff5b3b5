"""Two seasons of sample titles, whose dates are moved to the present until a real source knows better."""

from __future__ import annotations

from datetime import date

from catalog.importing.imports import ImportReport, import_rows
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.files import sample
from catalog.models import Title

SOURCE = "sample"


def add_sample_seasons(today: date) -> ImportReport:
    """Import the sample's seasons as if they aired now."""
    return import_rows(sample.read_seasons(today), "sample seasons")


def keep_sample_current(today: date) -> ImportReport:
    """Move sample titles to the present season, and those that another source knows to their true dates.

    Titles that are gone are not imported again.
    """
    sources = _sources_of_names()
    true = {row.external_ids["mal"]: row for row in sample.read(sample.SEASONS_PATH) if isinstance(row, SourceTitle)}
    moved = {row.external_ids["mal"]: row for row in sample.read_seasons(today)}
    rows = [(moved if sources[mal_id] == SOURCE else true)[mal_id] for mal_id in sorted(sources.keys() & moved.keys())]
    return import_rows(rows, "sample seasons")


def _sources_of_names() -> dict[str, str]:
    """Map MyAnimeList ids of sample titles to the source of their name."""
    titles = Title.objects.filter(
        external_ids__provider="mal", external_ids__medium="anime", field_sources__has_key="name"
    )
    return dict(titles.values_list("external_ids__value", "field_sources__name"))
