from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import ConnectionError as RedisDownError

from accounts.security import limits
from accounts.security.limits import TooManyWritesError, WriteLimit
from social.comments.writing import COMMENTS
from social.models import Comment
from social.reviews.writing import write_review

pytestmark = pytest.mark.django_db
REVIEW = "It takes its time, and that is what it is about. " * 3
LIMIT = WriteLimit("test", per_hour=10)


def times_possible(member) -> int:
    for n in range(100):
        try:
            LIMIT.consume(member)
        except TooManyWritesError:
            return n
    return 100


@pytest.fixture
def review(make_member, make_title):
    return write_review(make_member("author"), make_title(), REVIEW)


def test_members_may_do_so_much_an_hour_and_new_ones_a_fifth(make_member):
    old = make_member("old", date_joined=timezone.now() - timedelta(days=30))
    assert (times_possible(old), times_possible(make_member("new"))) == (10, 2)


def test_the_error_says_when_to_try_again(member):
    times_possible(member)
    with pytest.raises(TooManyWritesError, match=r"Try again in \d+ minutes?\.") as error:
        LIMIT.consume(member)
    assert 0 < error.value.seconds <= 3600


def test_hold_without_valkey_too(member, monkeypatch):
    def down(_url):
        raise RedisDownError

    monkeypatch.setattr(limits, "_shared", down)
    limits._own.cache_clear()
    assert times_possible(member) == 2


def test_a_new_member_cannot_write_40_comments_in_a_row(client, member, review):
    client.force_login(member)
    url = reverse("social:comment_on_review", args=[review.pk])
    responses = [client.post(url, {"text": f"Buy {n}"}) for n in range(40)]
    assert Comment.objects.count() == COMMENTS.per_hour // 5
    assert (responses[-1].status_code, int(responses[-1].headers["Retry-After"]) > 0) == (429, True)
    assert "Your last change was not saved" in responses[-1].content.decode()


def test_the_api_has_the_same_limit(api, client, member, review):
    client.force_login(member)
    url = reverse("social:comment_on_review", args=[review.pk])
    for n in range(30):
        client.post(url, {"text": f"Buy {n}"})
    response = api.post(f"/api/v1/reviews/{review.pk}/comments/", {"text": "Buy"}, format="json")
    assert (response.status_code, response.json()["title"]) == (429, "Too Many Requests")
    assert int(response.headers["Retry-After"]) > 0
