"""What feeds, and the page of one activity, read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, RowNumber

from accounts.models import User
from catalog.cards import title_cards
from social.models import Activity, ActivityItem, Comment, Like
from social.visibility import (
    Viewer,
    activities_visible_to,
    comments_visible_to,
    followed_by,
    items_visible_to,
    members_visible_to,
    muted_by,
)

PAGE, FEW = 20, 6


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


def feed_of(member: User) -> QuerySet[Activity]:
    """What those whom a member follows, and has not muted, did: the last first."""
    actors = Q(actor__in=followed_by(member)) & ~Q(actor__in=muted_by(member))
    return activities_visible_to(member).filter(actors).order_by("-at", "-pk")


def newest_of_feed(member: User) -> int:
    """A number that grows when the feed gets something new; 0 for an empty one."""
    items = items_visible_to(member).filter(activity__in=feed_of(member).order_by().values("pk"))
    return items.order_by("-pk").values_list("pk", flat=True).first() or 0


def feed_page(member: User, start: str = "") -> FeedPage:
    """`start` as the last page said; what came in meanwhile shifts nothing, and nonsense is the beginning."""
    activities = with_reactions(feed_of(member), member)
    if place := _place(start):
        at, pk = place
        activities = activities.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
    found = list(activities[: PAGE + 1])
    page = found[:PAGE]
    return FeedPage(tell(page, member), _start_after(page[-1]) if len(found) > PAGE else "")


def with_reactions(activities: QuerySet[Activity], viewer: Viewer) -> QuerySet[Activity]:
    """As one viewer may see them: `n_comments`, `n_likes`, and whether they like it themselves."""
    comments = comments_visible_to(viewer).filter(activity=OuterRef("pk")).order_by().values("activity")
    likes = Like.objects.filter(activity=OuterRef("pk"), member__in=members_visible_to(viewer)).values("activity")
    mine = Like.objects.filter(activity=OuterRef("pk"), member=viewer.pk if viewer else None)
    return activities.select_related("actor").annotate(
        n_comments=Coalesce(Subquery(comments.annotate(n=Count("pk")).values("n")), 0),
        n_likes=Coalesce(Subquery(likes.annotate(n=Count("pk")).values("n")), 0),
        is_liked=Exists(mine),
    )


def tell(activities: Sequence[Activity], viewer: Viewer, few: int = FEW) -> list[News]:
    """In two queries and, for titles that this process has not met, a third."""
    ranked = items_visible_to(viewer).filter(activity__in=[activity.pk for activity in activities])
    ranked = ranked.annotate(
        place=Window(RowNumber(), partition_by="activity", order_by="-pk"),
        n=Window(Count("pk"), partition_by="activity"),
    )
    items: dict[int, list[ActivityItem]] = {}
    for item in ranked.filter(place__lte=few).select_related("entry", "review", "follow__followed").order_by("place"):
        items.setdefault(item.activity_id, []).append(item)
    _add_titles([item for some in items.values() for item in some])
    return [
        News(activity, items[activity.pk], items[activity.pk][0].n)  # type: ignore[attr-defined]  # annotated
        for activity in activities
        if activity.pk in items
    ]


def comments_on(about: Activity | object, viewer: Viewer) -> QuerySet[Comment]:
    on = {"activity" if isinstance(about, Activity) else "review": about}
    return comments_visible_to(viewer).filter(**on).select_related("author").order_by("pk")


def _add_titles(items: list[ActivityItem]) -> None:
    things = [thing for item in items if (thing := item.entry or item.review)]
    cards = title_cards(thing.title_id for thing in things)
    for thing in things:
        thing.title = cards[thing.title_id]


def _start_after(activity: Activity) -> str:
    return f"{activity.at.isoformat()}_{activity.pk}"


def _place(start: str) -> tuple[datetime, int] | None:
    at, _, pk = start.partition("_")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), int(pk)
