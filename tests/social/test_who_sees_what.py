"""Random worlds of members: what anybody is shown equals what a few plain rules say, everywhere it is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import product
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import ListEntry, User
from catalog.models import Title
from social.comparison import compare
from social.feed import feed_page
from social.models import (
    Activity,
    ActivityItem,
    Block,
    Comment,
    Follow,
    FollowRequest,
    Mute,
    Notification,
    Review,
    Tip,
)
from social.notifications import groups_of, read_groups
from social.own_things import export_comments
from social.portability import export_follows
from social.queries import member_directory
from social.review_queries import reviews_of_title
from social.scores import scores_of_title
from social.suggestions import suggest
from social.tips import received_by, takers_for
from social.visibility import (
    activities_visible_to,
    comments_visible_to,
    entries_visible_to,
    members_visible_to,
    notifications_visible_to,
    reviews_visible_to,
)

MEMBERS, TITLES = range(4), range(2)  # the second title is an adult one
PAIRS = [(one, other) for one, other in product(MEMBERS, MEMBERS) if one != other]
OWNED = list(product(MEMBERS, TITLES))
AUDIENCES = ("public", "followers", "private")


@dataclass
class World:
    active: list[bool]
    adult: list[bool]
    lists: list[str]
    follows: set[tuple[int, int]]
    requests: set[tuple[int, int]]
    blocks: set[tuple[int, int]]
    mutes: set[tuple[int, int]]
    entries: dict[tuple[int, int], str]  # whose, of which title → its visibility
    reviews: dict[tuple[int, int], bool]  # by whom, of which title → taken down
    comments: list[tuple[int, str, tuple[int, int], bool]]  # by whom, on an entry's news or a review, taken down

    takes_from: list[str]
    tips: dict[tuple[int, int, int], bool]  # by whom, to whom, of which title → taken down

    # --- The rules ---

    def sees_member(self, viewer: int | None, member: int) -> bool:
        if viewer is None or viewer == member:
            return self.active[member]
        return self.active[member] and not {(viewer, member), (member, viewer)} & self.blocks

    def sees_title(self, viewer: int | None, title: int) -> bool:
        return title == 0 or (viewer is not None and self.adult[viewer])

    def is_shown(self, viewer: int | None, owner: int, audience: str) -> bool:
        if viewer == owner or audience == "public":
            return True
        return audience == "followers" and (viewer, owner) in self.follows

    def sees_entry(self, viewer: int | None, owner: int, title: int) -> bool:
        audiences = (self.entries.get((owner, title)), self.lists[owner])
        return (
            (owner, title) in self.entries
            and self.sees_member(viewer, owner)
            and self.sees_title(viewer, title)
            and all(self.is_shown(viewer, owner, audience or "") for audience in audiences)
        )

    def sees_review(self, viewer: int | None, author: int, title: int) -> bool:
        return (
            (author, title) in self.reviews
            and self.sees_member(viewer, author)
            and self.sees_title(viewer, title)
            and (viewer == author or not self.reviews[author, title])
        )

    def sees_follow(self, viewer: int | None, follower: int, followed: int) -> bool:
        return (
            self.sees_member(viewer, follower)
            and self.sees_member(viewer, followed)
            and (viewer, followed) not in self.mutes
            and self.is_shown(viewer, follower, self.lists[follower])
        )

    def sees_comment(self, viewer: int | None, n: int) -> bool:
        author, kind, (owner, title), is_removed = self.comments[n]
        sees_thing = self.sees_entry if kind == "entry" else self.sees_review
        return (
            sees_thing(viewer, owner, title)
            and self.sees_member(viewer, author)
            and (viewer, author) not in self.mutes
            and (viewer == author or not is_removed)
        )

    def sees_tip(self, viewer: int, author: int, title: int) -> bool:
        return (
            self.tips.get((author, viewer, title)) is False
            and self.sees_member(viewer, author)
            and (viewer, author) not in self.mutes
            and self.sees_title(viewer, title)
        )

    def takes(self, member: int, author: int) -> bool:
        follows = (member, author) in self.follows and self.takes_from[member] != "nobody"
        followed = (author, member) in self.follows and self.takes_from[member] == "followers"
        return member != author and self.sees_member(author, member) and (follows or followed)

    def is_suggested(self, viewer: int, member: int) -> bool:
        """By those whom the viewer follows; for taste, these lists are too short."""
        pair = (viewer, member)
        if viewer == member or pair in self.follows | self.requests | self.mutes or not self.sees_member(*pair):
            return False
        return any(
            (viewer, friend) in self.follows - self.mutes
            and (friend, member) in self.follows
            and self.sees_follow(viewer, friend, member)
            for friend in MEMBERS
        )

    def sees_news(self, viewer: int | None, kind: str, key: tuple[int, int]) -> bool:
        return {"entry": self.sees_entry, "review": self.sees_review, "follow": self.sees_follow}[kind](viewer, *key)

    def news(self) -> list[tuple[str, tuple[int, int]]]:
        return [
            *(("entry", key) for key in self.entries),
            *(("review", key) for key in self.reviews),
            *(("follow", pair) for pair in self.follows),
        ]


@st.composite
def worlds(draw: Any) -> World:
    some_pairs = st.sets(st.sampled_from(PAIRS), max_size=4)
    entries = draw(st.dictionaries(st.sampled_from(OWNED), st.sampled_from(AUDIENCES), max_size=6))
    reviews = draw(st.dictionaries(st.sampled_from(OWNED), st.booleans(), max_size=3))
    things = [*(("entry", key) for key in entries), *(("review", key) for key in reviews)]
    comments = []
    if things:
        comment = st.tuples(st.sampled_from(list(MEMBERS)), st.sampled_from(things), st.booleans())
        comments = [(who, *thing, gone) for who, thing, gone in draw(st.lists(comment, max_size=3))]
    follows = draw(st.sets(st.sampled_from(PAIRS), max_size=6))
    between = st.sampled_from([(*pair, title) for pair in PAIRS for title in TITLES])
    return World(
        active=[True, *draw(st.lists(st.sampled_from([True, True, False]), min_size=3, max_size=3))],
        adult=draw(st.lists(st.booleans(), min_size=4, max_size=4)),
        lists=draw(st.lists(st.sampled_from(["public", *AUDIENCES]), min_size=4, max_size=4)),
        follows=follows,
        requests=draw(some_pairs) - follows,
        blocks=draw(st.sets(st.sampled_from(PAIRS), max_size=2)),
        mutes=draw(st.sets(st.sampled_from(PAIRS), max_size=3)),
        entries=entries,
        reviews=reviews,
        comments=comments,
        takes_from=draw(st.lists(st.sampled_from(User.TipsFrom.values), min_size=4, max_size=4)),
        tips=draw(st.dictionaries(between, st.booleans(), max_size=4)),
    )


@dataclass
class Made:
    """The world in the database; ids of its things by what the rules call them."""

    world: World
    users: list[User]
    titles: list[Title]
    news: dict[int, tuple[str, tuple[int, int]]] = field(default_factory=dict)  # activity → what it tells
    comments: dict[int, int] = field(default_factory=dict)  # comment → its number

    def index(self, user_id: int) -> int:
        return next(n for n, user in enumerate(self.users) if user.pk == user_id)

    def key(self, user_id: int, title_id: int) -> tuple[int, int]:
        return self.index(user_id), [title.pk for title in self.titles].index(title_id)


def make(world: World) -> Made:
    users = User.objects.bulk_create(
        User(
            username=f"member-{n}",
            email=f"{n}@example.org",
            is_active=world.active[n],
            shows_adult=world.adult[n],
            list_visibility=world.lists[n],
            tips_from=world.takes_from[n],
        )
        for n in MEMBERS
    )
    titles = Title.objects.bulk_create(Title(name=f"title-{n}", is_adult=n == 1) for n in TITLES)
    made = Made(world, users, titles)

    def pairs(model: Any, one: str, other: str, given: set[tuple[int, int]]) -> list[Any]:
        return model.objects.bulk_create(model(**{one: users[a], other: users[b]}) for a, b in sorted(given))

    follows = pairs(Follow, "follower", "followed", world.follows)
    pairs(FollowRequest, "asker", "asked", world.requests)
    pairs(Block, "blocker", "blocked", world.blocks)
    pairs(Mute, "muter", "muted", world.mutes)
    Tip.objects.bulk_create(
        Tip(author=users[a], recipient=users[b], title=titles[t], note=f"tip-{a}-{b}-{t}-", is_removed=gone)
        for (a, b, t), gone in world.tips.items()
    )
    entries = ListEntry.objects.bulk_create(
        ListEntry(user=users[m], title=titles[t], status="completed", score=7, visibility=shown, notes=f"note-{m}-{t}-")
        for (m, t), shown in world.entries.items()
    )
    reviews = Review.objects.bulk_create(
        Review(author=users[m], title=titles[t], text=f"review-{m}-{t}-", is_removed=gone)
        for (m, t), gone in world.reviews.items()
    )
    things: dict[tuple[str, tuple[int, int]], Any] = {}
    things |= {("entry", key): one for key, one in zip(world.entries, entries, strict=True)}
    things |= {("review", key): one for key, one in zip(world.reviews, reviews, strict=True)}
    things |= {("follow", pair): one for pair, one in zip(sorted(world.follows), follows, strict=True)}
    kinds = {"entry": "scored", "review": "reviewed", "follow": "followed"}
    activities = Activity.objects.bulk_create(Activity(actor=users[key[0]], kind=kinds[kind]) for kind, key in things)
    ActivityItem.objects.bulk_create(
        ActivityItem(activity=activity, **{kind: thing})
        for activity, ((kind, _), thing) in zip(activities, things.items(), strict=True)
    )
    made.news = {activity.pk: what for activity, what in zip(activities, things, strict=True)}
    activity_of = {what: activity for activity, what in zip(activities, things, strict=True)}
    comments = Comment.objects.bulk_create(
        Comment(
            author=users[who],
            text=f"comment-{n}-",
            is_removed=gone,
            **({"activity": activity_of[kind, key]} if kind == "entry" else {"review": things[kind, key]}),
        )
        for n, (who, kind, key, gone) in enumerate(world.comments)
    )
    made.comments = {comment.pk: n for n, comment in enumerate(comments)}
    Notification.objects.bulk_create(
        Notification(recipient=users[key[0]], actor=users[who], kind="comment", comment=comment, thread=str(n))
        for n, (comment, (who, _, key, _)) in enumerate(zip(comments, world.comments, strict=True))
        if who != key[0]
    )
    return made


def check_queries(made: Made, viewer: int | None) -> None:
    world, who = made.world, AnonymousUser() if viewer is None else made.users[viewer]
    seen = {n for n in MEMBERS if world.sees_member(viewer, n)}
    entries = {key for key in world.entries if world.sees_entry(viewer, *key)}
    reviews = {key for key in world.reviews if world.sees_review(viewer, *key)}
    comments = {n for n in range(len(world.comments)) if world.sees_comment(viewer, n)}
    news = {what for what in world.news() if world.sees_news(viewer, *what)}

    assert {made.index(user.pk) for user in members_visible_to(who)} == seen
    directory = {made.index(user.pk): user.n_entries for user in member_directory(who)}
    assert directory == {n: sum(owner == n for owner, _ in entries) for n in seen}
    assert {made.key(*pair) for pair in entries_visible_to(who).values_list("user", "title")} == entries
    assert {made.key(*pair) for pair in reviews_visible_to(who).values_list("author", "title")} == reviews
    assert {made.comments[pk] for pk in comments_visible_to(who).values_list("pk", flat=True)} == comments
    assert {made.news[pk] for pk in activities_visible_to(who).values_list("pk", flat=True)} == news
    for t, title in enumerate(made.titles):
        scored = scores_of_title(title, who)
        public = {(m, t) for m in MEMBERS if (m, t) in entries} & {
            key for key, shown in world.entries.items() if shown == world.lists[key[0]] == "public"
        }
        assert scored.n == len(public)
        followed = {m for m, n in entries if n == t and (viewer, m) in world.follows}
        assert {made.index(entry.user_id) for entry in scored.friends} == followed
        assert {made.key(r.author_id, r.title_id) for r in reviews_of_title(title, who)} == {
            k for k in reviews if k[1] == t
        }


def check_own(made: Made, viewer: int) -> None:
    """What only members have."""
    world, who = made.world, made.users[viewer]
    feed = {
        what
        for what in world.news()
        if (viewer, what[1][0]) in world.follows
        and (viewer, what[1][0]) not in world.mutes
        and world.sees_news(viewer, *what)
    }
    page = feed_page(who)
    assert {made.news[news.activity.pk] for news in page.news} == feed
    for news in page.news:
        what = made.news[news.activity.pk]  # what is said to a review is shown with the review
        on = {n for n, c in enumerate(world.comments) if c[1] == "entry" and (c[1], c[2]) == what}
        assert news.activity.n_comments == sum(world.sees_comment(viewer, n) for n in on)
    told = {
        n for n, (author, _, (owner, _), _) in enumerate(world.comments)
        if owner == viewer != author and world.sees_comment(viewer, n)
    }  # fmt: skip
    assert {made.comments[pk] for pk in notifications_visible_to(who).values_list("comment", flat=True)} == told
    assert {made.comments[one.last.comment_id] for one in read_groups(list(groups_of(who)))} == told
    tips = {(made.index(tip.author_id), made.titles.index(tip.title)) for tip in received_by(who)}
    assert tips == {(author, t) for author, t in OWNED if world.sees_tip(viewer, author, t)}
    assert {made.index(user.pk) for user in takers_for(who)} == {m for m in MEMBERS if world.takes(m, viewer)}
    assert {made.index(one.member.pk) for one in suggest(who, 10)} == {
        m for m in MEMBERS if world.is_suggested(viewer, m)
    }
    for owner in set(MEMBERS) - {viewer}:
        assert compare(who, made.users[owner]).n_theirs == sum(world.sees_entry(viewer, owner, t) for t in TITLES)
    followed = {other for one, other in world.follows if one == viewer and world.sees_member(viewer, other)}
    assert export_follows(who) == [f"member-{n}" for n in sorted(followed)]
    assert [one["text"] for one in export_comments(who)] == [
        f"comment-{n}-" for n, comment in enumerate(world.comments) if comment[0] == viewer
    ]


def check_pages(made: Made, viewer: int | None, owner: int) -> None:
    world, client = made.world, Client()
    if viewer is not None:
        client.force_login(made.users[viewer])
    page = client.get(reverse("social:member", args=[f"member-{owner}"]))
    assert page.status_code == (200 if world.sees_member(viewer, owner) else 404)
    shown = {key for key in world.entries if f"note-{key[0]}-{key[1]}-" in page.content.decode()}
    assert shown == {key for key in world.entries if key[0] == owner and world.sees_entry(viewer, *key)}
    hidden = [n for n in MEMBERS if n != viewer and not world.sees_member(viewer, n)]
    paths = [reverse("social:members")]
    if viewer is not None:
        paths += [reverse(f"social:{name}") for name in ("feed", "notifications", "suggestions", "recommended")]
        content = client.get(reverse("social:recommended")).content.decode()
        shown_tips = {key for key in world.tips if "tip-{}-{}-{}-".format(*key) in content}
        assert shown_tips == {key for key in world.tips if key[1] == viewer and world.sees_tip(viewer, key[0], key[2])}
    for path in paths:
        content = client.get(path).content.decode()
        assert [n for n in hidden if f"member-{n}" in content] == []
    for pk, n in made.comments.items():
        about = Comment.objects.select_related("activity", "review").get(pk=pk).about
        content = client.get(about.get_absolute_url()).content.decode()
        assert (f"comment-{n}-" in content) == world.sees_comment(viewer, n)


@pytest.mark.property
@pytest.mark.django_db
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(worlds(), st.sampled_from([None, 0, 0, 0]), st.sampled_from(MEMBERS), st.integers(0, 7))
def test_everybody_is_shown_what_the_rules_say(world: World, viewer: int | None, owner: int, dice: int) -> None:
    with transaction.atomic():
        made = make(world)
        check_queries(made, viewer)
        if viewer is not None:
            check_own(made, viewer)
        if dice == 7:  # whole pages take longer
            check_pages(made, viewer, owner)
        transaction.set_rollback(True)
