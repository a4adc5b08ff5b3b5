"""Suggest people to follow: by taste match, and by followers in common.

Computed when the page opens, in a constant number of queries. Candidates are narrowed down first to those who have
scored most of the member's least known titles: comparing all lists would take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, QuerySet

from accounts.models import ListEntry, User, Visibility
from social.models import DismissedSuggestion, Follow, FollowRequest
from social.taste_match.affinity import Affinity, affinities
from social.visibility import SHOWN_TO_FOLLOWERS, followed_by, members_visible_to, muted_by

TELLING = 8  # of the member's titles, the least known
MOST_SHARING, COMPARED = 2_000, 100  # members who have scored any of those; of these, whose scores are compared
ALIKE, LEAST_COMMON = 0.2, 10  # affinity, and titles in common, from which on taste is a reason
PER_FRIEND, MOST_FRIENDS = 0.1, 5  # what each who follows them adds to the affinity, and up to how many
NAMED = 2  # of those who follow them
DAY = 86_400
CONSIDERED = 200  # of those whom most follow


@dataclass(frozen=True)
class Suggestion:
    """affinity: None if taste is not a reason. friends: the first few followers' names; n_more: the rest."""

    member: User
    affinity: Affinity | None
    friends: tuple[str, ...]
    n_more: int

    @property
    def strength(self) -> float:
        n_friends = min(len(self.friends) + self.n_more, MOST_FRIENDS)
        return PER_FRIEND * n_friends + (self.affinity.value if self.affinity else 0)


def suggest(viewer: User, n: int) -> list[Suggestion]:
    """People before synthetic members, the strongest first."""
    known = _followed_by_friends(viewer)
    alike = _alike(viewer)
    members = User.objects.in_bulk(known.keys() | alike.keys())
    found = [
        Suggestion(member, alike.get(pk), tuple(known.get(pk, [])[:NAMED]), max(len(known.get(pk, [])) - NAMED, 0))
        for pk, member in members.items()
    ]
    return sorted(found, key=lambda one: (one.member.is_synthetic, -one.strength, one.member.username))[:n]


def dismiss(viewer: User, other: User, *, is_dismissed: bool = True) -> None:
    if not is_dismissed:
        DismissedSuggestion.objects.filter(member=viewer, dismissed=other).delete()
    elif viewer != other:
        DismissedSuggestion.objects.get_or_create(member=viewer, dismissed=other)


def candidates_for(viewer: User) -> QuerySet[User]:
    """Return visible members not followed, requested, muted or dismissed."""
    return (
        members_visible_to(viewer)
        .exclude(pk=viewer.pk)
        .exclude(pk__in=followed_by(viewer))
        .exclude(pk__in=muted_by(viewer))
        .exclude(pk__in=FollowRequest.objects.filter(asker=viewer).values("asked"))
        .exclude(pk__in=DismissedSuggestion.objects.filter(member=viewer).values("dismissed"))
    )


def _followed_by_friends(viewer: User) -> dict[int, list[str]]:
    """{member id: names of those who follow them}, of those whom the viewer follows. Whom somebody follows is shown to
    whom their list is shown; what the muted do does not come by itself."""
    friends = members_visible_to(viewer).filter(pk__in=followed_by(viewer), list_visibility__in=SHOWN_TO_FOLLOWERS)
    friends = friends.exclude(pk__in=muted_by(viewer))
    follows = Follow.objects.filter(follower__in=friends, followed__in=candidates_for(viewer))
    most = follows.order_by().values("followed").annotate(n=Count("pk")).order_by("-n", "followed")[:CONSIDERED]
    ids = [row["followed"] for row in most]
    named: dict[int, list[str]] = {}
    for pk, name in follows.filter(followed__in=ids).order_by("pk").values_list("followed", "follower__username"):
        named.setdefault(pk, []).append(name)
    return named


def _alike(viewer: User) -> dict[int, Affinity]:
    """Return the affinity of candidates with public lists. Candidates are cached until the viewer's list changes,
    for up to a day; affinity and visibility are checked each time."""
    key = f"suggestions:{viewer.pk}:{viewer.list_version}"
    kept = cache.get(key)
    public = candidates_for(viewer).filter(list_visibility=Visibility.PUBLIC)
    found = affinities(viewer, public.filter(pk__in=_with_common_titles(viewer) if kept is None else kept))
    alike = {pk: one for pk, one in found.items() if one.n_common >= LEAST_COMMON and one.value >= ALIKE}
    if kept is None:
        cache.set(key, list(alike), DAY)
    return alike


def _with_common_titles(viewer: User) -> list[int]:
    """People before synthetic members; those with the most of the viewer's least known titles first.

    Whom the viewer may not see is left out in a second step: asked all at once, the database looks through every list.
    """
    own = ListEntry.objects.own(viewer).filter(score__isnull=False)
    telling = list(own.order_by("title__members", "title").values_list("title_id", flat=True)[:TELLING])
    shared = ListEntry.objects.filter(title__in=telling, score__isnull=False, visibility=Visibility.PUBLIC).order_by()
    most = shared.values("user").annotate(n=Count("pk")).order_by("-n", "user")
    ids = list(most.values_list("user", flat=True)[:MOST_SHARING])
    public = candidates_for(viewer).filter(pk__in=ids, list_visibility=Visibility.PUBLIC)
    is_synthetic = dict(public.values_list("pk", "is_synthetic"))
    return sorted((pk for pk in ids if pk in is_synthetic), key=is_synthetic.__getitem__)[:COMPARED]
