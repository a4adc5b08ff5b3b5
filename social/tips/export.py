"""Recommendations to and from other members, in a member's export."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from accounts.models import User
from accounts.portability.items import exported_title
from social.models.tips import Tip
from social.tips.queries import tips_visible_to
from social.visibility import members_visible_to


def export_tips(user: User) -> Iterable[dict[str, Any]]:
    sent = Tip.objects.filter(author=user, recipient__in=members_visible_to(user))
    for tips, other in ((sent, "recipient"), (tips_visible_to(user), "author")):
        for tip in tips.select_related(other, "title").prefetch_related("title__external_ids").order_by("pk"):
            yield {other: getattr(tip, other).username, "title": exported_title(tip.title), "note": tip.note}


def restore_tips(user: User, items: list[Any]) -> list[int]:
    """Restore nothing: an import must not send recommendations again."""
    return []


def undo_tips(user: User, ids: list[int]) -> None:
    """Do nothing: no recommendations were restored."""
