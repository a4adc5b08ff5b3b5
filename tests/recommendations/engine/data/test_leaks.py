from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.leaks import LeakError, check, leaks, twins
from recommendations.engine.data.splitting import HeldOut, split
from tests.recommendations.engine.toys import clusters


@pytest.fixture(scope="module")
def parts():
    whole = split(clusters(n_users=600))
    return replace(whole, judges=np.arange(len(whole.judges)) % 2 == 0)


def with_rows(train, more):
    """Return training rows with those of `more` added, over the members and titles of `train`."""
    columns = (
        np.concatenate([getattr(rows, name) for rows in (train, more)])
        for name in ("user_index", "item_index", "score", "recent")
    )
    return Interactions(train.users, train.items, *columns)


def test_the_split_leaks_nothing(parts):
    check(parts)  # raises nothing
    assert list(leaks(parts)) == []


def test_a_held_out_score_planted_in_training_is_found(parts):
    planted = parts.ratings.where(np.arange(len(parts.ratings)) < 3)

    leaking = replace(parts, train=with_rows(parts.train, planted))

    assert list(leaks(leaking)) == ["3 held-out scores are training rows too"]


@pytest.mark.parametrize("part", ["validation", "test"])
def test_targets_planted_among_the_inputs_are_found(parts, part):
    held_out = getattr(parts, part)
    first = sp.diags(np.arange(len(held_out.inputs)) == 0, dtype=np.float32)
    planted = (first @ held_out.targets.matrix).tocsr()

    leaking = replace(parts, **{part: HeldOut(Histories(held_out.inputs.matrix + planted), held_out.targets)})

    assert f"{planted.nnz} {part} targets are inputs too" in list(leaks(leaking))


def test_a_held_out_member_planted_in_training_is_found(parts):
    everybody = clusters(n_users=600)

    leaking = replace(parts, train=everybody)

    assert any("members of the held-out folds have training rows" in leak for leak in leaks(leaking))


def test_a_leak_stops_a_run(parts):
    with pytest.raises(LeakError, match="members of the held-out folds have training rows"):
        check(replace(parts, train=clusters(n_users=600)))


def test_people_who_are_in_the_data_twice_are_found(parts):
    lists = [parts.train.histories().matrix[:2] + parts.ratings.histories().matrix[:2], parts.test.inputs.matrix[:3]]
    inputs = sp.vstack(lists, format="csr")
    held_out = HeldOut(Histories(inputs), Histories(sp.csr_matrix(inputs.shape, dtype=np.float32)))

    assert twins(held_out, parts).tolist() == [True, True, False, False, False]
    assert not twins(parts.test, parts).any()
