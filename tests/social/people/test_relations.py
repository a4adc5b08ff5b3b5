from __future__ import annotations

import pytest

from accounts.models import User
from social.models import Block, Follow, FollowRequest, HelpfulVote, Mute
from social.people import relations
from social.people.queries import member_directory
from social.reviews.writing import vote_helpful, write_review
from social.title_scores.views import scores_of_title
from social.visibility import entries_visible_to, members_visible_to, reviews_visible_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(make_member):
    return make_member("ada")


@pytest.fixture
def bob(make_member):
    return make_member("bob")


def follows() -> list[tuple[str, str]]:
    return sorted(Follow.objects.values_list("follower__username", "followed__username"))


def requests() -> list[tuple[str, str]]:
    return sorted(FollowRequest.objects.values_list("asker__username", "asked__username"))


class TestFollowing:
    def test_is_open_and_happens_once(self, ada, bob):
        relations.follow(ada, bob)
        relations.follow(ada, bob)
        assert (follows(), requests()) == ([("ada", "bob")], [])

    def test_is_a_request_where_followers_are_approved(self, ada, make_member):
        careful = make_member("careful", approves_followers=True)
        relations.follow(ada, careful)
        relations.follow(ada, careful)
        assert (follows(), requests()) == ([], [("ada", "careful")])
        relations.accept_request(careful, ada)
        relations.accept_request(careful, ada)
        assert (follows(), requests()) == ([("ada", "careful")], [])

    def test_who_follows_already_does_not_ask_again(self, ada, bob):
        relations.follow(ada, bob)
        bob.approves_followers = True
        bob.save()
        relations.follow(ada, bob)
        assert (follows(), requests()) == ([("ada", "bob")], [])

    def test_a_request_is_declined_or_taken_back(self, ada, bob, make_member):
        careful = make_member("careful", approves_followers=True)
        relations.follow(ada, careful)
        relations.follow(bob, careful)
        relations.decline_request(careful, ada)
        relations.unfollow(bob, careful)
        relations.accept_request(careful, ada)
        assert (follows(), requests()) == ([], [])

    def test_nobody_follows_blocks_or_mutes_themselves(self, ada):
        relations.follow(ada, ada)
        relations.block(ada, ada)
        relations.mute(ada, ada)
        assert [model.objects.count() for model in (Follow, FollowRequest, Block, Mute)] == [0, 0, 0, 0]


class TestBlocking:
    @pytest.fixture
    def bound(self, ada, bob, make_title):
        """Two members who follow each other, and voted each other's reviews helpful."""
        relations.follow(ada, bob)
        relations.follow(bob, ada)
        for author, voter in ((ada, bob), (bob, ada)):
            vote_helpful(voter, write_review(author, make_title(), "A review of some length. " * 5), True)

    def test_takes_away_what_binds_the_two(self, ada, bob, bound):
        relations.block(ada, bob)
        relations.block(ada, bob)
        assert (follows(), HelpfulVote.objects.count(), Block.objects.count()) == ([], 0, 1)

    def test_takes_away_requests(self, ada, make_member):
        careful = make_member("careful", approves_followers=True)
        relations.follow(ada, careful)
        relations.block(careful, ada)
        relations.accept_request(careful, ada)
        assert (follows(), requests()) == ([], [])

    @pytest.mark.parametrize("blocked_first", [True, False])
    def test_neither_can_follow(self, ada, bob, blocked_first):
        relations.block(*((ada, bob) if blocked_first else (bob, ada)))
        relations.follow(ada, bob)
        assert follows() == []

    def test_what_it_took_away_does_not_come_back(self, ada, bob, bound):
        relations.block(ada, bob)
        relations.unblock(ada, bob)
        assert follows() == []
        assert set(members_visible_to(bob)) == {ada, bob}


class TestWhatABlockHides:
    @pytest.fixture
    def title(self, ada, bob, make_title, make_entry):
        title = make_title()
        for owner, score in ((ada, 9), (bob, 3)):
            make_entry(owner, title, score=score, status="completed")
            write_review(owner, title, "A review of some length. " * 5)
        return title

    @pytest.mark.parametrize("blocker", ["ada", "bob"])
    @pytest.mark.parametrize("viewer", ["ada", "bob"])
    def test_each_from_the_other(self, client, ada, bob, title, blocker, viewer):
        relations.follow(ada, bob)
        relations.follow(bob, ada)
        relations.block(*((ada, bob) if blocker == "ada" else (bob, ada)))
        own, other = (ada, bob) if viewer == "ada" else (bob, ada)
        client.force_login(own)
        paths = ("", "reviews/", "taste/")
        assert [client.get(f"{other.get_absolute_url()}{path}").status_code for path in paths] == [404, 404, 404]
        assert client.get(other.reviews.get().get_absolute_url()).status_code == 404
        assert list(member_directory(own)) == [own]
        assert [entry.user for entry in entries_visible_to(own)] == [own]
        assert [review.author for review in reviews_visible_to(own)] == [own]
        scores = scores_of_title(title, own)
        assert (scores.n, scores.friends) == (1, [])

    def test_nothing_from_third_persons(self, ada, bob, title, member):
        relations.block(ada, bob)
        assert scores_of_title(title, member).n == 2
        assert set(members_visible_to(None)) == {ada, bob, member}


class TestListVisibility:
    @pytest.mark.parametrize(
        ("whole_list", "stranger", "follower", "owner"),
        [
            ("public", ["public"], ["followers", "public"], ["followers", "private", "public"]),
            ("followers", [], ["followers", "public"], ["followers", "private", "public"]),
            ("private", [], [], ["followers", "private", "public"]),
        ],
    )
    def test_an_entry_can_only_narrow_it(
        self, ada, bob, member, make_title, make_entry, whole_list, stranger, follower, owner
    ):
        User.objects.filter(pk=ada.pk).update(list_visibility=whole_list)
        for visibility in ("public", "followers", "private"):
            make_entry(ada, make_title(visibility), visibility=visibility)
        relations.follow(bob, ada)
        seen = [
            sorted(entries_visible_to(viewer).filter(user=ada).values_list("title__name", flat=True))
            for viewer in (None, member, bob, ada)
        ]
        assert seen == [stranger, stranger, follower, owner]

    def test_asking_to_follow_shows_nothing(self, bob, make_member, make_entry):
        careful = make_member("careful", approves_followers=True, list_visibility="followers")
        make_entry(careful)
        relations.follow(bob, careful)
        assert entries_visible_to(bob).count() == 0
        relations.accept_request(careful, bob)
        assert entries_visible_to(bob).count() == 1

    def test_what_suspended_members_have_is_seen_by_nobody(self, ada, bob, make_entry, make_title):
        relations.follow(bob, ada)
        make_entry(ada, score=8)
        write_review(ada, make_title(), "A review of some length. " * 5)
        User.objects.filter(pk=ada.pk).update(is_active=False)
        counts = [shown(bob).count() for shown in (entries_visible_to, reviews_visible_to)]
        assert (counts, set(members_visible_to(bob))) == ([0, 0], {bob})
