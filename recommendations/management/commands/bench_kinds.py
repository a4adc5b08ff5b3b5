"""Benchmark of recommendations across media."""

import time
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from catalog.index.titles import title_index
from catalog.models.titles import READ
from catalog.titles.external_ids import title_ids_by_mal
from recommendations.across.content import content_space
from recommendations.across.queries import OwnList, of_media, prior_of, ranked
from recommendations.benchmark.across import (
    FIRST,
    Places,
    Reader,
    by_content_alone,
    recall,
    synthetic_readers,
)

BAR, BAR_MS = 0.9, 50
LEAST, MOST = 20, 3_000  # scored titles of a list; members


class Command(BaseCommand):
    help = "Hide the sources of what members like, and rank all manga from their anime lists (make bench-kinds)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ratings", type=Path)
        parser.add_argument("dated", type=Path, nargs="?", help="Lists of anime and manga by the same people.")
        parser.add_argument("--members", type=int, default=MOST)

    def handle(self, *, ratings: Path, dated: Path | None, members: int, **options: Any) -> None:
        index, space = title_index(), content_space()
        readable = np.flatnonzero(of_media(index, READ))
        if not len(readable) or not space.links.nnz:
            raise CommandError("the catalogue has no manga with relations: import mal-manga and relations first")
        lists = _lists(ratings, index.places_of, members)
        groups = {"synthetic readers": list(synthetic_readers(lists, space.links, readable, seed=0))}
        if dated is not None:
            groups["dated lists"] = list(_dated(dated, index.places_of, space.links))
        for name, readers in groups.items():
            self._report(name, readers, readable)
        self._time(groups["synthetic readers"], readable)

    def _report(self, name: str, readers: list[Reader], readable: Places) -> None:
        space, prior = content_space(), prior_of(title_index())
        with_links, alone = (recall(one, readers, readable, prior) for one in (space, by_content_alone(space)))
        missed = "" if with_links.recall >= BAR else "  missed"
        self.stdout.write(
            f"{name}: {with_links.n_readers} members, {with_links.n_books} hidden books of {len(readable)}: "
            f"recall@{FIRST} {with_links.recall:.3f} (bar ≥ {BAR}){missed}, by content alone {alone.recall:.3f}"
        )

    def _time(self, readers: list[Reader], readable: Places) -> None:
        space, prior, times = content_space(), prior_of(title_index()), []
        for reader in readers[:300]:
            started = time.perf_counter()
            ranked(space, reader.own, readable, prior, FIRST)
            times.append((time.perf_counter() - started) * 1000)
        p95 = np.percentile(times, 95)
        self.stdout.write(f"a ranking: p95 {p95:.1f} ms (bar < {BAR_MS}){'' if p95 < BAR_MS else '  missed'}")


def _lists(path: Path, places_of: Any, members: int) -> list[tuple[Places, np.ndarray]]:
    """Return (places, scores) of members with at least LEAST scored anime, of which we have the titles."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path, columns=["user_id", "mal_id", "score"]).to_pandas()
    table = table[table.score > 0]
    title_of = title_ids_by_mal()
    users = table.groupby("user_id").filter(lambda rows: len(rows) >= LEAST).user_id.unique()
    chosen = np.random.default_rng(0).permutation(users)[:members]
    lists = []
    for _user, rows in table[table.user_id.isin(chosen)].groupby("user_id"):
        known = [(title_of[mal], score) for mal, score in zip(rows.mal_id, rows.score, strict=True) if mal in title_of]
        ids, scores = (np.array(side) for side in zip(*known, strict=True))
        lists.append((places_of(ids), scores.astype(np.float64)))
    return lists


def _dated(path: Path, places_of: Any, links: Any) -> Any:
    """Yield the people whose lists hold anime, and manga with a link to one of them."""
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path).to_pandas()
    spaces = {kind: title_ids_by_mal(kind) for kind in ("anime", "manga")}
    for _user, rows in table.groupby(table.columns[0]):
        own, books = (rows[(rows.kind == kind) & rows.mal_id.isin(list(spaces[kind]))] for kind in spaces)
        own = own.sort_values("score", ascending=False, kind="stable")
        places = places_of([spaces["anime"][mal] for mal in own.mal_id])
        read = places_of([spaces["manga"][mal] for mal in books.mal_id])
        hidden = np.intersect1d(read, links[places].indices) if len(places) else read[:0]
        if len(hidden):
            yield Reader(OwnList(places, own.score.to_numpy(dtype=np.float64), places), hidden)
