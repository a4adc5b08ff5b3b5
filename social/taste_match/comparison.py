"""Compare two members' scores, from what the viewer can see."""

from __future__ import annotations

from dataclasses import dataclass

from accounts.models import ListEntry, ListEntryQuerySet, User
from catalog.models import Title
from catalog.titles.cards import title_cards
from social.taste_match.affinity import UNKNOWN, Affinity, affinities
from social.visibility import entries_visible_to

LOVED, APART, LIMIT = 8, 3, 12  # lowest loved score; smallest difference to list, in points; titles per list


@dataclass(frozen=True)
class Pair:
    """A title with both members' scores."""

    title: Title
    own: int
    theirs: int


@dataclass(frozen=True)
class Comparison:
    affinity: Affinity
    n_own: int
    n_theirs: int
    n_both: int  # on both lists, scored or not
    loved: list[Pair]
    apart: list[Pair]


def affinity_with(viewer: User, other: User) -> Affinity:
    return affinities(viewer, User.objects.filter(pk=other.pk)).get(other.pk, UNKNOWN)


def compare(viewer: User, other: User) -> Comparison:
    own = _scores(ListEntry.objects.own(viewer))
    theirs = _scores(entries_visible_to(viewer).filter(user=other))
    both = own.keys() & theirs.keys()
    scored = [(pk, my_score, their_score) for pk in both if (my_score := own[pk]) and (their_score := theirs[pk])]
    loved = sorted((p for p in scored if min(p[1:]) >= LOVED), key=lambda p: (-p[1] - p[2], p[0]))[:LIMIT]
    apart = sorted((p for p in scored if abs(p[1] - p[2]) >= APART), key=lambda p: (-abs(p[1] - p[2]), p[0]))[:LIMIT]
    cards = title_cards(pk for pk, *_ in loved + apart)
    return Comparison(
        affinity=affinity_with(viewer, other),
        n_own=len(own),
        n_theirs=len(theirs),
        n_both=len(both),
        loved=[Pair(cards[pk], my_score, their_score) for pk, my_score, their_score in loved],
        apart=[Pair(cards[pk], my_score, their_score) for pk, my_score, their_score in apart],
    )


def _scores(entries: ListEntryQuerySet) -> dict[int, int | None]:
    return dict(entries.order_by().values_list("title_id", "score"))
