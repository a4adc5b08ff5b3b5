from __future__ import annotations

from argparse import ArgumentParser
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction
from django.db.models import Count

from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.parsers.files import anilist
from catalog.models import ExternalId, SourceRecord, SourceScale, Title


class Command(BaseCommand):
    help = "Show how sources were merged: titles with several of them, their scales, and errors of matches by name."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--by-name", type=Path, metavar="FILE", help="match AniList's rows by name alone, and check"
        )
        parser.add_argument("--ranked", nargs="*", default=[], metavar="NAME", help="print these titles by popularity")

    def handle(self, *, by_name: Path | None, ranked: list[str], **options: Any) -> None:
        sources = Title.objects.annotate(n=Count("records__source", distinct=True)).values_list("n", flat=True)
        numbers = sorted(Counter(sources).items())
        self.stdout.write("titles by number of sources: " + ", ".join(f"{n}: {count:,}" for n, count in numbers))
        for scale in SourceScale.objects.order_by("field", "source"):
            self.stdout.write(describe(scale))
        for title in Title.objects.filter(name__in=ranked):
            self.stdout.write(f"{title.popularity:>12,.0f}  {title.name} ({title.members:,} members of its source)")
        if by_name:
            counts = match_by_name(by_name)
            self.stdout.write("matched by name: " + ", ".join(f"{n} {kind}" for kind, n in sorted(counts.items())))


def describe(scale: SourceScale) -> str:
    """Return a line about a scale."""
    errors = (
        f"median error {scale.error_before:.3f} → {scale.error_after:.3f}"
        if scale.error_before is not None and scale.error_after is not None
        else "no other source to compare with, or too few titles"
    )
    line = f"{scale.intercept:+.3f} {scale.slope:+.3f}·x"
    return (
        f"{scale.field:8} {scale.source:18} {scale.n:6,} titles  {line}  {errors}{'' if scale.is_used else '  unused'}"
    )


def match_by_name(path: Path) -> dict[str, int]:
    """Import AniList's rows without their MyAnimeList ids, compare with these, and undo it. Return the counts."""
    rows = [row for row in anilist.read(path) if isinstance(row, SourceTitle) and "mal" in row.external_ids]
    with transaction.atomic():
        forget_anilist()
        title_of_mal = _title_ids("mal")
        bare = [replace(row, external_ids={"anilist": row.external_ids["anilist"]}) for row in rows]
        import_rows(bare, path.name)
        title_of = _title_ids("anilist")
        merged = set(SourceRecord.objects.exclude(source="anilist").values_list("title_id", flat=True))
        counts = Counter(_outcome(row, title_of_mal, title_of, merged) for row in rows)
        transaction.set_rollback(True)
    return dict(counts)


def _outcome(row: SourceTitle, title_of_mal: dict[str, int], title_of: dict[str, int], merged: set[int]) -> str:
    right, found = title_of_mal.get(row.external_ids["mal"]), title_of.get(row.external_ids["anilist"])
    if found not in merged:
        return "not in the catalogue before" if right is None else "left apart"
    return "right" if found == right else "wrong"


def forget_anilist() -> None:
    """Remove what only AniList knows."""
    others = SourceRecord.objects.exclude(source="anilist").values("title")
    Title.objects.filter(records__source="anilist").exclude(pk__in=others).delete()
    SourceRecord.objects.filter(source="anilist").delete()
    ExternalId.objects.filter(provider="anilist").delete()


def _title_ids(provider: str) -> dict[str, int]:
    return dict(ExternalId.objects.filter(provider=provider).values_list("value", "title_id"))
