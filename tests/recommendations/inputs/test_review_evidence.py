"""A member's review of a title that they haven't scored is evidence, damped, and can be a reason."""

from __future__ import annotations

import numpy as np
import pytest

from recommendations.engine.data.interactions import IdMap
from recommendations.inputs.member_lists import member_lists
from recommendations.serving.ladder import Reason
from recommendations.serving.readers import Liking, Reader
from recommendations.templatetags.scoring import because
from social.models import Review, ReviewReader, ReviewReading

pytestmark = pytest.mark.django_db


@pytest.fixture
def read_review(member):
    """Give the member a review of a title that reads like a score, damped to `evidence`."""
    reader = ReviewReader.objects.create(status="published", n_reviews=1, message="for tests")

    def make(title, score, evidence, **fields):
        review = Review.objects.create(author=member, title=title, text="x" * 80, **fields)
        return ReviewReading.objects.create(review=review, reader=reader, score=score, error=2, evidence=evidence)

    return make


def scores_of(member, titles):
    items = IdMap(np.array([title.pk for title in titles]))
    ((_pk, _version, own),) = member_lists(items, [member.pk])
    return dict(zip(own.items.tolist(), own.scores.tolist(), strict=True))


def test_fills_in_for_a_score_and_never_replaces_one(member, make_entry, catalogue, read_review):
    for title, score in zip(catalogue, (None, 4, None, None), strict=False):
        make_entry(member, title=title, score=score, status="completed")
    read_review(catalogue[0], 9.2, 8)
    read_review(catalogue[1], 9.2, 8)
    read_review(catalogue[2], 9.2, 8, is_removed=True)
    assert scores_of(member, catalogue) == {0: 8, 1: 4, 2: 0, 3: 0}


def test_of_others_or_of_an_unread_text_counts_for_nothing(member, make_member, make_entry, catalogue, read_review):
    other = make_member()
    for who in (member, other):
        make_entry(who, title=catalogue[0], score=None, status="completed")
    read_review(catalogue[0], None, None)
    assert scores_of(member, catalogue) == {0: 0}
    ReviewReading.objects.update(score=9, evidence=8)
    assert scores_of(other, catalogue) == {0: 0}


def test_a_reason_says_that_it_is_read_from_a_review(member, make_entry, catalogue, read_review):
    given, read, weak = catalogue[:3]
    for title, score in ((given, 9), (read, None), (weak, None)):
        make_entry(member, title=title, score=score, status="completed")
    read_review(read, 9.2, 8)
    read_review(weak, 8.6, 7)
    liked = Reader.of(member, {}).liked([given.pk, read.pk, weak.pk])
    assert liked == {given.pk: Liking(9), read.pk: Liking(9, True)}
    (one,) = (Reason(read, 9, 0.4, is_read=True),)
    assert "because your review of <b" in because({"user": member}, [one])
    assert "reads like 9" in because({"user": member}, [one])
    assert "reads like" not in because({"user": member}, [Reason(given, 9, 0.5), one])
