"""API actions: allowed only on visible targets, and announced only to those who can see them.

Announcements are what open pages receive: new feed items and unread counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from accounts.models import ListEntry
from accounts.page_parts import parts
from anirec.live.state import state_of
from social.models import ActivityItem, Comment, Follow, HelpfulVote, Like, Mute, Notification, Report, Review
from social.models.tips import Tip
from tests.social.visibility.api_checks import program_of
from tests.social.visibility.world_factory import Made
from tests.social.visibility.worlds import MEMBERS, News

WRITTEN = (ActivityItem, Comment, Follow, HelpfulVote, Like, ListEntry, Mute, Notification, Report, Review, Tip)
DONE, REFUSED, UNSEEN = (200, 201, 204), 422, 404
TEXT = "It takes its time. " * 10


@dataclass
class Deed:
    made: Made
    method: str
    name: str
    args: tuple[Any, ...] = ()
    body: dict[str, Any] | None = None

    def assert_done(self, fed: Collection[int] = (), told: Collection[int] = ()) -> None:
        """Assert that the action succeeds, and updates only the feeds of `fed` and the notifications of `told`."""
        before = self._states()
        assert self._answer() in DONE
        after = self._states()
        heard = {"feed": fed, "notifications": told}
        for kind in parts():
            changed = {n for n in after if after[n][kind] != before[n][kind]}
            assert (kind, changed) == (kind, after.keys() & heard.get(kind, ()))

    def fails(self, status: int = UNSEEN) -> None:
        """Assert that the action fails without writing: its target is invisible, or (`REFUSED`) its rules forbid it."""
        before = _n_written()
        assert self._answer() == status
        assert _n_written() == before

    def _answer(self) -> int:
        ask = getattr(program_of(self.made), self.method)
        return int(ask(reverse(f"api:{self.name}", args=self.args), self.body, format="json").status_code)

    def _states(self) -> dict[int, Any]:
        """Return the state of the open pages of all other members."""
        found = {n: state_of(user.pk) for n, user in enumerate(self.made.users) if n != self.made.viewer}
        return {n: state for n, state in found.items() if state}


def _n_written() -> list[int]:
    return [model.objects.count() for model in WRITTEN]  # type: ignore[attr-defined]


def name_of_owner(made: Made) -> str:
    return f"member-{made.owner}"


def scores(made: Made) -> None:
    key = made.member, made.title
    deed = Deed(made, "patch", "my-entry", (made.titles[made.title].pk,), {"score": 9})
    if not made.world.sees_title(*key):
        return deed.fails()
    made.world.entries.setdefault(key, "public")
    deed.assert_done(fed=who_is_fed(made, ("entry", key)))


def writes_a_review(made: Made) -> None:
    """Editing an existing review isn't an activity."""
    key = made.member, made.title
    deed = Deed(made, "put", "my-review", (made.titles[made.title].pk,), {"text": TEXT})
    if not made.world.sees_title(*key):
        return deed.fails()
    if key in made.world.reviews:
        return deed.assert_done()
    made.world.reviews[key] = False
    deed.assert_done(fed=who_is_fed(made, ("review", key)))


def follows(made: Made) -> None:
    pair = made.member, made.owner
    deed = Deed(made, "put", "follow", (name_of_owner(made),))
    if not made.world.sees_member(*pair):
        return deed.fails()
    if made.owner == made.viewer or pair in made.world.follows:
        return deed.assert_done()
    made.world.follows.add(pair)
    deed.assert_done(
        fed=who_is_fed(made, ("follow", pair)), told=whom_if(made.owner, made.world.hears_of(*reversed(pair)))
    )


def likes(made: Made) -> None:
    if what := made.picked(made.world.news()):
        praise(made, Deed(made, "put", "like", (made.activities[what].pk,)), what)


def finds_a_review_helpful(made: Made) -> None:
    if key := made.picked(list(made.world.reviews)):
        praise(made, Deed(made, "put", "helpful", (made.things["review", key].pk,)), ("review", key))


def praise(made: Made, deed: Deed, what: News) -> None:
    author = what[1][0]
    if not made.world.sees_thing(made.viewer, *what):
        deed.fails()
    elif author == made.viewer:
        deed.fails(REFUSED)
    else:
        is_told = made.world.hears_of(author, made.member) and made.world.sees_thing(author, *what)
        deed.assert_done(told=whom_if(author, is_told))


def comments(made: Made) -> None:
    if what := made.picked(made.world.things()):
        is_news = what[0] == "entry"
        name, on = ("activity", made.activities[what]) if is_news else ("review", made.things[what])
        deed = Deed(made, "post", f"{name}-comments", (on.pk,), {"text": "Really?"})
        if not made.world.sees_thing(made.viewer, *what):
            return deed.fails()
        made.world.comments.append((made.member, *what, False))
        deed.assert_done(told=[n for n in MEMBERS if made.world.is_told(n, len(made.world.comments) - 1)])


def recommends(made: Made) -> None:
    """Recommend once, and only titles that aren't visible on the recipient's list."""
    world, owner, viewer, t = made.world, made.owner, made.member, made.title
    deed = Deed(made, "post", "title-recommend", (made.titles[t].pk,), {"to": name_of_owner(made)})
    if not (world.sees_title(viewer, t) and world.takes(owner, viewer)):
        return deed.fails()
    if (viewer, owner, t) in world.tips or world.sees_entry(viewer, owner, t):
        return deed.fails(REFUSED)
    world.tips[viewer, owner, t] = False
    deed.assert_done(told=whom_if(owner, world.sees_tip(owner, viewer, t)))


def mutes(made: Made) -> None:
    deed = Deed(made, "put", "mute", (name_of_owner(made),))
    if made.world.sees_member(made.viewer, made.owner):
        deed.assert_done()
    else:
        deed.fails()


def reports(made: Made) -> None:
    name, args, author, is_seen = made.picked(list(what_can_be_reported(made)))
    deed = Deed(made, "post", name, args, {"reason": "spam"})
    if not is_seen:
        deed.fails()
    elif author == made.viewer:
        deed.fails(REFUSED)
    else:
        deed.assert_done()


def what_can_be_reported(made: Made) -> Iterator[tuple[str, tuple[Any, ...], int, bool]]:
    """Yield the endpoint, its arguments, the author, and whether the viewer can see the object."""
    world, viewer, owner = made.world, made.viewer, name_of_owner(made)
    yield "member-report", (owner,), made.owner, world.sees_member(viewer, made.owner)
    for key in world.reviews:
        yield "review-report", (made.things["review", key].pk,), key[0], world.sees_review(viewer, *key)
    for pk, n in made.comments.items():
        yield "comment-report", (pk,), world.comments[n][0], world.sees_comment(viewer, n)
    for t, title in enumerate(made.titles):
        yield "note-report", (owner, title.pk), made.owner, world.sees_entry(viewer, made.owner, t)


def who_is_fed(made: Made, what: News) -> list[int]:
    return [n for n in MEMBERS if made.world.is_fed(n, *what)]


def whom_if(member: int, is_told: bool) -> list[int]:
    return [member] if is_told else []


DEEDS = (scores, writes_a_review, follows, likes, comments, recommends, finds_a_review_helpful, mutes, reports)
