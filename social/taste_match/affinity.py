"""Taste match of two members: the correlation of their scores, from what the viewer can see."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.postgres.aggregates import Corr
from django.db.models import Count, F, FilteredRelation, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from social.visibility import entries_visible_to

SHRINKAGE = 10  # number of common titles at which half of the correlation counts
LEAST_COMMON = 5  # titles scored by both; with fewer, no match is shown
IN_WORDS: tuple[tuple[float, Promise], ...] = (
    (0.6, _("Your scores are almost identical.")),
    (0.35, _("Your tastes are very similar.")),
    (0.15, _("Your tastes are somewhat similar.")),
    (-0.15, _("Your tastes have little in common.")),
    (-1.0, _("Your tastes tend to differ.")),
)


@dataclass(frozen=True)
class Affinity:
    """A taste match. value: the correlation of scores, -1 to 1, shrunk towards 0 for few common titles."""

    value: float
    n_common: int

    @property
    def weight(self) -> float:
        """Return the weight of the other's opinion, 0 to 1; 0.5 if unknown."""
        return (1 + self.value) / 2

    @property
    def is_known(self) -> bool:
        return self.n_common >= LEAST_COMMON

    @property
    def in_words(self) -> Promise:
        return next(words for least, words in IN_WORDS if self.value >= least)


UNKNOWN = Affinity(0.0, 0)


def affinities(viewer: User, members: QuerySet[User]) -> dict[int, Affinity]:
    """Return {member ID: affinity} for members who share a scored title with the viewer, in one query."""
    own = FilteredRelation("title__entries", condition=Q(title__entries__user=viewer))
    both = entries_visible_to(viewer).filter(user__in=members, score__isnull=False).exclude(user=viewer)
    both = both.alias(own=own).filter(own__score__isnull=False).order_by()
    rows = both.values("user").annotate(correlation=Corr(F("score"), F("own__score")), n=Count("pk"))
    return {row["user"]: _shrunk(row["correlation"], row["n"]) for row in rows}


def _shrunk(correlation: float | None, n: int) -> Affinity:
    """Return the shrunk affinity. The correlation is None when all scores on a list are equal."""
    return Affinity((correlation or 0.0) * n / (n + SHRINKAGE), n)
