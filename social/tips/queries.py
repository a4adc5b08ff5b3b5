"""Queries for recommended titles."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from catalog.models import Title
from social.models.tips import Tip
from social.visibility import members_visible_to, muted_by


def tips_visible_to(member: User) -> QuerySet[Tip]:
    """Return visible recommendations to a member, from visible and unmuted senders."""
    return Tip.objects.filter(
        is_removed=False,
        recipient=member,
        author__in=members_visible_to(member).exclude(pk__in=muted_by(member)),
        title__in=Title.objects.visible_to(member).order_by(),
    )


def received_by(member: User) -> QuerySet[Tip]:
    """Return a member's visible recommendations, newest first."""
    return tips_visible_to(member).select_related("author").order_by("-pk")
