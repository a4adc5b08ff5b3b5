from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError

from catalog.models import ExternalId, TitleName
from catalog.search.find import find_title_ids, search_titles
from catalog.search.keys import search_key

ACCENTS = str.maketrans("aeou", "áèôü")


class Command(BaseCommand):
    help = "Time searches for names in this catalogue: exact, by prefix, accented and misspelt; or judge spellings."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--names", type=int, default=100, help="number of names, each searched in four ways")

        parser.add_argument("--spellings", type=Path, help="judge the first hits: lines of a query, a tab and a MAL ID")

    def handle(self, *, names: int, spellings: Path | None, **options: Any) -> None:
        if spellings:
            self._judge(spellings)
            return
        sample = draw_names(names)
        if not sample:
            raise CommandError("The catalogue is empty. Import one first.")
        search_titles("warm up the vocabulary", None)
        all_queries = [query for _, some in ways(sample) for query in some]
        for kind, queries in [*ways(sample), ("all", all_queries)]:
            seconds = [timed(query) for query in queries]
            middle, high = np.percentile(seconds, [50, 95]) * 1000
            self.stdout.write(
                f"{kind:<9} {len(queries):5} searches  p50 {middle:6.1f} ms  p95 {high:6.1f} ms  "
                f"max {max(seconds) * 1000:6.1f} ms"
            )

    def _judge(self, path: Path) -> None:
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        ids = dict(ExternalId.objects.filter(provider="mal", medium="anime").values_list("value", "title"))
        hits = [(query, mal_id, find_title_ids(query, None, 1)) for query, mal_id in rows]
        wrong = [query for query, mal_id, found in hits if found != [ids.get(mal_id)]]
        self.stdout.write(f"{len(rows)} spellings, first hit right: {len(rows) - len(wrong)}")
        self.stdout.writelines(f"  wrong: {query}" for query in wrong)


def draw_names(number: int) -> list[str]:
    """Draw names, half from popular titles and half from any, the same for the same catalogue."""
    common = TitleName.objects.filter(title__is_adult=False).order_by("-title__popularity", "pk")
    popular = list(common.values_list("text", flat=True)[: number * 4])
    dice = Random(7)
    every = list(common.order_by("pk").values_list("text", flat=True))
    return dice.sample(popular, min(number // 2, len(popular))) + dice.sample(every, min(number // 2, len(every)))


def ways(names: list[str]) -> Iterator[tuple[str, list[str]]]:
    yield "exact", names
    yield "prefix", [name[: 1 + number % 8] for number, name in enumerate(names)]
    yield "accented", [name.translate(ACCENTS).upper() for name in names]
    yield "typo", [misspell(search_key(name), Random(number)) for number, name in enumerate(names)]


def misspell(text: str, dice: Random) -> str:
    """Return the text with two adjacent letters swapped, or one omitted, doubled or replaced."""
    place = dice.randrange(max(1, len(text) - 1))
    before, here, after = text[:place], text[place : place + 1], text[place + 1 :]
    return dice.choice(
        [before + after[:1] + here + after[1:], before + after, before + here * 2 + after, before + "q" + after]
    )


def timed(query: str) -> float:
    start = perf_counter()
    search_titles(query, None)
    return perf_counter() - start
