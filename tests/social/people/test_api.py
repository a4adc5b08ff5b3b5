"""API of follows, feeds and reviews. The rules are shared with the pages, whose tests cover them in depth."""

from __future__ import annotations

import pytest
from rest_framework.test import APIClient

from accounts.entries.writing import update_entry
from social.people import relations
from social.reviews.writing import write_review

TEXT = "It takes its time, and that is what it is about: nobody is who they seem, and nobody is in a hurry to say so."


@pytest.fixture
def ada(make_member):
    return make_member("ada")


def names(answer) -> list[str]:
    return [row["username"] for row in answer.json()["results"]]


def test_following_opens_what_followers_may_see_and_a_block_closes_it(api, member, ada, make_title):
    update_entry(ada, make_title("Monster"), score=9, visibility="followers", tags=["secret"])
    address = "/api/v1/members/ada/"

    before = api.get(f"{address}list/").json()["results"]
    followed = api.put(f"{address}follow/").json()
    (entry,) = api.get(f"{address}list/").json()["results"]
    relations.block(ada, member)
    after = [api.get(address), api.get(f"{address}list/"), api.put(f"{address}follow/")]

    assert (before, followed["is_followed"], entry["score"]) == ([], True, 9)
    assert {"tags", "visibility"} & set(entry) == set()
    assert [answer.status_code for answer in after] == [404] * 3
    assert names(api.get("/api/v1/members/")) == ["member"]


def test_who_approves_followers_is_asked(api, member, ada):
    member.approves_followers = True
    member.save()
    relations.follow(ada, member)
    (asked,) = api.get("/api/v1/my/follow-requests/").json()["results"]
    answer = api.put("/api/v1/my/follow-requests/ada/")
    assert (asked["username"], answer.status_code) == ("ada", 200)
    assert member.followers.get().follower == ada


def test_who_asks_to_follow_me_and_is_suspended_is_not_named(api, member, ada):
    member.approves_followers = True
    member.save()
    relations.follow(ada, member)
    assert len(api.get("/api/v1/my/follow-requests/").json()["results"]) == 1
    ada.is_active = False
    ada.save()
    assert api.get("/api/v1/my/follow-requests/").json()["results"] == []


def test_a_block_can_be_ended_though_the_other_is_not_seen(api, member, ada):
    api.put("/api/v1/members/ada/block/")
    ended = api.delete("/api/v1/members/ada/block/")
    assert (ended.status_code, api.get("/api/v1/members/ada/").status_code) == (204, 200)


def test_the_feed_tells_what_the_followed_did(api, member, ada, make_title):
    relations.follow(member, ada)
    update_entry(ada, make_title("Monster"), score=9)
    write_review(ada, make_title("Mushishi"), TEXT)

    page = api.get("/api/v1/my/feed/").json()

    told = [(news["actor"], news["kind"], news["items"][0]["title"]["name"]) for news in page["results"]]
    assert (told, page["next"]) == ([("ada", "reviewed", "Mushishi"), ("ada", "scored", "Monster")], None)


def test_comments_and_likes_come_and_go(api, member, ada, make_title):
    relations.follow(member, ada)
    update_entry(ada, make_title(), score=9)
    (news,) = api.get("/api/v1/my/feed/").json()["results"]
    address = f"/api/v1/activities/{news['id']}/"

    api.put(f"{address}like/")
    made = api.post(f"{address}comments/", {"text": "Me too."}, format="json").json()
    shown = api.get(address).json()
    (listed,) = api.get(f"{address}comments/").json()["results"]
    gone = api.delete(f"/api/v1/comments/{made['id']}/")

    assert (shown["n_likes"], shown["is_liked"], shown["n_comments"]) == (1, True, 1)
    assert ((listed["author"], listed["text"]), gone.status_code) == (("member", "Me too."), 204)
    assert APIClient().post(f"{address}comments/", {"text": "x"}, format="json").status_code == 401


def test_notifications_are_read_by_saying_so(api, member, ada):
    relations.follow(ada, member)
    (told,) = api.get("/api/v1/my/notifications/").json()["results"]
    api.post("/api/v1/my/notifications/")
    (read,) = api.get("/api/v1/my/notifications/").json()["results"]
    assert ((told["kind"], told["is_new"]), read["is_new"]) == (("follow", True), False)


def test_a_review_is_written_read_changed_voted_for_and_deleted(api, member, ada, make_title):
    title = make_title("Monster")
    mine, all_of_it = f"/api/v1/my/reviews/{title.pk}/", f"/api/v1/titles/{title.pk}/reviews/"
    made = api.put(mine, {"text": TEXT}, format="json").json()
    theirs = write_review(ada, title, TEXT)

    api.put(f"/api/v1/reviews/{theirs.pk}/helpful/")
    listed = [(row["author"], row["n_helpful"]) for row in api.get(all_of_it).json()["results"]]
    own_vote = api.put(f"/api/v1/reviews/{made['id']}/helpful/")
    reported = api.post(f"/api/v1/reviews/{theirs.pk}/report/", {"reason": "spam"}, format="json")
    short = api.put(mine, {"text": "Good."}, format="json")
    gone = api.delete(mine)

    assert listed == [("ada", 1), ("member", 0)]
    assert [answer.status_code for answer in (own_vote, reported, short, gone)] == [422, 204, 400, 204]
    assert api.get(mine).status_code == 404


@pytest.mark.parametrize("n", [1, 3])
@pytest.mark.parametrize(("address", "queries"), [("/api/v1/members/ada/reviews/", 4)])
def test_lists_take_the_same_queries_for_any_length(
    api, member, ada, make_title, n, address, queries, django_assert_num_queries
):
    relations.follow(member, ada)
    for _ in range(n):
        write_review(ada, make_title(), TEXT)
    api.get("/api/v1/token/")
    with django_assert_num_queries(queries):
        api.get(address)
