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
FIELDS = ("kind", "at", "actor__username", "actor__avatar")  # of an activity
Place = tuple[datetime, int]  # position of an activity in a feed


@dataclass(frozen=True)
class News:
    """An activity as one viewer sees it: the latest of its items, and their number."""

    activity: Activity  # with `n_comments`, `n_likes`, `is_liked`
    items: list[ActivityItem]
    n: int

    @property
    def n_more(self) -> int:
        return self.n - len(self.items)


@dataclass(frozen=True)
class FeedPage:
    news: list[News]
    next: str  # start of the next page; "" on the last one


def newest_of_feed(member: User) -> int:
    """Return a number that grows when the feed gets new items; 0 if it is empty."""
    actors = _actor_ids(member)
    newest = list(_candidates(actors)[:CHUNK]) if actors else []
    if not newest:
        return 0
    items = items_visible_to(member).filter(activity__in=[one.pk for one in newest])
    return items.order_by("-pk").values_list("pk", flat=True).first() or 0


def feed_page(member: User, start: str = "") -> FeedPage:
    """Return a page of the feed. start: the previous page's `next`; anything invalid starts at the top.

    New activities don't shift later pages. Visibility is checked in chunks, because the database takes minutes to check
    all activities at once.
    """
    news: list[News] = []
    place, actors = _place(start), _actor_ids(member)
    for _ in range(MOST_CHUNKS):
        chunk = list(_candidates(actors, place)[:CHUNK])
        news += visible_news(chunk, member)
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
    theirs = RawSQL("actor_id = ANY(%s)", [actors], output_field=BooleanField())  # one parameter for a thousand ids
    activities = Activity.objects.filter(theirs).select_related("actor").only(*FIELDS).order_by("-at", "-pk")
    if place is None:
        return activities
    at, pk = place
    return activities.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)


def _actor_ids(member: User) -> list[int]:
    """Return the ids of followed, unmuted members. Visibility is checked per item.

    With a literal list, PostgreSQL can estimate each member's share of recent activities: for active members it reads
    only the newest, for others only their own. With a subquery it reads everything they ever did.
    """
    unmuted = followed_by(member).exclude(followed__in=muted_by(member))
    return list(unmuted.values_list("followed", flat=True))


def add_reactions(activities: Sequence[Activity], viewer: Viewer) -> None:
    """Set `n_comments`, `n_likes` and `is_liked` of activities, as the viewer can see them, in two queries."""
    ids = [activity.pk for activity in activities]
    comments = comments_by_visible(viewer).filter(activity__in=ids).order_by().values_list("activity")
    n_comments = dict(comments.annotate(n=Count("pk")))
    own = Count("pk", filter=Q(member=viewer.pk if viewer else None))
    likes = Like.objects.filter(activity__in=ids, member__in=members_visible_to(viewer)).values_list("activity")
    n_likes = {pk: (n, mine) for pk, n, mine in likes.annotate(n=Count("pk"), mine=own)}
    for activity in activities:
        activity.n_comments = n_comments.get(activity.pk, 0)  # type: ignore[attr-defined]
        activity.n_likes, activity.is_liked = n_likes.get(activity.pk, (0, 0))  # type: ignore[attr-defined]


def visible_news(activities: Sequence[Activity], viewer: Viewer, few: int = FEW) -> list[News]:
    """Return the visible activities with their latest `few` visible items.

    Runs a query for each of entries, reviews and follows that occurs, and one for titles not cached in this process.
    """
    items: dict[int, list[ActivityItem]] = {}
    for rule, related in ((entry_news, "entry"), (review_news, "review"), (follow_news, "follow__followed")):
        if some := [activity.pk for activity in activities if RULES.get(activity.kind, entry_news) is rule]:
            visible = ActivityItem.objects.filter(rule(viewer), activity__in=some).select_related(related)
            for item in _first_items(visible, few):
                items.setdefault(item.activity_id, []).append(item)
    _add_titles([item for group in items.values() for item in group])
    return [
        News(activity, items[activity.pk], items[activity.pk][0].n)  # type: ignore[attr-defined]  # annotated
        for activity in activities
        if activity.pk in items
    ]


def _first_items(items: QuerySet[ActivityItem], few: int) -> QuerySet[ActivityItem]:
    """Return the latest `few` items of each activity, each with `n`, the number of its activity's items."""
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
