from zlib import crc32

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from recommendations.engine.data.crc import crc32_of_each, crc32_of_pairs

texts = st.lists(st.one_of(st.integers(0, 10**12).map(str), st.text(max_size=12)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(texts, texts, st.data())
def test_the_checksum_of_a_pair_is_that_of_the_joined_text(first, second, data):
    pairs = data.draw(
        st.lists(st.tuples(st.integers(0, len(first) - 1), st.integers(0, len(second) - 1)), min_size=1, max_size=20)
    )
    a, b = np.array(pairs).T

    found = crc32_of_pairs(first, second, a, b)

    assert found.tolist() == [crc32((first[i] + second[j]).encode()) for i, j in pairs]


def test_each_text_has_its_own():
    assert crc32_of_each(["123456789", ""]).tolist() == [0xCBF43926, 0]


def test_nothing_has_none():
    nothing = np.zeros(0, dtype=np.int32)

    assert len(crc32_of_pairs([], [], nothing, nothing)) == 0
