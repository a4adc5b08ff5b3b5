import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories
from recommendations.engine.data.splitting import HeldOut, hide_titles, split, truncated
from recommendations.engine.evaluation import (
    evaluate_agreement,
    evaluate_members,
    evaluate_new_titles,
    evaluate_ranking,
)
from recommendations.engine.models.content import Content
from recommendations.engine.models.popularity import Popularity
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


@pytest.mark.parametrize("n_inputs", [0, 1, 3])
def test_of_a_list_cut_short_the_rest_is_to_be_found(n_inputs):
    held_out = HeldOut(
        inputs=histories([10, 9, 1, 6, 0, 0], [0, 8, 0, 0, 0, 0]),
        targets=histories([0, 0, 0, 0, 10, 0], [0, 0, 0, 0, 0, 7]),
    )

    short = truncated(held_out, n_inputs)

    assert np.diff(short.inputs.matrix.indptr).tolist() == [n_inputs, min(n_inputs, 1)]
    before, after = (held.inputs.matrix + held.targets.matrix for held in (held_out, short))
    assert (before != after).nnz == 0  # every score is on exactly one side
    assert (short.inputs.matrix.multiply(short.targets.matrix)).nnz == 0


def test_which_titles_are_kept_is_drawn_by_the_seed():
    held_out = HeldOut(inputs=histories([9] * 30), targets=histories([0] * 30))

    kept = [tuple(truncated(held_out, 3, seed).inputs.matrix.indices.tolist()) for seed in (0, 0, 1)]

    assert kept[0] == kept[1] != kept[2]
    assert truncated(held_out, 40).inputs.matrix.nnz == 30


def test_two_models_agree_by_the_titles_of_their_first_places_and_their_order():
    n = 30
    nothing = Histories(sp.csr_matrix((1, n), dtype=np.float32))
    falling, rising = np.arange(n, 0, -1), np.arange(n)

    same = evaluate_agreement(Fixed(falling), Fixed(2 * falling), nothing)
    opposite = evaluate_agreement(Fixed(falling), Fixed(rising), nothing)

    assert same == {"overlap_20": 1.0, "correlation": pytest.approx(1.0), "members": 1.0}
    assert opposite == {"overlap_20": 0.5, "correlation": pytest.approx(-1.0), "members": 1.0}


def test_listed_titles_count_for_no_agreement():
    listed = np.zeros((1, 40), dtype=np.float32)
    listed[0, :20] = 9
    scores = np.arange(40, 0, -1)

    agreement = evaluate_agreement(
        Fixed(scores), Fixed(np.where(listed[0] > 0, -scores, scores)), Histories(sp.csr_matrix(listed))
    )

    assert agreement["overlap_20"] == 1.0
