import numpy as np
import pytest

from recommendations.engine.data.interactions import Histories
from recommendations.engine.models.neural import NeuralCf, _encode
from tests.recommendations.engine.toys import clusters

EPOCHS = 12


@pytest.fixture(scope="module")
def train():
    return clusters(n_users=400)


@pytest.fixture(scope="module")
def fitted(train):
    return NeuralCf(epochs=EPOCHS, negatives=16, members_at_once=32).fit(train)


def test_a_new_member_s_taste_decides_what_is_ranked_first(fitted, train):
    for parity in (0, 1):
        listed = np.flatnonzero(train.items.ids % 2 == parity)[:5]

        scores = fitted.score(Histories.of_one(listed, np.full(5, 9), len(train.items)))[0]

        scores[listed] = -np.inf
        assert (train.items.ids[np.argsort(-scores)[:10]] % 2 == parity).mean() >= 0.9


def test_similar_titles_are_of_the_same_half_and_never_the_title_itself(fitted, train):
    nearest, cosines = fitted.similar_items(5)

    assert nearest.shape == cosines.shape == (40, 5)
    assert not (nearest == np.arange(40)[:, None]).any()
    assert (np.diff(cosines, axis=1) <= 0).all()
    assert (np.abs(cosines) <= 1 + 1e-6).all()
    assert (train.items.ids[nearest] % 2 == train.items.ids[:, None] % 2).mean() > 0.8


def test_both_losses_of_every_epoch_are_kept_and_fall(fitted):
    losses, held_back = fitted.arrays["loss_train"], fitted.arrays["loss_held_back"]

    assert len(losses) == len(held_back) <= EPOCHS
    assert losses[-1] < losses[0]
    assert held_back.min() < held_back[0]


def test_training_stops_when_held_back_members_gain_nothing(train):
    model = NeuralCf(epochs=30, patience=1, learning_rate=1.0).fit(train)

    held_back = model.arrays["loss_held_back"]
    assert len(held_back) == held_back.argmin() + 3 < 30


def test_numpy_scores_as_the_network_was_trained(fitted, train):
    """The loss and `score` apply the layers in the same order."""
    import tensorflow as tf

    a = fitted.arrays
    histories = train.histories()[:3]
    members = _encode(histories.matrix).toarray() @ a["list_embeddings"] + a["member_bias"]
    both = np.concatenate([np.repeat(members, 40, 0), np.tile(a["item_embeddings"], (3, 1))], axis=1)
    first = tf.nn.relu(both @ np.concatenate([a["member_kernel"], a["item_kernel"]]) + a["hidden_bias"])
    second = tf.nn.relu(first @ a["hidden_2_kernel"] + a["hidden_2_bias"])

    expected = (second @ a["output_kernel"]).numpy().reshape(3, 40)

    assert fitted.score(histories) == pytest.approx(expected, abs=1e-4)


def test_batches_ask_for_what_is_not_read_and_draw_no_listed_title_unmarked(train):
    model, histories = NeuralCf(), train.histories()
    members, drawn = np.array([3, 0, 7]), np.full(40, 1 / 40)

    batch = model._batch(histories, members, drawn, np.random.default_rng(0))

    watched = histories.matrix[members].toarray() > 0
    read = batch.lists[:, :40] > 0
    asked = np.take_along_axis(watched & ~read, batch.positives, 1)
    assert (read <= watched).all()
    assert asked.all()
    assert np.array_equal(batch.unlisted > 0, ~watched[:, batch.negatives])
    liked = np.take_along_axis(histories.matrix[members].toarray() >= 9, batch.positives, 1)
    assert np.array_equal(batch.weights, np.where(liked, 3, 1).astype(np.float32))
