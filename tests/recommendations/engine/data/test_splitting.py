from zlib import crc32

import numpy as np

from recommendations.engine.data.interactions import Interactions
from recommendations.engine.data.splitting import (
    MIN_ITEM,
    all_for_training,
    hide_titles,
    hold_out_all,
    keep_out_ratings,
    split,
)
from tests.recommendations.engine.toys import clusters


def pairs(users, histories, items):
    """{(user id, item id)} of stored cells; users: the ids of the rows."""
    rows, columns = histories.matrix.nonzero()
    return {(users[r], items.ids[c]) for r, c in zip(rows, columns, strict=True)}


def test_members_are_in_one_part_only_and_by_their_hash():
    data = clusters()
    parts = split(data)

    trained = set(parts.train.users.ids.tolist())

    assert trained == {u for u in data.users.ids.tolist() if crc32(str(u).encode()) % 10 >= 2}
    assert len(parts.test.inputs) == sum(crc32(str(u).encode()) % 10 == 0 for u in data.users.ids.tolist())
    assert len(parts.validation.inputs) == sum(crc32(str(u).encode()) % 10 == 1 for u in data.users.ids.tolist())


def test_a_held_out_member_s_list_is_parted_in_inputs_and_targets_by_the_pair_s_hash():
    data = clusters()
    parts = split(data)
    users = [u for u in data.users.ids.tolist() if crc32(str(u).encode()) % 10 == 0]

    inputs, targets = (pairs(users, part, parts.train.items) for part in (parts.test.inputs, parts.test.targets))

    listed = {
        (int(data.users.ids[u]), int(data.items.ids[i])) for u, i in zip(data.user_index, data.item_index, strict=True)
    }
    expected = {(u, i) for u, i in listed if u in users and i in parts.train.items.ids}
    assert targets == {(u, i) for u, i in expected if crc32(f"{u}:{i}".encode()) % 5 == 0}
    assert inputs == expected - targets


def test_kept_out_ratings_are_scored_rows_that_training_lacks():
    parts = split(clusters())

    train, kept = (
        set(zip(rows.user_index.tolist(), rows.item_index.tolist(), strict=True))
        for rows in (parts.train, parts.ratings)
    )

    assert kept
    assert not train & kept
    assert (parts.ratings.score > 0).all()


def test_rare_titles_and_short_lists_stay_out():
    data = clusters()
    rare = Interactions.from_ids(
        np.concatenate([data.users.ids[data.user_index], np.full(9, 10_001), [1, 2]]),
        np.concatenate([data.items.ids[data.item_index], np.arange(1, 10), [999, 999]]),
        np.concatenate([data.score, np.full(9, 8), [9, 9]]),
    )

    parts = split(rare)

    assert 999 not in parts.train.items.ids
    assert (parts.train.item_counts() >= MIN_ITEM).all()
    held_out = len(parts.test.inputs) + len(parts.validation.inputs)
    assert held_out == sum(crc32(str(u).encode()) % 10 < 2 for u in data.users.ids.tolist())


def test_keys_decide_the_part_not_ids():
    data = clusters()
    renamed = Interactions.from_ids(
        data.users.ids[data.user_index] + 10_000, data.items.ids[data.item_index], data.score
    )
    renamed.users._keys = data.users.keys

    assert len(split(renamed).train) == len(split(data).train)


def test_a_second_file_is_held_out_whole_over_the_first_one_s_titles():
    first, second = clusters(seed=1), clusters(n_users=30, n_titles=45, seed=2)
    train = all_for_training(first)

    held_out = hold_out_all(second, train.items)

    assert held_out.inputs.shape == held_out.targets.shape == (30, 40)
    stored = len(held_out.inputs.matrix.data) + len(held_out.targets.matrix.data)
    assert stored == (second.items.ids[second.item_index] <= 40).sum()


def test_the_two_ways_to_hold_out_agree():
    data = clusters()
    parts = split(data)
    fold = np.array([crc32(key.encode()) % 10 for key in data.users.keys])
    test_members = data.where(fold[data.user_index] == 0)
    only_them = Interactions.from_ids(
        data.users.ids[test_members.user_index], data.items.ids[test_members.item_index], test_members.score
    )

    held_out = hold_out_all(only_them, parts.train.items)

    assert np.array_equal(held_out.inputs.matrix.toarray(), parts.test.inputs.matrix.toarray())
    assert np.array_equal(held_out.targets.matrix.toarray(), parts.test.targets.matrix.toarray())


def test_hidden_titles_are_nowhere_but_in_the_targets():
    parts = split(clusters(n_titles=60))

    new = hide_titles(parts.train, parts.test)

    assert new.hidden.tolist() == [crc32(key.encode()) % 20 == 0 for key in parts.train.items.keys]
    assert new.hidden.any()
    assert not new.train.item_counts()[new.hidden].any()
    assert np.array_equal(new.train.item_counts()[~new.hidden], parts.train.item_counts()[~new.hidden])
    inputs, targets = new.held_out.inputs.matrix.toarray(), new.held_out.targets.matrix.toarray()
    whole = parts.test.inputs.matrix.toarray() + parts.test.targets.matrix.toarray()
    assert not inputs[:, new.hidden].any()
    assert np.array_equal(inputs[:, ~new.hidden], parts.test.inputs.matrix.toarray()[:, ~new.hidden])
    assert np.array_equal(targets, np.where(new.hidden, whole, 0))


def test_ratings_to_choose_parameters_by_are_others_than_those_measured_on():
    parts = split(clusters())

    train, judged = keep_out_ratings(parts.train)

    assert len(train) + len(judged) == len(parts.train)
    hashes = [
        crc32(f"{parts.train.users.keys[u]}:{parts.train.items.keys[i]}".encode()) % 10
        for u, i in zip(judged.user_index, judged.item_index, strict=True)
    ]
    assert set(hashes) == {4}
    assert (judged.score > 0).all()
