from __future__ import annotations

from django.db.models import Q, QuerySet

from accounts.models import User, Visibility
from social.models.profiles import Profile
from social.visibility import Viewer, followed_by, members_visible_to


def profiles_visible_to(viewer: Viewer) -> QuerySet[Profile]:
    """Return the profiles whose text the viewer can read: it is as visible as the member's list."""
    condition = Q(member__list_visibility=Visibility.PUBLIC, is_removed=False)
    if viewer is not None and viewer.is_authenticated:
        followed = Q(member__list_visibility=Visibility.FOLLOWERS, member__in=followed_by(viewer), is_removed=False)
        condition |= Q(member=viewer) | followed
    return Profile.objects.filter(condition, member__in=members_visible_to(viewer))


def visible_profile(member: User, viewer: Viewer) -> Profile | None:
    return profiles_visible_to(viewer).filter(member=member).first()
