"""Small asymmetric data: 6 members × 8 titles, so that a transposition fails."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import scipy.sparse as sp

from recommendations.engine.data.interactions import IdMap, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.evidence.evidence import Evidence
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.matrix_factorization import Svd
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.models.rerankers import Hybrid, RatingBlend
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import Recommender

TITLES = np.array([11, 12, 13, 14, 15, 16, 17, 18])
LISTS = {  # user → {title: score}; 0 = watched, not scored
    1: {11: 9, 12: 8, 13: 3},
    2: {11: 10, 12: 9, 14: 0, 15: 4},
    3: {12: 8, 13: 2, 16: 7},
    4: {11: 8, 12: 9, 15: 5, 16: 0, 17: 6},
    5: {13: 9, 17: 8},
    6: {13: 8, 17: 9, 18: 7},
}


def plain_rules(n: int, **known: Any) -> TitleRules:
    """Return rules of n long, popular, all-ages titles without franchises; `known` overrides."""
    plain = {
        "recommendable": np.ones(n, bool), "adult": np.zeros(n, bool), "franchise": np.arange(n), "entry": np.arange(n),
        "audience": np.full(n, 1e6), "is_new": np.zeros(n, bool), "minutes": np.full(n, 300.0),
        "genres": sp.csr_matrix((n, 2)),
    }  # fmt: skip
    return TitleRules(**{**plain, **known})


def toy() -> Interactions:
    rows = [(user, title, score) for user, scores in LISTS.items() for title, score in scores.items()]
    return described(Interactions.from_ids(*np.array(rows).T))


@cache
def clusters(n_users: int = 240, n_titles: int = 40, seed: int = 0) -> Interactions:
    """Return members who like one half of the catalogue and dislike some of the other half."""
    generator = np.random.default_rng(seed)
    rows = []
    for user in range(1, n_users + 1):
        likes_odd = user % 2
        for title in generator.choice(
            np.arange(1, n_titles + 1), size=18, replace=False, p=_taste(n_titles, likes_odd)
        ):
            liked = title % 2 == likes_odd
            rows.append((user, title, int(np.clip(generator.normal(9 if liked else 4, 1), 1, 10))))
    return described(Interactions.from_ids(*np.array(rows).T))


def described(interactions: Interactions) -> Interactions:
    """Return data with features that separate odd from even titles, and a decreasing audience."""
    number = interactions.items.ids % 100
    odd, even, year, audience = number % 2, 1 - number % 2, number / 100, 5 - number / 50
    values = sp.csr_matrix(np.column_stack([audience, even, odd, year]).astype(np.float32))
    names = ("catalogue:members", "genre:Even", "genre:Odd", "year:1990")
    return replace(interactions, features=TitleFeatures(values, names))


def _taste(n_titles: int, likes_odd: int) -> np.ndarray:
    weights = np.where(np.arange(1, n_titles + 1) % 2 == likes_odd, 6.0, 1.0)
    return weights / weights.sum()


def fitted(train: Interactions, items: IdMap | None = None, linear: RatingAwareEase | None = None) -> Recommender:
    """Return a recommender fitted on `train`, without networks, because it has too few members."""
    svd = Svd(n_factors=4)
    evidence = Evidence.fit(train, linear, svd)
    popularity = Popularity().fit(train)
    return Recommender(items or train.items, Hybrid().over(evidence), RatingBlend().over(evidence), popularity)
