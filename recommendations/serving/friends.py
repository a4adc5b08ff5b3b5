"""Favourites of the people a member follows, weighted by taste match."""

from __future__ import annotations

import numpy as np
from django.db.models import QuerySet
from numpy.typing import NDArray

from accounts.models import User
from anirec.lib.database.columns import Columns, copy_columns
from catalog.titles.cards import title_cards
from recommendations.artifact_store import readable_recommender
from recommendations.engine.data.interactions import LIKED
from recommendations.inputs.member_lists import FRANCHISE
from recommendations.models import ModelVersion
from recommendations.serving.ladder import Fan, Recommendation
from recommendations.serving.readers import Reader
from social.taste_match.affinity import UNKNOWN, affinities
from social.visibility import entries_visible_to, followed_by, muted_by

NAMED = 3  # fans named per title


def loved_by_followed(reader: Reader, n: int) -> list[Recommendation]:
    """Return n titles new to the reader, one per franchise, with their fans. Empty for visitors.

    Score: the sum over fans of the affinity's weight times (score - LIKED + 1).
    """
    if reader.member is None:
        return []
    friends = friends_of(reader.member)
    titles, users, scores, franchises = _liked(reader, friends)
    affinity_of = affinities(reader.member, friends)
    weights = np.array([affinity_of.get(user, UNKNOWN).weight for user in users.tolist()])
    points = weights * (scores - LIKED + 1)
    distinct, first, at = np.unique(titles, return_index=True, return_inverse=True)
    totals = np.bincount(at, points, len(distinct)).astype(np.float64)
    best = _first_of_each_franchise(totals, franchises[first])[:n]
    title_ids = distinct[best].tolist()
    fans = [_strongest(np.flatnonzero(at == place), points) for place in best]
    people = User.objects.in_bulk({int(users[row]) for rows in fans for row in rows})
    named = [tuple(Fan(people[int(users[row])], int(scores[row])) for row in rows) for rows in fans]
    cards, predicted = title_cards(title_ids), _predicted(reader, title_ids)
    rows = zip(title_ids, totals[best].tolist(), named, strict=True)
    return [Recommendation(cards[pk], total, predicted.get(pk), (), who) for pk, total, who in rows]


def loved_by(reader: Reader, member: User, n: int) -> list[Recommendation]:
    """Return n of a member's favourites that are new to the reader, one per franchise, by predicted score."""
    titles, _, scores, franchises = _liked(reader, User.objects.filter(pk=member.pk))
    predicted = _predicted(reader, titles.tolist())
    expected = np.array([predicted.get(pk, 0.0) for pk in titles.tolist()])
    order = np.lexsort((titles, -scores, -expected))
    best = order[_first_of_each_franchise(-np.arange(len(order), dtype=np.float64), franchises[order])][:n]
    title_ids = titles[best].tolist()
    cards = title_cards(title_ids)
    return [
        Recommendation(cards[pk], predicted.get(pk, 0.0), predicted.get(pk), (), (Fan(member, score),))
        for pk, score in zip(title_ids, scores[best].tolist(), strict=True)
    ]


def friends_of(member: User) -> QuerySet[User]:
    """Return the people the member follows and hasn't muted."""
    return User.objects.filter(pk__in=followed_by(member)).exclude(pk__in=muted_by(member))


def _liked(reader: Reader, friends: QuerySet[User]) -> Columns:
    """Return (titles, users, scores, franchises) of friends' liked titles that may be recommended to the reader."""
    recommendable = reader.showable().exclude(reader.in_started_franchise()).order_by().values("pk")
    liked = entries_visible_to(reader.member).filter(user__in=friends, score__gte=LIKED, title__in=recommendable)
    return copy_columns(liked.order_by("title_id", "user_id").values_list("title_id", "user_id", "score", FRANCHISE), 4)


def _first_of_each_franchise(totals: NDArray[np.float64], franchises: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the position of each franchise's best title in the (n,) arrays, best first."""
    order = np.argsort(-totals, kind="stable")
    _, first = np.unique(franchises[order], return_index=True)
    return order[np.sort(first)]


def _strongest(rows: NDArray[np.int64], points: NDArray[np.float64]) -> list[int]:
    """Return the NAMED rows with the most points."""
    return rows[np.argsort(-points[rows], kind="stable")][:NAMED].tolist()


def _predicted(reader: Reader, title_ids: list[int]) -> dict[int, float]:
    """Return {title id: expected score, 1–10} for titles that the model knows."""
    recommender = readable_recommender(ModelVersion.active())
    if recommender is None:
        return {}
    own, at = reader.own_list(recommender.items), recommender.items.index_of(np.array(title_ids, dtype=np.int64))
    if not (own.scores > 0).any():
        return {}
    is_known = at >= 0
    scores = recommender.expected(own, at[is_known])
    return dict(zip(np.array(title_ids)[is_known].tolist(), scores.tolist(), strict=True))
