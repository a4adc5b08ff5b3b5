import numpy as np
import pytest

from recommendations.engine.data.interactions import Histories
from recommendations.engine.models.implicit_als import ImplicitAls
from tests.recommendations.engine.toys import clusters


@pytest.fixture(scope="module")
def fitted():
    return ImplicitAls(n_factors=4, regularization=1, watched=1.5, liked=3).fit(clusters())


def test_a_member_s_factors_minimise_the_weighted_error(fitted):
    factors = fitted.arrays["item_factors"].astype(float)
    history = Histories.of_one(np.array([2, 5, 30]), np.array([9, 3, 0]), 40)

    member = fitted.fold_in(history)[0]

    preference, confidence = np.zeros(40), np.ones(40)
    preference[[2, 5, 30]] = 1
    confidence[[2, 5, 30]] = [4.5, 1.5, 1.5]  # liked; only watched
    slope = factors.T @ (confidence * (factors @ member - preference)) + member
    assert slope == pytest.approx(np.zeros(4), abs=1e-4)


def test_members_trained_on_are_folded_in_to_where_training_left_them():
    from implicit.cpu.als import AlternatingLeastSquares

    histories = clusters().histories()
    model = ImplicitAls(n_factors=4, regularization=1, watched=1.5, liked=0, iterations=15).fit(clusters())
    als = AlternatingLeastSquares(factors=4, regularization=1, alpha=1.5, random_state=0)
    als.fit(histories.watched(), show_progress=False)

    theirs = als.recalculate_user(np.arange(len(histories)), histories.watched())

    assert model.fold_in(histories) == pytest.approx(theirs, abs=1e-3)


def test_what_is_liked_weighs_more_than_what_was_only_watched(fitted):
    odd, even = np.array([0, 2, 4]), np.array([1, 3, 5])
    mixed = np.concatenate([odd, even])

    for liked, others in ((odd, even), (even, odd)):
        scores = np.where(np.isin(mixed, liked), 9, 3)
        ranked = fitted.score(Histories.of_one(mixed, scores, 40))[0]
        assert ranked[liked[0] % 2 :: 2].mean() > ranked[others[0] % 2 :: 2].mean()
