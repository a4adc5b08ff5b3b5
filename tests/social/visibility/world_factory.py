"""A world in the database, and a viewer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser

from accounts.models import ListEntry, User
from catalog.models import Title
from social.models import Activity, ActivityItem, Block, Comment, Follow, FollowRequest, Mute, Notification, Review
from social.models.tips import Tip
from tests.social.visibility.worlds import MEMBERS, TITLES, Key, News, World

KINDS = {"entry": "scored", "review": "reviewed", "follow": "followed"}


@dataclass
class Made:
    """A world where `viewer` (None: a visitor) looks at `owner`, or at the title or object that `pick` selects."""

    world: World
    viewer: int | None
    owner: int
    pick: int
    users: list[User]
    titles: list[Title]
    things: dict[News, Any] = field(default_factory=dict)
    activities: dict[News, Activity] = field(default_factory=dict)
    comments: dict[int, int] = field(default_factory=dict)  # comment ID → index in the world

    @property
    def who(self) -> User | AnonymousUser:
        return AnonymousUser() if self.viewer is None else self.users[self.viewer]

    @property
    def member(self) -> int:
        """The viewer, who must be a member."""
        assert self.viewer is not None
        return self.viewer

    @property
    def title(self) -> int:
        return self.pick % len(TITLES)

    def picked(self, some: Sequence[Any]) -> Any:
        """Return the item that `pick` selects, or None if there are none."""
        return some[self.pick % len(some)] if some else None

    @cached_property
    def news(self) -> dict[int, News]:
        """Return {activity ID: its key in the world}."""
        return {activity.pk: what for what, activity in self.activities.items()}

    def index(self, user_id: int) -> int:
        return next(n for n, user in enumerate(self.users) if user.pk == user_id)

    def key(self, user_id: int, title_id: int) -> Key:
        return self.index(user_id), [title.pk for title in self.titles].index(title_id)

    def strangers_in(self, text: str) -> list[str]:
        """Return the names in the text of members that the viewer must not see."""
        hidden = [n for n in MEMBERS if n != self.viewer and not self.world.sees_member(self.viewer, n)]
        return [name for n in hidden if (name := f"member-{n}") in text]


def texts_in(kind: str, keys: Collection[Any], text: str) -> set[Any]:
    """Return the keys of the notes, reviews, tips or comments whose text occurs in `text`."""
    return {key for key in keys if words(kind, key) in text}


def words(kind: str, key: Any) -> str:
    """Return a text that is unique in the world."""
    return f"{kind}-{'-'.join(map(str, key)) if isinstance(key, tuple) else key}-"


def make(world: World, viewer: int | None = 0, owner: int = 0, pick: int = 0) -> Made:
    titles = Title.objects.bulk_create(Title(name=f"title-{n}", is_adult=n == 1) for n in TITLES)
    made = Made(world, viewer, owner, pick, _make_users(world), titles)
    follows = _make_relations(made)
    _make_tips(made)
    made.things = {("follow", pair): follow for pair, follow in follows.items()} | _make_entries(made)
    made.things |= _make_reviews(made)
    _make_news(made)
    _make_comments(made)
    return made


def _make_users(world: World) -> list[User]:
    return User.objects.bulk_create(
        User(
            username=f"member-{n}",
            email=f"{n}@example.org",
            is_active=world.active[n],
            shows_adult=world.adult[n],
            list_visibility=world.lists[n],
            tips_from=world.takes_from[n],
            unread_notifications=sum(world.is_told(n, comment) for comment in range(len(world.comments))),
        )
        for n in MEMBERS
    )


def _make_relations(made: Made) -> dict[Key, Follow]:
    def pairs(model: Any, one: str, other: str, given: set[Key]) -> list[Any]:
        users = made.users
        return model.objects.bulk_create(model(**{one: users[a], other: users[b]}) for a, b in sorted(given))

    world = made.world
    pairs(FollowRequest, "asker", "asked", world.requests)
    pairs(Block, "blocker", "blocked", world.blocks)
    pairs(Mute, "muter", "muted", world.mutes)
    return dict(zip(sorted(world.follows), pairs(Follow, "follower", "followed", world.follows), strict=True))


def _make_tips(made: Made) -> None:
    Tip.objects.bulk_create(
        Tip(
            author=made.users[key[0]],
            recipient=made.users[key[1]],
            title=made.titles[key[2]],
            note=words("tip", key),
            is_removed=is_removed,
        )
        for key, is_removed in made.world.tips.items()
    )


def _make_entries(made: Made) -> dict[News, ListEntry]:
    entries = ListEntry.objects.bulk_create(
        ListEntry(
            user=made.users[key[0]],
            title=made.titles[key[1]],
            status="completed",
            score=7,
            visibility=shown,
            notes=words("note", key),
        )
        for key, shown in made.world.entries.items()
    )
    return {("entry", key): entry for key, entry in zip(made.world.entries, entries, strict=True)}


def _make_reviews(made: Made) -> dict[News, Review]:
    reviews = Review.objects.bulk_create(
        Review(author=made.users[key[0]], title=made.titles[key[1]], text=words("review", key), is_removed=is_removed)
        for key, is_removed in made.world.reviews.items()
    )
    return {("review", key): review for key, review in zip(made.world.reviews, reviews, strict=True)}


def _make_news(made: Made) -> None:
    activities = Activity.objects.bulk_create(
        Activity(actor=made.users[key[0]], kind=KINDS[kind]) for kind, key in made.things
    )
    made.activities = dict(zip(made.things, activities, strict=True))
    ActivityItem.objects.bulk_create(
        ActivityItem(activity=activity, **{kind: made.things[kind, key]})
        for (kind, key), activity in made.activities.items()
    )


def _make_comments(made: Made) -> None:
    """Create the comments, and the notifications of their recipients."""
    comments = Comment.objects.bulk_create(
        Comment(author=made.users[who], text=words("comment", n), is_removed=is_removed, **_on(made, kind, key))
        for n, (who, kind, key, is_removed) in enumerate(made.world.comments)
    )
    made.comments = {comment.pk: n for n, comment in enumerate(comments)}
    Notification.objects.bulk_create(
        Notification(
            recipient=made.users[key[0]], actor=made.users[who], kind="comment", comment=comment, thread=str(n)
        )
        for n, (comment, (who, _, key, _)) in enumerate(zip(comments, made.world.comments, strict=True))
        if who != key[0]
    )


def _on(made: Made, kind: str, key: Key) -> dict[str, Any]:
    return {"review": made.things[kind, key]} if kind == "review" else {"activity": made.activities[kind, key]}
