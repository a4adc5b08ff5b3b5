"""Recommendations in the terminal for a MyAnimeList export."""

from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import OwnEntry
from accounts.portability.formats.mal_xml import read_mal_xml
from accounts.portability.formats.rows import ListRow, PortabilityError
from catalog.models import Title
from catalog.titles.external_ids import title_ids_by_mal
from recommendations.artifact_store import load_recommender
from recommendations.inputs.member_lists import is_experienced, member_list
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion


class Command(BaseCommand):
    help = "Print recommendations with reasons for a MyAnimeList XML export (.xml or .xml.gz)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--list", type=Path, required=True, dest="file")
        parser.add_argument("-n", type=int, default=20, help="number of recommendations (default: %(default)s)")

    def handle(self, *, file: Path, n: int, **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published yet: run `manage.py seed` or `manage.py rebuild`")
        try:
            rows = [row for row in read_mal_xml(file) if isinstance(row, ListRow) and row.kind == OwnEntry.Kind.ANIME]
        except (PortabilityError, OSError) as error:
            raise CommandError(f"{file}: {error}") from error
        title_of = title_ids_by_mal()
        mal_ids = [(int(row.ids.get("mal", 0)), row) for row in rows]
        listed = {title_of[mal_id]: row for mal_id, row in mal_ids if mal_id in title_of}
        self.stdout.write(f"{len(rows):,} entries, {len(rows) - len(listed):,} not in this catalogue. {version}.\n")
        self._print(version, listed, n)

    def _print(self, version: ModelVersion, listed: dict[int, ListRow], n: int) -> None:
        recommender = load_recommender(version)
        ids = np.array(list(listed), dtype=np.int64)
        scores = np.array([row.score or 0 for row in listed.values()], dtype=np.int64)
        experienced = np.array([is_experienced(row.status, row.score) for row in listed.values()], dtype=np.bool_)
        own = member_list(recommender.items, ids, scores, experienced, ids[:0], shows_adult=False)
        ranked = recommender.recommend(own, current_rules(version, recommender.items), n)
        titles = Title.objects.in_bulk([*ranked.ids.tolist(), *np.unique(ranked.reason_ids).tolist()])
        for place, (pk, predicted) in enumerate(zip(ranked.ids.tolist(), ranked.predicted.tolist(), strict=True)):
            title = titles[pk]
            reasons = [
                f"{titles[reason].name} ({listed[reason].score}, {share:.0%})"
                for reason, share in zip(
                    ranked.reason_ids[place].tolist(), ranked.reason_shares[place].tolist(), strict=True
                )
                if reason
            ]
            self.stdout.write(
                f"{place + 1:>3}. {title.name}  [{title.get_format_display()}, {title.year or '?'}]  {predicted:.1f} "
                "for you"
            )
            if reasons:
                self.stdout.write(f"     because of {' and '.join(reasons)}")
