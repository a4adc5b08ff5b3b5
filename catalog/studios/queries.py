"""What a studio animated and produced, as far as a viewer may see it. The index answers all but the cards."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.http import Http404
from numpy.typing import NDArray

from catalog.index.titles import Mask, Term, TitleIndex, title_index
from catalog.models import Studio
from catalog.viewers import Viewer

BEST_KNOWN, PARTNERS = 6, 12


@dataclass(frozen=True)
class Partner:
    """A company that worked on n of the studio's titles."""

    studio: Term
    n: int


@dataclass(frozen=True)
class StudioPage:
    """A studio with ids of its titles, newest first. mean: of the titles' scores elsewhere; None without any."""

    studio: Studio
    ids: list[int]
    n_animated: int
    mean: float | None
    years: tuple[int, int] | None  # of the first and the last title
    best_known: list[int]
    partners: list[Partner]


def studio_page(slug: str, viewer: Viewer) -> StudioPage:
    """Return the studio. Raise Http404 if there is none, or the viewer may see none of its titles."""
    index = title_index()
    if slug not in index.studios.at:
        raise Http404("Studio not found.")
    visible = index.visible_to(viewer)
    animated = index.studios.having(slug) & visible
    mask = animated | (index.producers.having(slug) & visible)
    if not mask.any():
        raise Http404("Studio not found.")
    years, scores = index.numbers["year"][mask], index.numbers["score"][mask]
    known = years[~np.isnan(years)].astype(int)
    return StudioPage(
        studio=Studio.objects.get(slug=slug),
        ids=newest_first(index, mask),
        n_animated=int(animated.sum()),
        mean=float(np.nanmean(scores)) if np.isfinite(scores).any() else None,
        years=(int(known.min()), int(known.max())) if len(known) else None,
        best_known=best_known(index, mask),
        partners=_partners(index, mask, slug),
    )


def newest_first(index: TitleIndex, mask: Mask) -> list[int]:
    """Return the ids by year, those without one last, and by popularity within a year."""
    return _sorted(index, mask, -np.nan_to_num(index.numbers["year"][mask], nan=-1))


def best_known(index: TitleIndex, mask: Mask) -> list[int]:
    return _sorted(index, mask, np.zeros(mask.sum()))[:BEST_KNOWN]


def _sorted(index: TitleIndex, mask: Mask, first: NDArray[np.float64]) -> list[int]:
    ids, popularity = index.ids[mask], np.nan_to_num(index.numbers["popularity"][mask])
    return [int(pk) for pk in ids[np.lexsort((ids, -popularity, first))]]


def _partners(index: TitleIndex, mask: Mask, slug: str) -> list[Partner]:
    counts = index.studios.counts(mask) + index.producers.counts(mask)
    counts[index.studios.at[slug]] = 0
    most = np.argsort(-counts, kind="stable")[:PARTNERS]
    return [Partner(index.studios.terms[place], int(counts[place])) for place in most if counts[place]]
