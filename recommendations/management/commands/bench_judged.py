"""Judge the live model's recommendations for well-known tastes."""

from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from catalog.models import Title
from catalog.titles.external_ids import title_ids_by_mal
from recommendations.artifact_store import load_recommender
from recommendations.benchmark.judged import FIRST, LEAST_FOUND, Recommend, judge, judged_lists, passed, share_found
from recommendations.inputs.member_lists import member_list
from recommendations.inputs.title_rules import current_rules
from recommendations.models import ModelVersion


class Command(BaseCommand):
    help = "Recommend for lists of well-known tastes, and count titles that must and must not be there."

    def handle(self, **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published yet: run `manage.py seed` or `manage.py rebuild`")
        title_of = title_ids_by_mal()
        recommend, series_of = _recommend(version, title_of), _series_of(title_of)
        adult_ids = set(Title.objects.filter(is_adult=True).values_list("pk", flat=True))
        adult = frozenset(mal_id for mal_id, pk in title_of.items() if pk in adult_ids)
        judgements = [judge(judged, recommend, series_of, adult) for judged in judged_lists()]
        names = _names(title_of, {id for one in judgements for id in one.unwanted.union(*one.missed)})
        for one in judgements:
            self.stdout.write(f"{one.name:<32} {one.found} of {one.wanted}, {one.good:>2} right of {FIRST}")
            for group in one.missed:
                self.stdout.write(f"    missed: {' or '.join(sorted(names.get(i, str(i)) for i in group))}")
            for title in sorted(one.unwanted):
                self.stdout.write(f"    unwanted: {names.get(title, title)}")
        unwanted = sum(len(one.unwanted) for one in judgements)
        self.stdout.write(
            f"\n{len(judgements)} lists: {share_found(judgements):.1%} of what must be there is (bar ≥ "
            f"{LEAST_FOUND:.0%}), {unwanted} titles that must not (bar 0){'' if passed(judgements) else '  missed'}"
        )


def _recommend(version: ModelVersion, title_of: dict[int, int]) -> Recommend:
    recommender = load_recommender(version)
    rules = current_rules(version, recommender.items)
    mal_id_of = {pk: mal_id for mal_id, pk in title_of.items()}

    def recommend(scores: Any, n: int) -> list[int]:
        known = {title_of[mal_id]: score for mal_id, score in scores.items() if mal_id in title_of}
        ids, values = (np.array(list(side), dtype=np.int64) for side in (known.keys(), known.values()))
        own = member_list(recommender.items, ids, values, np.ones(len(ids), dtype=bool), ids[:0], shows_adult=False)
        return [mal_id_of.get(pk, -pk) for pk in recommender.recommend(own, rules, n).ids.tolist()]

    return recommend


def _series_of(title_of: dict[int, int]) -> dict[int, int]:
    """Return the entry point of each title's franchise, by MAL id; of a title without one its own key."""
    rows = Title.objects.exclude(franchise_entry=None).order_by()
    entry_of = dict(rows.values_list("pk", "franchise_entry_id"))
    return {mal_id: entry_of.get(pk, pk) for mal_id, pk in title_of.items()}


def _names(title_of: dict[int, int], mal_ids: set[int]) -> dict[int, str]:
    titles = Title.objects.in_bulk([title_of[mal_id] for mal_id in mal_ids if mal_id in title_of])
    return {mal_id: titles[title_of[mal_id]].name for mal_id in mal_ids if title_of.get(mal_id) in titles}
