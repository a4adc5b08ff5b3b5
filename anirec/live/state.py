"""Versions of the data behind a member's open pages; a new version means a changed page."""

from __future__ import annotations

from collections.abc import Callable

from accounts.models import User
from recommendations.models import ModelVersion
from social.feed.queries import newest_of_feed
from social.plans.queries import version_of_plans

State = dict[str, str]


def _recommendations(member: User) -> str:
    version = ModelVersion.active()
    return f"{version.pk if version else 0}.{member.list_version}"


KINDS: dict[str, Callable[[User], str]] = {
    "recommendations": _recommendations,
    "feed": lambda member: str(newest_of_feed(member)),
    "plans": version_of_plans,
    "notifications": lambda member: str(member.unread_notifications),
}


def state_of(user_id: int, *kinds: str) -> State | None:
    """Return the versions of the given kinds, or of all. None if the account is deleted or inactive."""
    member = User.objects.filter(pk=user_id, is_active=True).first()
    return {kind: KINDS[kind](member) for kind in kinds or KINDS} if member else None
