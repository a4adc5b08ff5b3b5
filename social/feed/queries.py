"""Queries for feeds and for the page of one activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import BooleanField, Count, Q, QuerySet, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import RowNumber

from accounts.models import User
from catalog.titles.cards import title_cards
from social.models import Activity, ActivityItem, Like
from social.visibility import (
    Viewer,
    comments_by_visible,
    entry_news,
    follow_news,
    followed_by,
    items_visible_to,
    members_visible_to,
    muted_by,
    review_news,
)

PAGE, FEW = 15, 6
RULES = {Activity.Kind.REVIEWED.value: review_news, Activity.Kind.FOLLOWED.value: follow_news}
CHUNK, MOST_CHUNKS = 24, 10
SHOWN = ("kind", "at", "actor__username")  # of an activity
Place = tuple[datetime, int]  # of an activity in a feed


@dataclass(frozen=True)
class News:
    """An activity as a viewer sees it: the last few of its items, and how many there are."""

    activity: Activity  # with `n_comments`, `n_likes`, `is_liked`
    items: list[ActivityItem]
    n: int

    @property
    def n_more(self) -> int:
        return self.n - len(self.items)


@dataclass(frozen=True)
class FeedPage:
    news: list[News]
    next: str  # where the next page begins; empty at the end


def newest_of_feed(member: User) -> int:
    """A number that grows when the feed gets something new; 0 for an empty one."""
    newest = _candidates(_actor_ids(member))[:CHUNK]
    items = items_visible_to(member).filter(activity__in=[one.pk for one in newest])
    return items.order_by("-pk").values_list("pk", flat=True).first() or 0


def feed_page(member: User, start: str = "") -> FeedPage:
    """`start` as the last page said; what came in meanwhile shifts nothing, and nonsense is the beginning.

    Who may see it is asked of some at a time: of all at once, it takes the database minutes.
    """
    news: list[News] = []
    place, actors = _place(start), _actor_ids(member)
    for _ in range(MOST_CHUNKS):
        chunk = list(_candidates(actors, place)[:CHUNK])
        news += tell(chunk, member)
        if len(chunk) < CHUNK:
            place = None
            break
        place = (chunk[-1].at, chunk[-1].pk)
        if len(news) > PAGE:
            break
    page = news[:PAGE]
    if len(news) > PAGE:
        place = (page[-1].activity.at, page[-1].activity.pk)
    add_reactions([one.activity for one in page], member)
    return FeedPage(page, _start(place))


def _candidates(actors: list[int], place: Place | None = None) -> QuerySet[Activity]:
    """Return the members' activities, newest first, before the visibility check."""
    theirs = RawSQL("actor_id = ANY(%s)", [actors], output_field=BooleanField())  # a thousand in one value
    found = Activity.objects.filter(theirs).select_related("actor").only(*SHOWN).order_by("-at", "-pk")
    if place is None:
        return found
    at, pk = place
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)


def _actor_ids(member: User) -> list[int]:
    """Whose news come by themselves; whether the member may see them is asked of each piece of news.

    Written out, PostgreSQL knows how much of what is new is theirs: of those who do much it reads the newest alone, of
    those who do little only what is theirs. With a condition in their place it reads all that they ever did.
    """
    unmuted = followed_by(member).exclude(followed__in=muted_by(member))
    return list(unmuted.values_list("followed", flat=True))


def add_reactions(activities: Sequence[Activity], viewer: Viewer) -> None:
    """Give what the viewer may see `n_comments`, `n_likes` and `is_liked`, as they may see those, in two queries."""
    shown = [activity.pk for activity in activities]
    comments = comments_by_visible(viewer).filter(activity__in=shown).order_by().values_list("activity")
    n_comments = dict(comments.annotate(n=Count("pk")))
    own = Count("pk", filter=Q(member=viewer.pk if viewer else None))
    likes = Like.objects.filter(activity__in=shown, member__in=members_visible_to(viewer)).values_list("activity")
    n_likes = {pk: (n, mine) for pk, n, mine in likes.annotate(n=Count("pk"), mine=own)}
    for activity in activities:
        activity.n_comments = n_comments.get(activity.pk, 0)  # type: ignore[attr-defined]
        activity.n_likes, activity.is_liked = n_likes.get(activity.pk, (0, 0))  # type: ignore[attr-defined]


def tell(activities: Sequence[Activity], viewer: Viewer, few: int = FEW) -> list[News]:
    """Of these what the viewer may see: in a query for each of entries, reviews and follows that occur, and, for titles
    that this process has not met, another."""
    items: dict[int, list[ActivityItem]] = {}
    for rule, related in ((entry_news, "entry"), (review_news, "review"), (follow_news, "follow__followed")):
        if some := [activity.pk for activity in activities if RULES.get(activity.kind, entry_news) is rule]:
            seen = ActivityItem.objects.filter(rule(viewer), activity__in=some).select_related(related)
            for item in _first_items(seen, few):
                items.setdefault(item.activity_id, []).append(item)
    _add_titles([item for found in items.values() for item in found])
    return [
        News(activity, items[activity.pk], items[activity.pk][0].n)  # type: ignore[attr-defined]  # annotated
        for activity in activities
        if activity.pk in items
    ]


def _first_items(items: QuerySet[ActivityItem], few: int) -> QuerySet[ActivityItem]:
    """The last few of each activity, with `n`, how many it has."""
    ranked = items.annotate(
        place=Window(RowNumber(), partition_by="activity", order_by="-pk"),
        n=Window(Count("pk"), partition_by="activity"),
    )
    return ranked.filter(place__lte=few).order_by("place")


def _add_titles(items: list[ActivityItem]) -> None:
    things = [thing for item in items if (thing := item.entry if item.entry_id else item.review)]
    cards = title_cards(thing.title_id for thing in things)
    for thing in things:
        thing.title = cards[thing.title_id]


def _start(place: Place | None) -> str:
    return f"{place[0].isoformat()}_{place[1]}" if place else ""


def _place(start: str) -> Place | None:
    at, _, pk = start.partition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), int(pk)
