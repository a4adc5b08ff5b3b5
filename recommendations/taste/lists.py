"""A list as arrays, from one query for its entries and the catalogue's index."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from django.db.models import CharField
from django.db.models.functions import Cast, Coalesce
from numpy.typing import NDArray

from accounts.models import SEEN, EntryStatus, ListEntryQuerySet, User
from catalog.index.titles import Terms, TitleIndex, title_index
from catalog.models import Tag
from recommendations.artifact_store import readable_recommender
from recommendations.engine.member_list import MemberList
from recommendations.engine.recommender import Recommender
from recommendations.models import ModelVersion
from recommendations.serving.readers import Reader

GENRES = {Tag.Kind.GENRE, Tag.Kind.THEME, Tag.Kind.DEMOGRAPHIC}


class ListInModel(NamedTuple):
    """A member's list as the live model reads it."""

    recommender: Recommender
    own: MemberList


def list_in_model(member: User) -> ListInModel | None:
    """Return the member's list; None without a model that can be read."""
    recommender = readable_recommender(ModelVersion.active())
    return None if recommender is None else ListInModel(recommender, Reader(member).own_list(recommender.items))


@dataclass(frozen=True)
class PerTerm:
    """Parallel arrays (n_terms,) over all terms of a list's titles. means: mean scores (NaN: no score)."""

    names: list[str]
    slugs: list[str]
    counts: NDArray[np.int64]
    n_scored: NDArray[np.int64]
    means: NDArray[np.float64]
    hours: NDArray[np.float64]


@dataclass(frozen=True)
class ReadList:
    """Parallel arrays over the list's titles, except planned ones. at: positions in the index. scores: 1–10, NaN if
    unscored. finished: ISO dates, possibly without day or month; "" if unknown. completed: by status."""

    index: TitleIndex
    tag_slugs: frozenset[str]  # tags visible to the viewer
    title_ids: NDArray[np.int64]
    at: NDArray[np.int64]
    scores: NDArray[np.float64]
    hours: NDArray[np.float64]
    finished: NDArray[np.str_]
    completed: NDArray[np.bool_]

    @classmethod
    def of(cls, entries: ListEntryQuerySet, tag_slugs: frozenset[str]) -> ReadList:
        """Read entries visible to the viewer. Planned ones don't reflect taste and are left out."""
        index = title_index()
        rows = list(
            entries.exclude(status=EntryStatus.PLANNED)
            .order_by("title_id")
            .values_list(
                "title_id", "status", Coalesce("score", 0), "progress", "rewatches", Cast("finished_on", CharField())
            )
        )
        title_ids, statuses, scores, progress, rewatches, finished = zip(*rows, strict=True) if rows else [()] * 6
        ids = np.array(title_ids, dtype=np.int64)
        at = index.places_of(ids)
        is_indexed = np.isin(ids, index.ids)
        completed = np.array([status in SEEN for status in statuses], dtype=bool)[is_indexed]
        episodes = np.nan_to_num(index.numbers["episodes"][at])
        watched = np.array(progress, dtype=np.float64)[is_indexed]
        watched = np.where(completed & (watched == 0), episodes, watched)
        rewatched = np.array(rewatches, dtype=np.float64)[is_indexed] * np.maximum(episodes, watched)
        raw_scores = np.array(scores, dtype=np.float64)[is_indexed]
        return cls(
            index=index,
            tag_slugs=tag_slugs,
            title_ids=ids[is_indexed],
            at=at,
            scores=np.where(raw_scores > 0, raw_scores, np.nan),
            hours=(watched + rewatched) * np.nan_to_num(index.numbers["minutes"][at]) / 60,
            finished=np.array(finished, dtype=str)[is_indexed],
            completed=completed,
        )

    def __len__(self) -> int:
        return len(self.at)

    def only(self, mask: NDArray[np.bool_]) -> ReadList:
        columns = ("title_ids", "at", "scores", "hours", "finished", "completed")
        cut = {name: getattr(self, name)[mask] for name in columns}
        return ReadList(self.index, self.tag_slugs, **cut)

    def finished_in(self, year: int) -> ReadList:
        return self.only(np.char.startswith(self.finished, f"{year:04}") if len(self) else np.zeros(0, dtype=bool))

    def number(self, name: str) -> NDArray[np.float64]:
        """Return a number of each title from the index: (n,), NaN if unknown."""
        return self.index.numbers[name][self.at]

    @cached_property
    def mean(self) -> float | None:
        scored = self.scores[np.isfinite(self.scores)]
        return float(scored.mean()) if len(scored) else None

    @property
    def years(self) -> list[int]:
        """Years with finished titles, latest first."""
        return sorted({int(date[:4]) for date in self.finished if date}, reverse=True)

    @property
    def n_undated(self) -> int:
        """Number of completed titles without a finish date."""
        return int((self.completed & (self.finished == "")).sum()) if len(self) else 0

    def genres(self) -> PerTerm:
        terms = self.index.tags
        is_genre = np.array([term.kind in GENRES and term.slug in self.tag_slugs for term in terms.terms], dtype=bool)
        return self._per_term(terms, is_genre)

    def studios(self) -> PerTerm:
        return self._per_term(self.index.studios, np.ones(len(self.index.studios.terms), dtype=bool))

    def _per_term(self, terms: Terms, mask: NDArray[np.bool_]) -> PerTerm:
        """Return statistics per term. A title with three genres counts for each of them."""
        row = np.full(terms.n_titles, -1)
        row[self.at] = np.arange(len(self))
        listed = row[terms.title_of] >= 0
        term, entry = terms.term_of[listed], row[terms.title_of[listed]]
        scored = np.isfinite(self.scores[entry])
        n = len(terms.terms)
        counts = np.bincount(term, minlength=n)
        n_scored = np.bincount(term[scored], minlength=n)
        sums = np.bincount(term[scored], self.scores[entry][scored], n)
        hours = np.bincount(term, self.hours[entry], n).astype(np.float64)
        places = np.flatnonzero(mask & (counts > 0))
        return PerTerm(
            names=[terms.terms[place].name for place in places],
            slugs=[terms.terms[place].slug for place in places],
            counts=counts[places],
            n_scored=n_scored[places],
            means=np.divide(
                sums[places], n_scored[places], out=np.full(len(places), np.nan), where=n_scored[places] > 0
            ),
            hours=hours[places],
        )
