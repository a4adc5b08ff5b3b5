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
CHUNK, MOST_CHUNKS = 60, 4
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


def feed_of(member: User) -> QuerySet[Activity]:
    """All of it as one query. `feed_page` is what stays quick for those who follow many."""
    return activities_visible_to(member).filter(actor__in=_actors(member)).order_by("-at", "-pk")


def newest_of_feed(member: User) -> int:
    """A number that grows when the feed gets something new; 0 for an empty one."""
    items = items_visible_to(member).filter(activity__in=[one.pk for one in _candidates(member)[:CHUNK]])
    return items.order_by("-pk").values_list("pk", flat=True).first() or 0


def feed_page(member: User, start: str = "") -> FeedPage:
    """`start` as the last page said; what came in meanwhile shifts nothing, and nonsense is the beginning."""
    seen, place = _seen(member, _place(start))
    page = seen[:PAGE]
    annotated = with_reactions(Activity.objects.filter(pk__in=[one.pk for one in page]), member).in_bulk()
    if len(seen) > PAGE:
        place = (page[-1].at, page[-1].pk)
    return FeedPage(tell([annotated[one.pk] for one in page if one.pk in annotated], member), _start(place))


def _candidates(member: User) -> QuerySet[Activity]:
    """What those whom a member follows, and has not muted, did: the last first; whether they may see it is not asked yet."""
    return Activity.objects.filter(actor__in=_actors(member)).order_by("-at", "-pk")


def _actors(member: User) -> QuerySet[User]:
    return members_visible_to(member).filter(pk__in=followed_by(member)).exclude(pk__in=muted_by(member))


def _seen(member: User, place: Place | None) -> tuple[list[Activity], Place | None]:
    """A page and one more of what may be seen, asked of some at a time: of all at once, it takes the database minutes.

    And where to go on when there were too many that may not be seen; None at the end.
    """
    seen: list[Activity] = []
    for _ in range(MOST_CHUNKS):
        candidates = _candidates(member)
        if place:
            at, pk = place
            candidates = candidates.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk), at__lte=at)
        chunk = list(candidates[:CHUNK])
        items = items_visible_to(member).filter(activity__in=[one.pk for one in chunk])
        visible = set(items.values_list("activity", flat=True)) if chunk else set()
        seen += [one for one in chunk if one.pk in visible]
        if len(chunk) < CHUNK:
            return seen, None
        place = (chunk[-1].at, chunk[-1].pk)
        if len(seen) > PAGE:
            break
    return seen, place


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
