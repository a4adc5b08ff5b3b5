"""How alike two members score what both have scored, by what the one who asks may see."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.aggregates import Corr
from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.visibility import entries_visible_to

SHRINKAGE = 10  # with so many titles in common, half of the correlation counts
LEAST_COMMON = 5  # titles that both have scored: of fewer, nothing is said
IN_WORDS: tuple[tuple[float, Promise], ...] = (
    (0.6, _("Your scores are almost identical.")),
    (0.35, _("Your tastes are very similar.")),
    (0.15, _("Your tastes are somewhat similar.")),
    (-0.15, _("Your tastes have little in common.")),
    (-1.0, _("Your tastes tend to differ.")),
)


@dataclass(frozen=True)
class Affinity:
    """value: from -1 to 1, the correlation of the scores, shrunk towards 0 the fewer titles there are in common."""

    value: float
    n_common: int

    @property
    def weight(self) -> float:
        """0–1: how much the other's word counts for the one who asks; 0.5 where nothing is known."""
        return (1 + self.value) / 2

    @property
    def percent(self) -> int:
        return round(self.value * 100)

    @property
    def is_known(self) -> bool:
        return self.n_common >= LEAST_COMMON

    @property
    def in_words(self) -> Promise:
        return next(words for least, words in IN_WORDS if self.value >= least)


UNKNOWN = Affinity(0.0, 0)


def affinities(viewer: User, members: QuerySet[User]) -> dict[int, Affinity]:
    """{member id: affinity} of those among `members` with whom the viewer has a scored title in common, in one query."""
    own = FilteredRelation("title__entries", condition=Q(title__entries__user=viewer))
    both = entries_visible_to(viewer).filter(user__in=members, score__isnull=False).exclude(user=viewer)
    both = both.alias(own=own).filter(own__score__isnull=False).order_by()
    rows = both.values("user").annotate(correlation=Corr(F("score"), F("own__score")), n=Count("pk"))
    return {row["user"]: _shrunk(row["correlation"], row["n"]) for row in rows}


def _shrunk(correlation: float | None, n: int) -> Affinity:
    """A list on which everything has the same score has no correlation."""
    return Affinity((correlation or 0.0) * n / (n + SHRINKAGE), n)
