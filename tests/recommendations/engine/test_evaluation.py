import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.evaluation import evaluate_members, evaluate_new_titles, evaluate_ranking
from recommendations.engine.interactions import Histories
from recommendations.engine.models.content import Content
from recommendations.engine.models.popularity import Popularity
from recommendations.engine.splitting import HeldOut, hide_titles, split
from tests.recommendations.engine.toys import clusters


class Fixed:
    def __init__(self, scores):
        self.scores = np.asarray(scores, dtype=np.float32)

    def score(self, histories):
        return np.tile(self.scores, (len(histories), 1))


def histories(*rows):
    return Histories(sp.csr_matrix(np.array(rows) * 1.0))


def test_each_member_has_figures_of_their_own_and_the_report_is_their_mean():
    held_out = HeldOut(
        inputs=histories([0, 10, 0, 0], [9, 0, 0, 0], [10, 0, 0, 0]),
        targets=histories([0, 0, 10, 0], [0, 0, 0, 5], [0, 0, 9, 9]),
    )

    figures = evaluate_members(Fixed([4, 3, 2, 1]), held_out, np.array([1.0, 0.5, 0.5, 0.5]))

    third, second = 1 / np.log2(4), 1 / np.log2(3)
    assert figures.values["ndcg_10_liked"] == pytest.approx(
        [second, np.nan, (second + third) / (1 + second)], nan_ok=True
    )
    assert figures.values["ndcg_10_watched"][1] == pytest.approx(third)
    report = figures.report()
    assert report.ndcg_10_liked == pytest.approx(np.nanmean(figures.values["ndcg_10_liked"]))
    assert report.members == 3
    assert report == evaluate_ranking(Fixed([4, 3, 2, 1]), held_out, np.array([1.0, 0.5, 0.5, 0.5]))


def test_new_titles_are_ranked_among_themselves_and_better_by_content_than_by_popularity():
    parts = split(clusters(n_users=600, n_titles=60))
    new = hide_titles(parts.train, parts.validation)

    by_content = evaluate_new_titles(Content().fit(new.train), new)
    by_popularity = evaluate_new_titles(Popularity().fit(new.train), new)

    assert by_content["auc"] > 0.8 > by_popularity["auc"]
    assert by_content["ndcg_10_liked"] > by_popularity["ndcg_10_liked"] > 0
