"""Suggest people to follow: by taste match, and by the followed people who follow them.

Computed when the page opens, in a constant number of queries. Candidates are first narrowed down to members who have
scored most of the viewer's least popular titles: comparing all lists would take seconds.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, QuerySet

from accounts.models import ListEntry, User, Visibility
from social.models import DismissedSuggestion, Follow, FollowRequest
from social.taste_match.affinity import Affinity, affinities
from social.visibility import SHOWN_TO_FOLLOWERS, followed_by, members_visible_to, muted_by

RAREST = 8  # of the viewer's titles, the least popular
MOST_SHARING, COMPARED = 2_000, 100  # members who scored any of those; of these, members compared
ALIKE, LEAST_COMMON = 0.2, 10  # minimum affinity and common titles for taste to be a reason
PER_FRIEND, MOST_FRIENDS = 0.1, 5  # added to the affinity per friend who follows them; most friends counted
NAMED = 2  # friends per suggestion
DAY = 86_400
CONSIDERED = 200  # candidates with the most friends among their followers


@dataclass(frozen=True)
class Suggestion:
    """affinity: None if taste isn't a reason. friends: names of the first friends who follow them; n_more: the rest."""

    member: User
    affinity: Affinity | None
    friends: tuple[str, ...]
    n_more: int

    @property
    def strength(self) -> float:
        n_friends = min(len(self.friends) + self.n_more, MOST_FRIENDS)
        return PER_FRIEND * n_friends + (self.affinity.value if self.affinity else 0)


def suggest(viewer: User, n: int) -> list[Suggestion]:
    """Return up to `n` suggestions: people before synthetic members, strongest first."""
    friends = _followed_by_friends(viewer)
    alike = _alike(viewer)
    members = User.objects.in_bulk(friends.keys() | alike.keys())
    suggestions = [
        Suggestion(member, alike.get(pk), tuple(friends.get(pk, [])[:NAMED]), max(len(friends.get(pk, [])) - NAMED, 0))
        for pk, member in members.items()
    ]
    return sorted(suggestions, key=lambda one: (one.member.is_synthetic, -one.strength, one.member.username))[:n]


def dismiss(viewer: User, other: User, *, is_dismissed: bool = True) -> None:
    if not is_dismissed:
        DismissedSuggestion.objects.filter(member=viewer, dismissed=other).delete()
    elif viewer != other:
        DismissedSuggestion.objects.get_or_create(member=viewer, dismissed=other)


def candidates_for(viewer: User) -> QuerySet[User]:
    """Return visible members that the viewer hasn't followed, requested, muted or dismissed."""
    return (
        members_visible_to(viewer)
        .exclude(pk=viewer.pk)
        .exclude(pk__in=followed_by(viewer))
        .exclude(pk__in=muted_by(viewer))
        .exclude(pk__in=FollowRequest.objects.filter(asker=viewer).values("asked"))
        .exclude(pk__in=DismissedSuggestion.objects.filter(member=viewer).values("dismissed"))
    )


def _followed_by_friends(viewer: User) -> dict[int, list[str]]:
    """Return {member ID: names of the viewer's friends who follow them}.

    Friends are unmuted, followed members who show their list to followers: follows are as visible as the list.
    """
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
    """Return {member ID: affinity} of candidates with public lists and similar taste.

    Candidates are cached until the viewer's list changes, for up to a day. Affinity and visibility are always checked.
    """
    key = f"suggestions:{viewer.pk}:{viewer.list_version}"
    cached = cache.get(key)
    public = candidates_for(viewer).filter(list_visibility=Visibility.PUBLIC)
    by_member = affinities(viewer, public.filter(pk__in=_with_common_titles(viewer) if cached is None else cached))
    alike = {pk: one for pk, one in by_member.items() if one.n_common >= LEAST_COMMON and one.value >= ALIKE}
    if cached is None:
        cache.set(key, list(alike), DAY)
    return alike


def _with_common_titles(viewer: User) -> list[int]:
    """Return the members who scored most of the viewer's least popular titles, people before synthetic members.

    Visibility is checked in a second query, because in a single one the database would scan every list.
    """
    own = ListEntry.objects.own(viewer).filter(score__isnull=False)
    rarest = list(own.order_by("title__popularity", "title").values_list("title_id", flat=True)[:RAREST])
    shared = ListEntry.objects.filter(
        title__in=rarest, score__isnull=False, visibility=Visibility.PUBLIC, is_removed=False
    )
    most = shared.order_by().values("user").annotate(n=Count("pk")).order_by("-n", "user")
    ids = list(most.values_list("user", flat=True)[:MOST_SHARING])
    public = candidates_for(viewer).filter(pk__in=ids, list_visibility=Visibility.PUBLIC)
    is_synthetic = dict(public.values_list("pk", "is_synthetic"))
    return sorted((pk for pk in ids if pk in is_synthetic), key=is_synthetic.__getitem__)[:COMPARED]
