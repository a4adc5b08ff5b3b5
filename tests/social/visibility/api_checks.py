"""Compare API responses with the rules."""

from __future__ import annotations

import json
from typing import Any

from django.urls import reverse
from rest_framework.test import APIClient

from accounts.portability.exports import KINDS as FILES
from tests.social.visibility.visibility_checks import comments_seen, entries_seen, reviews_seen
from tests.social.visibility.world_factory import Made, texts_in
from tests.social.visibility.worlds import MEMBERS, Key


def program_of(made: Made) -> APIClient:
    client = APIClient()
    if made.viewer is not None:
        client.force_authenticate(made.users[made.viewer])
    return client


def answer(made: Made, name: str, *args: Any, is_there: bool = True) -> Any:
    """Return the response's JSON, or None if a 404 is expected."""
    said = program_of(made).get(reverse(f"api:{name}", args=args))
    assert said.status_code == (200 if is_there else 404)
    if not is_there:
        return None
    assert made.strangers_in(said.content.decode()) == []
    return said.json()


def rows(made: Made, name: str, *args: Any, is_there: bool = True) -> list[Any]:
    said = answer(made, name, *args, is_there=is_there)
    return said["results"] if said else []


def names(made: Made, name: str) -> set[int]:
    return {int(row["username"].removeprefix("member-")) for row in rows(made, name)}


def sees_owner(made: Made) -> bool:
    return made.world.sees_member(made.viewer, made.owner)


# --- Every viewer ---


def members(made: Made) -> None:
    assert names(made, "members") == {n for n in MEMBERS if made.world.sees_member(made.viewer, n)}


def a_member(made: Made) -> None:
    said = answer(made, "member", f"member-{made.owner}", is_there=sees_owner(made))
    if said:
        seen = {pair for pair in made.world.follows if all(made.world.sees_member(made.viewer, n) for n in pair)}
        assert said["n_followers"] == sum(followed == made.owner for _, followed in seen)
        assert said["n_following"] == sum(follower == made.owner for follower, _ in seen)


def list_of_a_member(made: Made) -> None:
    found = rows(made, "member-list", f"member-{made.owner}", is_there=sees_owner(made))
    shown = texts_in("note", made.world.entries, json.dumps(found))
    assert shown == {key for key in entries_seen(made) if key[0] == made.owner}


def reviews_of_a_member(made: Made) -> None:
    found = rows(made, "member-reviews", f"member-{made.owner}", is_there=sees_owner(made))
    check_reviews(made, found, {key for key in reviews_seen(made) if key[0] == made.owner})


def reviews_of_a_title(made: Made) -> None:
    is_there = made.world.sees_title(made.viewer, made.title)
    found = rows(made, "title-reviews", made.titles[made.title].pk, is_there=is_there)
    check_reviews(made, found, {key for key in reviews_seen(made) if key[1] == made.title})


def a_review(made: Made) -> None:
    if key := made.picked(list(made.world.reviews)):
        pk, is_there = made.things["review", key].pk, key in reviews_seen(made)
        found = answer(made, "review", pk, is_there=is_there)
        check_reviews(made, [found] if found else [], {key} if is_there else set())
        check_comments(made, rows(made, "review-comments", pk, is_there=is_there), "review", key)


def an_activity(made: Made) -> None:
    if what := made.picked(made.world.news()):
        pk, is_there = made.activities[what].pk, made.world.sees_thing(made.viewer, *what)
        answer(made, "activity", pk, is_there=is_there)
        found = rows(made, "activity-comments", pk, is_there=is_there)
        if what[0] == "entry":
            check_comments(made, found, *what)


def check_reviews(made: Made, found: list[Any], expected: set[Key]) -> None:
    """A review's score comes from the author's list, and is as visible as the entry."""
    assert texts_in("review", made.world.reviews, json.dumps(found)) == expected
    for row in found:
        key = int(row["author"].removeprefix("member-")), int(row["title"]["name"].removeprefix("title-"))
        assert row["score"] == (7 if key in entries_seen(made) else None)


def check_comments(made: Made, found: list[Any], kind: str, key: Key) -> None:
    on = {n for n, comment in enumerate(made.world.comments) if comment[1:3] == (kind, key)}
    assert {made.comments[row["id"]] for row in found} == on & comments_seen(made)


# --- Members only ---


def feed(made: Made) -> None:
    assert {made.news[row["id"]] for row in rows(made, "my-feed")} == {
        what for what in made.world.news() if made.world.is_fed(made.member, *what)
    }


def notifications(made: Made) -> None:
    told = {made.comments[int(row["url"].rpartition("#comment-")[2])] for row in rows(made, "my-notifications")}
    assert told == {n for n in range(len(made.world.comments)) if made.world.is_told(made.member, n)}


def recommended(made: Made) -> None:
    found = texts_in("tip", made.world.tips, json.dumps(rows(made, "my-recommended")))
    assert found == {
        (author, to, t) for author, to, t in made.world.tips
        if to == made.viewer and made.world.sees_tip(to, author, t)
    }  # fmt: skip


def to_whom_a_title_can_be_recommended(made: Made) -> None:
    world, viewer = made.world, made.member
    is_there = world.sees_title(viewer, made.title)
    if said := answer(made, "title-recommend", made.titles[made.title].pk, is_there=is_there):
        assert said["takers"] == [f"member-{n}" for n in MEMBERS if world.takes(n, viewer)]
        sent = [to for by, to, t in sorted(world.tips) if (by, t) == (viewer, made.title)]
        assert said["sent_to"] == [f"member-{n}" for n in sent if world.sees_member(viewer, n)]


def suggestions(made: Made) -> None:
    found = {row["member"]["username"] for row in answer(made, "my-suggestions")}
    assert found == {f"member-{n}" for n in MEMBERS if made.world.is_suggested(made.member, n)}


def how_others_stand_to_me(made: Made) -> None:
    world, viewer = made.world, made.member
    seen = {n for n in MEMBERS if world.sees_member(viewer, n)}
    assert names(made, "my-followers") == {a for a, b in world.follows if b == viewer} & seen
    assert names(made, "follow-requests") == {a for a, b in world.requests if b == viewer} & seen
    assert names(made, "my-muted") == {b for a, b in world.mutes if a == viewer} & seen


def comparison(made: Made) -> None:
    said = answer(made, "member-compare", f"member-{made.owner}", is_there=sees_owner(made))
    if said and made.owner != made.viewer:
        assert said["n_theirs"] == sum(owner == made.owner for owner, _ in entries_seen(made))


def export(made: Made) -> None:
    kind = made.picked(sorted(FILES.keys() - {"manga.xml"}))  # which has no list entries
    said = program_of(made).get(reverse("api:my-export"), {"kind": kind})
    text = b"".join(said.streaming_content).decode()
    assert texts_in("note", made.world.entries, text) == {k for k in made.world.entries if k[0] == made.viewer}
    if kind == "json":
        written = {name: part for name, part in json.loads(text).items() if name != "blocks"}
        assert made.strangers_in(json.dumps(written)) == []


FOR_EVERYBODY = (members, a_member, list_of_a_member, reviews_of_a_member, reviews_of_a_title, a_review, an_activity)
FOR_MEMBERS = (
    feed, notifications, recommended, to_whom_a_title_can_be_recommended, suggestions, how_others_stand_to_me,
    comparison, export,
)  # fmt: skip
