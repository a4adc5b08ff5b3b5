"""Random worlds of members, with the few simple visibility rules that apply in them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

from hypothesis import strategies as st

from accounts.models import User

Key = tuple[int, int]  # (owner, title) or, for a follow, (follower, followed)
News = tuple[str, Key]

MEMBERS, TITLES = range(4), range(2)  # the second title is for adults
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
    entries: dict[Key, str]  # → visibility
    reviews: dict[Key, bool]  # → is removed
    comments: list[tuple[int, str, Key, bool]]  # author, kind and key of the target, is removed
    takes_from: list[str]
    tips: dict[tuple[int, int, int], bool]  # (author, recipient, title) → is removed

    # --- The rules ---

    def sees_member(self, viewer: int | None, member: int) -> bool:
        if viewer is None or viewer == member:
            return self.active[member]
        return self.active[member] and not {(viewer, member), (member, viewer)} & self.blocks

    def hears_of(self, viewer: int | None, member: int) -> bool:
        """Return whether the member's activity reaches the viewer by itself: it does unless muted."""
        return self.sees_member(viewer, member) and (viewer, member) not in self.mutes

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
            and self.hears_of(viewer, followed)
            and self.is_shown(viewer, follower, self.lists[follower])
        )

    def sees_comment(self, viewer: int | None, n: int) -> bool:
        author, kind, (owner, title), is_removed = self.comments[n]
        return (
            self.sees_thing(viewer, kind, (owner, title))
            and self.hears_of(viewer, author)
            and (viewer == author or not is_removed)
        )

    def sees_tip(self, viewer: int, author: int, title: int) -> bool:
        return (
            self.tips.get((author, viewer, title)) is False
            and self.hears_of(viewer, author)
            and self.sees_title(viewer, title)
        )

    def takes(self, member: int, author: int) -> bool:
        follows = (member, author) in self.follows and self.takes_from[member] != "nobody"
        followed = (author, member) in self.follows and self.takes_from[member] == "followers"
        return member != author and self.sees_member(author, member) and (follows or followed)

    def is_suggested(self, viewer: int, member: int) -> bool:
        """Suggestions come only from followed members here: the lists are too short for a taste match."""
        pair = (viewer, member)
        if viewer == member or pair in self.follows | self.requests | self.mutes or not self.sees_member(*pair):
            return False
        return any(
            (viewer, friend) in self.follows - self.mutes
            and (friend, member) in self.follows
            and self.sees_follow(viewer, friend, member)
            for friend in MEMBERS
        )

    def sees_thing(self, viewer: int | None, kind: str, key: Key) -> bool:
        return {"entry": self.sees_entry, "review": self.sees_review, "follow": self.sees_follow}[kind](viewer, *key)

    def is_fed(self, viewer: int, kind: str, key: Key) -> bool:
        """Return whether the activity is in the viewer's feed."""
        actor = key[0]
        return (viewer, actor) in self.follows - self.mutes and self.sees_thing(viewer, kind, key)

    def is_told(self, viewer: int, n: int) -> bool:
        """Return whether the viewer is notified of a comment, because it is on something of theirs."""
        author, _, (owner, _), _ = self.comments[n]
        return owner == viewer != author and self.sees_comment(viewer, n)

    # --- Contents ---

    def things(self) -> list[News]:
        """Return everything that can be commented on."""
        return [*(("entry", key) for key in self.entries), *(("review", key) for key in self.reviews)]

    def news(self) -> list[News]:
        return [*self.things(), *(("follow", pair) for pair in sorted(self.follows))]


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
