"""Queries for the import pages."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Count, Prefetch, Q, QuerySet
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from accounts.models import EntryStatus, ImportRow, ListImport, OwnEntry, User, Visibility
from accounts.portability.imports.planning import merged
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title

Outcome = ImportRow.Outcome
LABELS = {
    "status": _("Status"), "score": _("Score"), "progress": _("Episodes"), "volumes": _("Volumes"),
    "started_on": _("Started"),
    "finished_on": _("Finished"), "rewatches": _("Rewatched"), "rewatched_on": _("Rewatched on"),
    "tags": _("Tags"), "visibility": _("Visible to"),
    "notes": _("Notes"),
}  # fmt: skip
CHOICES: dict[str, Any] = {"status": EntryStatus, "visibility": Visibility}


class OutcomeCount(NamedTuple):
    outcome: str  # "" for all
    label: Any
    n: int


class Change(NamedTuple):
    label: Any
    old: str  # "" if empty
    new: str


def outcome_counts(opened: ListImport) -> list[OutcomeCount]:
    """Return the total number of rows, then the number for each outcome."""
    totals = dict(opened.rows.order_by().values_list("outcome").annotate(n=Count("pk")))
    counts = [OutcomeCount(value, label, totals[value]) for value, label in Outcome.choices if value in totals]
    return [OutcomeCount("", _("All"), sum(totals.values())), *counts]


def rows_of(opened: ListImport, viewer: User, outcome: str = "") -> QuerySet[ImportRow]:
    rows = opened.rows.filter(outcome=outcome) if outcome else opened.rows.all()
    return _with_titles(rows, viewer).order_by("number")


def hidden_by_settings(opened: ListImport, viewer: User) -> int:
    """Return the number of written rows whose titles the member's settings hide: they are on the list unseen."""
    written = opened.rows.filter(outcome__in=(Outcome.CREATED, Outcome.UPDATED), title__isnull=False)
    return written.exclude(title__in=Title.objects.visible_to(viewer).order_by()).count()


def own_counts(opened: ListImport) -> dict[str, int]:
    """Return the number of rows that are kept as own entries, by kind."""
    rows = opened.rows.filter(outcome=Outcome.OWN).order_by()
    numbers = dict(rows.values_list("about__kind").annotate(n=Count("pk")))
    numbers[OwnEntry.Kind.ANIME] = numbers.get(OwnEntry.Kind.ANIME, 0) + numbers.pop(None, 0)  # titles deleted since
    return {kind: numbers[kind] for kind in OwnEntry.Kind.values if numbers.get(kind)}


def history(user: User) -> QuerySet[ListImport]:
    def number_of(*outcomes: str) -> Count:
        return Count("rows", filter=Q(rows__outcome__in=outcomes))

    return (
        ListImport.objects.filter(user=user)
        .defer("upload", "extra")
        .annotate(
            n_rows=Count("rows"),
            n_written=number_of(Outcome.CREATED, Outcome.UPDATED),
            n_own=number_of(Outcome.OWN),
        )
        .order_by("-created_at", "-pk")
    )


def _with_titles(rows: QuerySet[ImportRow], viewer: User) -> QuerySet[ImportRow]:
    """Attach each row's title, or None if `viewer` can't see it."""
    return rows.prefetch_related(Prefetch("title", Title.objects.visible_to(viewer).order_by().for_cards()))


def changes_of(row: ImportRow) -> list[Change]:
    """Return the changes a row makes or made; all its values for a new entry."""
    if row.is_hidden or (row.title_id is None and row.outcome == Outcome.UNMATCHED):
        return []
    after, before = merged(row.before, row.values), row.before or {}
    return [
        Change(_label(row, name), _display(name, before.get(name)), _display(name, after.get(name)))
        for name in LABELS
        if before.get(name) != after.get(name) and (after.get(name) or before.get(name)) and not _is_default(row, name)
    ]


def _label(row: ImportRow, name: str) -> Any:
    is_read = row.about.get("kind") in (OwnEntry.Kind.MANGA, OwnEntry.Kind.LIGHT_NOVEL)
    return _("Chapters") if name == "progress" and is_read else LABELS[name]


def _is_default(row: ImportRow, name: str) -> bool:
    """Return whether the row creates an entry with the default visibility, which needn't be listed."""
    return row.before is None and name == "visibility" and "visibility" not in row.values


def _display(name: str, value: Any) -> str:
    if not value:
        return ""
    if name in CHOICES:
        return str(CHOICES[name](value).label)
    if name.endswith("_on"):
        date = PartialDate.parse(value)
        return date.label if date else ""
    text = ", ".join(value) if isinstance(value, list) else str(value)
    return Truncator(text).chars(80)


def report_lines(opened: ListImport) -> Iterator[tuple[Any, ...]]:
    """Yield the header and one line per row of the downloadable report."""
    yield ("row", "name", "result", "before", "after", "remark")
    for row in opened.rows.order_by("number").iterator(chunk_size=2_000):
        changes = changes_of(row)
        before = "; ".join(f"{change.label}: {change.old}" for change in changes if change.old)
        after = "; ".join(f"{change.label}: {change.new}" for change in changes if change.new)
        yield (row.number, row.name, Outcome(row.outcome).label, before, after, row.remark)
