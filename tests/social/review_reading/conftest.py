from __future__ import annotations

import numpy as np
import pytest

from social.review_reading.learning.fitting import Texts, fit

GOOD = "The story is a wonderful and moving one, and the music is brilliant from the first episode to the last."
BAD = "The story is a boring and stupid mess, and the music is a terrible bore from the first episode to the last."
PLAIN = (
    "It is a show that I have seen this week with my brother, and it was what it was to the both of us, in the end.",
    "There are a few friends in it who go to a school and do what they do in most of the shows of that kind.",
    "I watched all of it on a train and the screen was small, so there is not much that I can say of the rest.",
)


def sample(n_titles=30, per_title=8):
    """Return reviews whose words say their scores: the more good sentences among the bad ones, the higher."""
    random = np.random.default_rng(1)
    texts, scores, titles = [], [], []
    for title in range(n_titles):
        for _review in range(per_title):
            score = int(random.integers(1, 11))
            parts = [
                GOOD if random.random() < (score - 1) / 9 else BAD for _sentence in range(int(random.integers(3, 9)))
            ]
            texts.append(" ".join([*parts, PLAIN[title % 3]]))
            scores.append(score)
            titles.append(title + 1)
    return Texts(texts, np.array(scores, dtype=float), np.array(titles))


@pytest.fixture(scope="session")
def sample_texts():
    return sample()


@pytest.fixture(scope="session")
def fitted(sample_texts):
    return fit(sample_texts)


@pytest.fixture
def reader(db, fitted, settings, tmp_path):
    """Make the fitted model the live reader."""
    from social.models import ReviewReader

    settings.REVIEW_READER_DIR = tmp_path / "readers"
    return ReviewReader.objects.create(
        status=ReviewReader.Status.PUBLISHED,
        is_active=True,
        parameters=fitted.parameters.as_json(),
        table=fitted.table.to_bytes(),
        judged_parameters=fitted.parameters.as_json(),
        judged_table=fitted.table.to_bytes(),
        n_reviews=240,
        message="for tests",
    )


@pytest.fixture
def praise():
    return f"{GOOD} {GOOD} {GOOD} {PLAIN[0]}"


@pytest.fixture
def panning():
    return f"{BAD} {BAD} {BAD} {PLAIN[0]}"
