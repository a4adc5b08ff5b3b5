import numpy as np

from recommendations.engine.data import folds as folding
from recommendations.engine.data.folds import FOLDS, folds
from tests.recommendations.engine.toys import clusters, toy


def rows_of(fold):
    return fold.others.histories().matrix


def test_every_member_is_in_one_fold_and_its_others_do_not_have_a_row_of_it():
    train = clusters(n_users=60)
    lists = train.histories().matrix

    found = list(folds(train))

    assert len(found) == FOLDS
    assert sum(len(fold.held_out.inputs) for fold in found) == 60
    for fold in found:
        left_out = np.flatnonzero(np.diff(rows_of(fold).indptr) == 0)
        assert len(left_out) == len(fold.held_out.inputs) == 15
        assert (fold.held_out.inputs.matrix != lists[left_out]).nnz == 0
        assert fold.held_out.targets.matrix.nnz == 0
        assert len(fold.others) == len(train) - fold.held_out.inputs.matrix.nnz


def test_only_members_with_ten_titles_are_learned_from_and_the_others_are_still_in_no_two_parts():
    assert list(folds(toy())) == []


def test_a_fold_has_a_limit_and_all_its_members_stay_out_of_what_the_evidence_is_fitted_on(monkeypatch):
    monkeypatch.setattr(folding, "MEMBERS_OF_FOLD", 4)

    for fold in folds(clusters(n_users=60)):
        assert len(fold.held_out.inputs) == 4
        assert (np.diff(rows_of(fold).indptr) == 0).sum() == 15


def test_the_same_seed_makes_the_same_folds():
    once, again, other = (next(folds(clusters(n_users=60), seed)) for seed in (1, 1, 2))

    assert (rows_of(once) != rows_of(again)).nnz == 0
    assert (rows_of(once) != rows_of(other)).nnz > 0
