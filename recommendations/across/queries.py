"""Recommendations in one medium from a list of others: sources and adaptations of what is liked, then by content."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from django.db.models import F

from accounts.models import HiddenTitle, ListEntry, User
from catalog.index.titles import CHOICES, TitleIndex, title_index
from catalog.models import Title
from catalog.models.titles import Format, Status
from catalog.titles.cards import title_cards
from recommendations.across.content import ContentSpace, Places, Vector, content_space
from recommendations.engine.data.interactions import LIKED
from recommendations.inputs.member_lists import EXPERIENCED

UNSCORED = 6.5  # what a title counts for that the member finished and did not score
BASE = 0.5  # points: titles at the member's own mean say a little about what they choose
REASONS = 2  # own titles named for a title found by content
NOT_OUT = (Status.UPCOMING, Status.CANCELLED)
NOT_A_STORY = (Format.MUSIC, Format.COMMERCIAL)


@dataclass(frozen=True)
class AcrossMedia:
    """A title of another medium. because: own titles with their scores, strongest first. shares: of its support.

    is_linked: whether it is the source, an adaptation or a continuation of the first of them.
    """

    title: Title
    score: float
    because: tuple[tuple[Title, int | None], ...]
    shares: tuple[float, ...]
    is_linked: bool


@dataclass(frozen=True)
class OwnList:
    """Places and scores (0: none) of what a member knows, best liked first, and the places of all on their list."""

    places: Places
    scores: Vector
    taken: Places

    @property
    def weights(self) -> Vector:
        """Return (n,) how much each title says about the member's taste, below 0 for what they did not like."""
        scores = np.where(self.scores > 0, self.scores, UNSCORED)
        return scores - scores.mean() + BASE if len(scores) else scores


@dataclass(frozen=True)
class Ranking:
    """Places best first, with the own title that each is linked with (-1: found by content), and scores."""

    places: list[int]
    linked_to: list[int]
    scores: list[float]


def across_media(member: User, media: Collection[str], n: int) -> list[AcrossMedia]:
    """Return n titles of these media that suit the member's whole list and aren't on it, best first."""
    index, space = title_index(), content_space()
    own = own_list(member, index)
    if not len(own.places):
        return []
    allowed = index.visible_to(member) & of_media(index, media) & is_out(index)
    allowed[own.taken] = False
    return _named(space, own, ranked(space, own, np.flatnonzero(allowed), prior_of(index), n))


def own_list(member: User, index: TitleIndex) -> OwnList:
    entries = ListEntry.objects.own(member)
    known = entries.filter(EXPERIENCED).order_by(F("score").desc(nulls_last=True), "-updated_at", "pk")
    rows = np.array(list(known.values_list("title_id", "score")), dtype=np.float64).reshape(-1, 2)
    hidden = HiddenTitle.objects.filter(user=member).values_list("title_id", flat=True)
    taken = {*ListEntry.objects.filter(user=member).order_by().values_list("title_id", flat=True), *hidden}
    is_there = np.isin(rows[:, 0], index.ids)
    places = index.places_of(rows[is_there, 0].astype(np.int64))
    return OwnList(places, np.nan_to_num(rows[is_there, 1]), index.places_of(sorted(taken)))


def of_media(index: TitleIndex, media: Collection[str]) -> np.ndarray:
    return np.isin(index.codes["medium"], [CHOICES["medium"].index(medium) for medium in media])


def is_out(index: TitleIndex) -> np.ndarray:
    """Return the mask of released titles, without commercials and music clips."""
    unreleased = np.isin(index.codes["status"], [CHOICES["status"].index(one) for one in NOT_OUT])
    return ~unreleased & ~np.isin(index.codes["format"], [CHOICES["format"].index(one) for one in NOT_A_STORY])


def prior_of(index: TitleIndex) -> Vector:
    """Return (n,) a small bonus for well-scored titles, which decides between equals."""
    return np.nan_to_num(index.numbers["weighted"], nan=0) / 1000


def ranked(space: ContentSpace, own: OwnList, candidates: Places, prior: Vector, n: int) -> Ranking:
    """Rank the candidates: those linked with titles that aren't disliked, the best liked first, then by content."""
    likeness = space.likeness(own.places, own.weights, candidates) + prior[candidates]
    linked = _linked(space, own, candidates)
    points = dict(zip(own.places.tolist(), np.where(own.scores > 0, own.scores, UNSCORED).tolist(), strict=True))
    fit = dict(zip(candidates.tolist(), likeness.tolist(), strict=True))
    first = sorted(linked, key=lambda place: (-points[linked[place]], -fit[place], place))
    rest = [
        place for place in candidates[np.argsort(-likeness, kind="stable")][: n + len(first)] if place not in linked
    ]
    order = [int(place) for place in [*first, *rest][:n]]
    scores = [points[linked[place]] if place in linked else fit[place] for place in order]
    return Ranking(order, [linked.get(place, -1) for place in order], scores)


def _linked(space: ContentSpace, own: OwnList, candidates: Places) -> dict[int, int]:
    """Return {candidate: the best liked own title that it is linked with}."""
    is_disliked = (own.scores > 0) & (own.weights < 0) & (own.scores < LIKED)
    among, found = set(candidates.tolist()), dict[int, int]()
    for other, place in space.linked(own.places[~is_disliked]):
        if other in among:
            found.setdefault(other, place)
    return found


def _named(space: ContentSpace, own: OwnList, ranking: Ranking) -> list[AcrossMedia]:
    """Return the titles with their reasons."""
    reasons = [_reasons(space, own, place, link) for place, link in _pairs(ranking)]
    score_of = dict(zip(own.places.tolist(), own.scores.astype(int).tolist(), strict=True))
    ids = space.ids
    cards = title_cards(int(ids[place]) for place in {*ranking.places, *(p for some in reasons for p, _ in some)})
    return [
        AcrossMedia(
            cards[int(ids[place])],
            ranking.scores[at],
            tuple((cards[int(ids[p])], score_of[p] or None) for p, _share in reasons[at]),
            tuple(share for _place, share in reasons[at]),
            ranking.linked_to[at] >= 0,
        )
        for at, place in enumerate(ranking.places)
    ]


def _pairs(ranking: Ranking) -> Sequence[tuple[int, int]]:
    return list(zip(ranking.places, ranking.linked_to, strict=True))


def _reasons(space: ContentSpace, own: OwnList, place: int, linked_to: int) -> list[tuple[int, float]]:
    """Return (own title, share of the support): the linked one, or the liked ones that are most alike."""
    if linked_to >= 0:
        return [(linked_to, 1.0)]
    is_liked = own.scores >= LIKED
    support = space.support(own.places, np.where(is_liked, np.maximum(own.weights, 0), 0), place)
    total = support.sum()
    best = [at for at in np.argsort(-support, kind="stable")[:REASONS] if support[at] > 0]
    return [(int(own.places[at]), float(support[at] / total)) for at in best]
