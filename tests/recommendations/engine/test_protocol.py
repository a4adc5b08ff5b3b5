"""Metrics equal those of the shared benchmark's code to at least four decimals."""

import sys
from pathlib import Path

import numpy as np
import pytest

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.splitting import split
from recommendations.engine.evaluation import evaluate_ranking
from recommendations.inputs.rating_archives import read_ratings

SHARED = Path(__file__).parents[4] / "shared"
NAMES = {
    "ndcg_10_liked": "ndcg@10 liked",
    "precision_10_liked": "precision@10 liked",
    "recall_20_liked": "recall@20 liked",
    "ndcg_10_watched": "ndcg@10 watched",
    "precision_10_watched": "precision@10 watched",
    "recall_20_watched": "recall@20 watched",
    "novelty_10": "novelty@10",
    "coverage_10": "coverage@10",
    "members": "users",
}


@pytest.fixture(scope="module")
def protocol():
    if not (SHARED / "bench" / "protocol.py").is_file():
        pytest.skip("../shared/bench/protocol.py is not there")
    sys.path.insert(0, str(SHARED / "bench"))
    import protocol

    yield protocol
    sys.path.remove(str(SHARED / "bench"))


@pytest.fixture(scope="module")
def ratings():
    """Return ratings of an eighth of the members, enough for all rules of the split."""
    users, titles, scores = read_ratings(SHARED / "data" / "ratings.parquet")
    some = users % 8 == 0
    return users[some], titles[some], scores[some]


class Projection:
    """Cheap model: a random projection of watched titles and scores, so that members differ."""

    def __init__(self, n_items: int) -> None:
        generator = np.random.default_rng(0)
        self.reads, self.writes = (generator.normal(size=shape) for shape in ((n_items, 8), (8, n_items)))

    def score(self, histories: Histories) -> np.ndarray:
        return (histories.matrix @ self.reads @ self.writes).astype(np.float32)


def test_both_give_the_same_split_and_figures(protocol, ratings):
    import pandas as pd

    theirs = protocol.split(pd.DataFrame(dict(zip(("user_id", "mal_id", "score"), ratings, strict=True))))
    ours = split(Interactions.from_ids(*ratings))
    model = Projection(len(ours.train.items))

    def score_rows(watched, scores):
        stored = watched.astype(np.float32)  # score + 1 where watched
        return model.score(Histories((stored + scores).tocsr()))

    audience = ours.train.item_counts() / len(ours.train.users)
    for fold in ("validation", "test"):
        expected = protocol.ranking_metrics(score_rows, theirs, fold)
        measured = evaluate_ranking(model, getattr(ours, fold), audience).as_dict()
        assert {name: measured[name] for name in NAMES} == pytest.approx(
            {name: float(expected[their_name]) for name, their_name in NAMES.items()}, abs=5e-6
        )
    assert ours.train.items.ids.tolist() == theirs.item_ids.tolist()
    assert len(ours.train) == theirs.train.nnz
    assert len(ours.ratings) == len(theirs.rating_test)
    assert ours.ratings.score.sum() == theirs.rating_test.score.sum()
