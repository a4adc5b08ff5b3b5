"""Who can see what. Everything that shows a member, or anything a member has or wrote, must use these querysets.

- Suspended members are invisible; members who block each other, in either direction, cannot see each other.
- A list is visible to everyone, to followers or to no one; each entry can narrow that, and titles have their own rules.
- Removed reviews, comments and entries are visible to their author only.
- Activity of muted members can still be looked up, but no longer appears by itself (`muted_by`).
- Visitors see what everyone can see. Staff see no more than others, except on the moderation pages.

All querysets are sub-selects: they add no queries.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import SEEN, ListEntry, OwnEntry, User, Visibility
from accounts.models.entries import ListEntryQuerySet
from catalog.models import Title
from catalog.models.titles import media_of
from social.models import (
    Activity,
    ActivityItem,
    Block,
    Comment,
    Follow,
    Mute,
    Review,
)

Viewer = User | AnonymousUser | None
SHOWN_TO_FOLLOWERS = (Visibility.PUBLIC, Visibility.FOLLOWERS)
PUBLIC_ENTRIES = Q(visibility=Visibility.PUBLIC, user__list_visibility=Visibility.PUBLIC, is_removed=False)


def members_visible_to(viewer: Viewer) -> QuerySet[User]:
    members = User.objects.filter(is_active=True)
    if viewer is None or not viewer.is_authenticated:
        return members
    blocked = Block.objects.filter(blocker=viewer).values("blocked")
    blocking = Block.objects.filter(blocked=viewer).values("blocker")
    return members.exclude(pk__in=blocked).exclude(pk__in=blocking)


def entries_visible_to(viewer: Viewer) -> ListEntryQuerySet:
    return ListEntry.objects.filter(_shown(viewer), title__in=Title.objects.visible_to(viewer).order_by())


def own_entries_visible_to(viewer: Viewer) -> QuerySet[OwnEntry]:
    """Return entries of titles that the catalogue lacks, others' only of the viewer's media, or of no known one.

    Their age rating is unknown: an age limit hides others'.
    """
    entries, of_media = OwnEntry.objects.filter(_shown(viewer)), Q(kind__in=[*media_of(viewer), OwnEntry.Kind.OTHER])
    if not isinstance(viewer, User):
        return entries.filter(of_media)
    return entries.filter(Q(user=viewer) if viewer.age_limit else of_media | Q(user=viewer))


def _shown(viewer: Viewer) -> Q:
    """Return the condition that an entry's member shows it to the viewer."""
    condition = PUBLIC_ENTRIES
    if viewer is not None and viewer.is_authenticated:
        condition |= Q(user=viewer) | Q(
            user__in=followed_by(viewer),
            visibility__in=SHOWN_TO_FOLLOWERS,
            user__list_visibility__in=SHOWN_TO_FOLLOWERS,
            is_removed=False,
        )
    return condition & Q(user__in=members_visible_to(viewer))


def public_entries(viewer: Viewer) -> ListEntryQuerySet:
    """Return the entries visible to everyone, among those visible to `viewer`."""
    return entries_visible_to(viewer).filter(PUBLIC_ENTRIES)


def reviews_visible_to(viewer: Viewer) -> QuerySet[Review]:
    """Return reviews by visible authors, regardless of list visibility; removed ones only for their author."""
    condition = Q(is_removed=False)
    if viewer is not None and viewer.is_authenticated:
        condition |= Q(author=viewer)
    return Review.objects.filter(
        condition, author__in=members_visible_to(viewer), title__in=Title.objects.visible_to(viewer).order_by()
    )


def items_visible_to(viewer: Viewer) -> QuerySet[ActivityItem]:
    """Return the activity items that still apply and that the viewer can see."""
    return ActivityItem.objects.filter(entry_news(viewer) | review_news(viewer) | follow_news(viewer))


def entry_news(viewer: Viewer) -> Q:
    kind = Activity.Kind
    true = Q(activity__kind__in=(kind.ADDED, kind.IMPORTED))
    true |= Q(activity__kind=kind.SCORED, entry__score__isnull=False)
    true |= Q(activity__kind=kind.COMPLETED, entry__status__in=SEEN)
    return Q(true, _is_among(entries_visible_to(viewer), "entry"), entry__isnull=False)


def review_news(viewer: Viewer) -> Q:
    return Q(_is_among(reviews_visible_to(viewer), "review"), review__isnull=False)


def follow_news(viewer: Viewer) -> Q:
    """Return the filter for follows: visible to those who can see the follower's list."""
    visible = followed = members_visible_to(viewer)
    shown_list = Q(activity__actor__list_visibility=Visibility.PUBLIC)
    if viewer is not None and viewer.is_authenticated:
        followed = followed.exclude(pk__in=muted_by(viewer))
        shown_list |= Q(activity__actor=viewer) | Q(
            activity__actor__list_visibility=Visibility.FOLLOWERS, activity__actor__in=followed_by(viewer)
        )
    return Q(shown_list, _is_among(followed, "follow__followed"), activity__actor__in=visible, follow__isnull=False)


def _is_among(visible: QuerySet[Any], name: str) -> Exists:
    """Return the condition that a row's `name` is among the `visible` objects.

    The second condition is redundant, but without it PostgreSQL may scan and hash all rows at once.
    """
    return Exists(visible.filter(pk=OuterRef(name), pk__gte=OuterRef(name)))


def activities_visible_to(viewer: Viewer) -> QuerySet[Activity]:
    """Return the activities with at least one visible item."""
    return Activity.objects.filter(Exists(items_visible_to(viewer).filter(activity=OuterRef("pk"))))


def comments_visible_to(viewer: Viewer) -> QuerySet[Comment]:
    """Return comments on visible reviews and activities."""
    review = _is_among(reviews_visible_to(viewer), "review")
    activity = Exists(items_visible_to(viewer).filter(activity=OuterRef("activity")))
    return comments_by_visible(viewer).filter(Q(review, review__isnull=False) | Q(activity, activity__isnull=False))


def comments_by_visible(viewer: Viewer) -> QuerySet[Comment]:
    """Return comments by visible, unmuted members; removed ones only for their author."""
    comments = Comment.objects.filter(author__in=members_visible_to(viewer))
    if viewer is None or not viewer.is_authenticated:
        return comments.filter(is_removed=False)
    return comments.filter(Q(is_removed=False) | Q(author=viewer)).exclude(author__in=muted_by(viewer))


def followed_by(viewer: User) -> QuerySet[Follow, Any]:
    return Follow.objects.filter(follower=viewer).values("followed")


def muted_by(viewer: User) -> QuerySet[Mute, Any]:
    return Mute.objects.filter(muter=viewer).values("muted")
