from dataclasses import replace

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.engine.data.interactions import Histories, Interactions
from recommendations.engine.data.title_features import TitleFeatures
from recommendations.engine.models.self_attention import SelfAttention, Sequences
from tests.recommendations.engine.toys import clusters

N = 12
SMALL = {"size": 16, "layers": 1, "window": 6, "lists_at_once": 20, "learning_rate": 0.01, "dropout": 0.0}


def sequences(*lists):
    return Sequences(np.cumsum([0, *map(len, lists)]), np.array([title for one in lists for title in one], dtype=int))


def rounds(n=200, length=5, seed=0):
    """Return lists in which each title follows the one before it: 10, 11, 0, 1 …"""
    starts = np.random.default_rng(seed).integers(0, N, n)
    return sequences(*((start + np.arange(length)) % N for start in starts))


@pytest.fixture(scope="module")
def in_order():
    return SelfAttention(**SMALL, order="own", epochs=15).fit_sequences(rounds(), N)


def test_what_comes_next_is_learnt_from_the_order(in_order):
    scores = in_order.score_sequences(sequences([1, 2, 3], [3, 2, 1], [7]))

    assert scores.argmax(1).tolist() == [4, 2, 8]


def test_a_list_is_scored_alike_alone_and_beside_longer_ones(in_order):
    alone = in_order.score_sequences(sequences([5, 6]))
    beside = in_order.score_sequences(sequences([5, 6], [1, 2, 3, 4, 5], []))

    assert beside[0] == pytest.approx(alone[0], abs=1e-5)


def test_of_a_long_list_the_latest_titles_are_read(in_order):
    long = [0, 5, 9, 2, 7, 1, 2, 3, 4, 5, 6]

    assert in_order.score_sequences(sequences(long)) == pytest.approx(
        in_order.score_sequences(sequences(long[-6:])), abs=1e-5
    )


def test_an_empty_list_is_scored_by_how_lists_begin():
    begins_with_3 = sequences(*([3, 1, 2], [3, 2, 1]) * 20)

    scores = (
        SelfAttention(**SMALL, order="own", epochs=15).fit_sequences(begins_with_3, 4).score_sequences(sequences([]))
    )

    assert scores.shape == (1, 4)
    assert np.isnan(scores[0, 0])  # nobody watched it
    assert np.nanargmax(scores[0]) == 3


def test_one_seed_gives_one_answer():
    fits = [SelfAttention(**{**SMALL, "dropout": 0.2}, epochs=2, seed=4).fit(clusters()) for _ in range(2)]

    first, second = (model.score(clusters().histories()) for model in fits)

    assert np.array_equal(first, second)


def test_without_dates_the_order_of_a_list_says_nothing_and_taste_decides():
    train = clusters()
    model = SelfAttention(**{**SMALL, "window": 20}, epochs=20).fit(train)
    odd = np.flatnonzero(train.items.ids % 2 == 1)[:5]

    scores = model.score(Histories.of_one(odd, np.full(5, 9), len(train.items)))[0]

    scores[odd] = -np.inf
    assert (train.items.ids[np.argsort(-scores)[:5]] % 2 == 1).all()


def test_lists_without_dates_may_be_read_in_the_order_of_premieres():
    years = np.random.default_rng(0).permutation(N)  # of title 0, 1, …
    came_out = np.argsort(years)
    runs = [came_out[start : start + 4] for start in np.random.default_rng(1).integers(0, N - 3, 200)]
    users, titles = np.repeat(np.arange(200), 4), np.concatenate(runs)
    train = Interactions.from_ids(users, titles, np.full(800, 8))
    features = TitleFeatures(sp.csr_matrix((N, 0)), (), started=years.astype(float))

    model = SelfAttention(**SMALL, order="premiere", epochs=15).fit(replace(train, features=features))

    scores = model.score(Histories.of_one(came_out[[4, 2, 3]], np.full(3, 8), N))[0]
    assert scores.argmax() == came_out[5]
