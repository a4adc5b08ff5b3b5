"""How well the sources of what members liked are found: among all that is read, from their anime lists alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from recommendations.across.content import ContentSpace
from recommendations.across.queries import OwnList, ranked
from recommendations.engine.data.interactions import LIKED

FIRST = 20
MOST_READ = 5  # books that a synthetic member has read, which are hidden
Places = NDArray[np.int64]


@dataclass(frozen=True)
class Reader:
    """An anime list, best liked first, and the books that the member has read and the ranking must find."""

    own: OwnList
    hidden: Places


@dataclass(frozen=True)
class Found:
    """recall: the mean share of the hidden books among the first FIRST, of readers. n_books: hidden in all."""

    recall: float
    n_readers: int
    n_books: int


def synthetic_readers(
    lists: Sequence[tuple[Places, NDArray[np.float64]]], links: sp.csr_matrix, readable: Places, seed: int
) -> Iterator[Reader]:
    """Yield members who have read up to MOST_READ sources of what they like, more likely of what they like best."""
    generator = np.random.default_rng(seed)
    is_readable = np.zeros(links.shape[0], dtype=bool)
    is_readable[readable] = True
    for places, scores in lists:
        order = np.argsort(-scores, kind="stable")
        places, scores = places[order], scores[order]
        books = _liked_sources(places, scores, links, is_readable)
        if len(books):
            chances = np.array([2.0 ** (score - 10) for score in books.values()])
            n = min(MOST_READ, len(books))
            hidden = generator.choice(np.array(list(books)), n, replace=False, p=chances / chances.sum())
            yield Reader(OwnList(places, scores, places), hidden)


def _liked_sources(
    places: Places, scores: NDArray[np.float64], links: sp.csr_matrix, is_readable: NDArray[np.bool_]
) -> dict[int, float]:
    """Return {book: the best score of a liked title that was made from it}."""
    books: dict[int, float] = {}
    for place, score in zip(places[scores >= LIKED], scores[scores >= LIKED].tolist(), strict=True):
        for book in links[place].indices:
            if is_readable[book]:
                books.setdefault(int(book), score)
    return books


def recall(space: ContentSpace, readers: Sequence[Reader], readable: Places, prior: NDArray[np.float64]) -> Found:
    """Rank everything readable for each reader."""
    shares = [
        float(np.isin(reader.hidden, ranked(space, reader.own, readable, prior, FIRST).places).mean())
        for reader in readers
    ]
    n_books = sum(len(reader.hidden) for reader in readers)
    return Found(float(np.mean(shares)) if shares else float("nan"), len(shares), n_books)


def by_content_alone(space: ContentSpace) -> ContentSpace:
    """Return the space without links."""
    return replace(space, links=sp.csr_matrix(space.links.shape, dtype=space.links.dtype))
