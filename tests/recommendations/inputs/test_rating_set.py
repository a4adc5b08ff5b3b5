"""Interactions as files of some members each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommendations.engine.data.interactions import Interactions
from recommendations.inputs.rating_set import MANIFEST, RatingSet, RatingSetError, Writer, write
from tests.recommendations.engine.matrices.test_tiles import ratings

PAIRS = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=200)


@pytest.mark.property
@given(pairs=PAIRS, rows_per_part=st.integers(1, 50))
def test_every_rating_is_in_one_part_and_no_member_in_two(tmp_path_factory, pairs, rows_per_part):
    rows = Interactions.from_ids(*map(np.array, zip(*pairs, strict=True)))

    written = write(str(tmp_path_factory.mktemp("set")), rows, rows_per_part)

    parts = [part().matrix.toarray() for part in written.parts]
    np.testing.assert_array_equal(np.concatenate(parts), rows.histories().matrix.toarray())
    assert (written.n_users, written.n_items, written.n_ratings) == (len(rows.users), len(rows.items), len(rows))


def test_a_set_is_opened_where_it_was_written(tmp_path):
    written = write(str(tmp_path / "new"), ratings(), 500)

    assert RatingSet.open(str(tmp_path / "new")) == written
    assert written.n_parts > 1


def test_members_can_come_in_pieces(tmp_path):
    rows = ratings()
    half = len(rows.users) // 2
    everything = np.arange(len(rows.items))
    writer = Writer(str(tmp_path), len(rows.items), 500)
    for users in (np.arange(half), np.arange(half, len(rows.users))):
        writer.add(rows.restricted(users, everything))

    parts = [part().matrix.toarray() for part in writer.close().parts]

    np.testing.assert_array_equal(np.concatenate(parts), rows.histories().matrix.toarray())


def test_it_can_be_in_an_object_storage():
    written = write("memory://bucket/ratings", ratings(), 500)

    assert RatingSet.open("memory://bucket/ratings") == written
    assert sum(len(part()) for part in written.parts) == written.n_users


def test_a_new_set_replaces_the_former(tmp_path):
    write(str(tmp_path), ratings(300), 100)
    written = write(str(tmp_path), ratings(50), 500)

    assert len(list(tmp_path.glob("part-*"))) == written.n_parts


@pytest.mark.parametrize("content", [None, "", "[]", '{"n_parts": 1}'])
def test_without_a_whole_manifest_there_is_no_set(tmp_path, content):
    if content is not None:
        (tmp_path / MANIFEST).write_text(content)

    with pytest.raises(RatingSetError, match="no set of ratings"):
        RatingSet.open(str(tmp_path))


def test_a_damaged_part_is_named(tmp_path):
    written = write(str(tmp_path), ratings(), 500)
    (tmp_path / "part-00001.parquet").write_bytes(b"PAR1")

    with pytest.raises(RatingSetError, match=r"part-00001\.parquet"):
        written.histories(1)
