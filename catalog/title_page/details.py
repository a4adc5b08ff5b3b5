"""What only a title's page shows, as its sources last said it: songs, trailer, links, ranks and status counts.

Nothing searches or counts these, so they have no tables: they are read from the sources' records.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F
from django.utils.translation import gettext_lazy as _

from catalog.models import SourceRecord, Title
from catalog.title_page.links import SOURCES

FIELDS = ("themes", "trailer", "links", "ranks", "status_counts")
STATUSES = {
    "watching": _("Watching"),
    "completed": _("Completed"),
    "rewatching": _("Rewatching"),
    "on_hold": _("On hold"),
    "dropped": _("Dropped"),
    "planned": _("Plan to watch"),
}
TRAILER_HOST = "https://www.youtube-nocookie.com"


class Theme(NamedTuple):
    """A song. number: None if there is only one of its kind."""

    kind: str
    number: int | None
    name: str
    artist: str
    episodes: str


class PageLink(NamedTuple):
    """Another page about the title. kind: "official", "social" or "info"."""

    kind: str
    name: str
    url: str


class Rank(NamedTuple):
    """A place among all titles of a source. kind: "score" or "members"."""

    source: str
    kind: str
    place: int


class StatusShare(NamedTuple):
    status: str
    label: Any
    n: int
    share: float


@dataclass(frozen=True)
class StatusCounts:
    """How the lists of a source's members have the title. as_of: when the source said so; None if unknown."""

    source: str
    as_of: datetime | None
    shares: list[StatusShare]

    @property
    def n(self) -> int:
        return sum(one.n for one in self.shares)

    @property
    def counts(self) -> dict[str, int]:
        return {one.status: one.n for one in self.shares}


@dataclass(frozen=True)
class Details:
    openings: list[Theme] = field(default_factory=list)
    endings: list[Theme] = field(default_factory=list)
    trailer: str = ""  # a video's id on YouTube
    links: list[PageLink] = field(default_factory=list)
    ranks: list[Rank] = field(default_factory=list)
    statuses: list[StatusCounts] = field(default_factory=list)

    @property
    def themes(self) -> list[Theme]:
        return self.openings + self.endings


class _Record(NamedTuple):
    source: str
    as_of: datetime | None
    themes: Any
    trailer: Any
    links: Any
    ranks: Any
    status_counts: Any

    @property
    def label(self) -> str:
        return SOURCES.get(self.source, "")


def details_of(title: Title) -> Details:
    """Return the details, with one query. The latest source that knows a thing is believed."""
    records = SourceRecord.objects.filter(title=title).order_by(F("as_of").desc(nulls_last=True), "source", "key")
    rows = [_Record(*row) for row in records.values_list("source", "as_of", *(f"data__{name}" for name in FIELDS))]
    themes = [Theme(*one) for one in next((row.themes for row in rows if row.themes), ())]
    links = [PageLink(*one) for row in rows for one in row.links or ()]
    return Details(
        openings=[one for one in themes if one.kind == "opening"],
        endings=[one for one in themes if one.kind == "ending"],
        trailer=next((row.trailer for row in rows if row.trailer), ""),
        links=sorted({one.url: one for one in reversed(links)}.values(), key=lambda one: (one.kind, one.name, one.url)),
        ranks=[rank for row in _one_per_source(rows, "ranks") for rank in _ranks_in(row)],
        statuses=[counts for row in _one_per_source(rows, "status_counts") if (counts := _statuses_in(row))],
    )


def _one_per_source(rows: Sequence[_Record], name: str) -> Iterator[_Record]:
    """Yield the latest row of each community that has the value. The sample's are nobody's."""
    seen = {""}
    for row in rows:
        if getattr(row, name) and row.label not in seen:
            seen.add(row.label)
            yield row


def _ranks_in(row: _Record) -> list[Rank]:
    return [Rank(row.label, kind, row.ranks[kind]) for kind in ("score", "members") if kind in row.ranks]


def _statuses_in(row: _Record) -> StatusCounts | None:
    """Return the counts; None without two statuses, which say nothing of how they are spread."""
    shares = status_shares(row.status_counts.items())
    return StatusCounts(row.label, row.as_of, shares) if len(shares) > 1 else None


def status_shares(counts: Iterable[tuple[str, int]]) -> list[StatusShare]:
    """Return the share of each status that anybody has, in the order of STATUSES.

    >>> [(one.status, one.share) for one in status_shares([("dropped", 1), ("watching", 3)])]
    [('watching', 0.75), ('dropped', 0.25)]
    """
    known = {status: n for status, n in counts if status in STATUSES and n > 0}
    total = sum(known.values())
    return [StatusShare(one, STATUSES[one], known[one], known[one] / total) for one in STATUSES if one in known]
