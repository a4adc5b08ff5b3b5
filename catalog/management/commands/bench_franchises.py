from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from catalog.franchises.figures import Figures, judge, read_pairs
from catalog.franchises.grouping import find_franchises, load_members
from catalog.models import Title
from catalog.titles.external_ids import title_ids_by_mal


class Command(BaseCommand):
    help = "Measure franchise accuracy on labelled pairs, for the stored franchises and for grouping by names alone."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "pairs", type=Path, help="tab-separated lines: same|different, two MyAnimeList ids, two names"
        )

    def handle(self, *, pairs: Path, **options: Any) -> None:
        id_of = title_ids_by_mal()
        try:
            judged = [pair for pair in read_pairs(pairs) if pair.one in id_of and pair.other in id_of]
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        if not judged:
            raise CommandError(f"{pairs}: the catalogue has none of these pairs")
        mal_of = {title_id: mal_id for mal_id, title_id in id_of.items()}
        entries = Title.objects.exclude(franchise_entry=None).order_by().values_list("pk", "franchise_entry_id")
        by_names = find_franchises({member.pk: member for member in load_members()}, [])
        for label, groups in (
            ("as they are", entries),
            ("by names alone", ((pk, number) for number, group in enumerate(by_names) for pk in group)),
        ):
            self._print(label, judge(judged, _by_mal(groups, mal_of)))

    def _print(self, label: str, figures: Figures) -> None:
        self.stdout.write(
            f"{label:<15} {figures.n_pairs:4} pairs  precision {figures.precision:.3f}  recall {figures.recall:.3f}"
        )
        for kind, names in (("wrongly joined", figures.wrongly_joined), ("missed", figures.missed)):
            for name in names:
                self.stdout.write(f"  {kind}: {name}")


def _by_mal(groups: Iterable[tuple[int, int | None]], mal_of: dict[int, int]) -> dict[int, int]:
    return {mal_of[pk]: group for pk, group in groups if pk in mal_of and group is not None}
