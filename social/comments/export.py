"""Comments in a member's export."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeGuard

from django.db.models import Q

from accounts.models import User
from accounts.portability.items import moment_of, names_in
from anirec.lib.text import is_text
from social.models import Activity, Comment, Review
from social.models.activities import LONGEST_COMMENT
from social.visibility import activities_visible_to, members_visible_to, reviews_visible_to


def export_comments(user: User) -> Iterable[dict[str, Any]]:
    """Yield the member's comments, each with a reference to its target, if its author is visible to them."""
    visible = members_visible_to(user)
    own = Comment.objects.filter(author=user).annotate(
        is_found=Q(activity__actor__in=visible) | Q(review__author__in=visible)
    )
    for comment in own.select_related("activity__actor", "review__author", "review__title").order_by("pk"):
        about = _about(comment) if comment.is_found else None
        yield {"about": about, "text": comment.text, "created_at": comment.created_at.isoformat()}


def restore_comments(user: User, items: list[Any]) -> list[int]:
    """Restore comments on visible targets that don't have them yet. Return the new ids."""
    written = []
    for item in items:
        if not isinstance(item, dict) or not _is_comment_text(text := item.get("text")):
            continue
        on = _find(user, item.get("about"))
        if on and not Comment.objects.filter(author=user, text=text, **on).exists():
            comment = Comment.objects.create(author=user, text=text, **on)
            if at := moment_of(item.get("created_at")):
                Comment.objects.filter(pk=comment.pk).update(created_at=at)
            written.append(comment.pk)
    return written


def undo_comments(user: User, ids: list[int]) -> None:
    Comment.objects.filter(author=user, pk__in=ids).delete()


def _about(comment: Comment) -> dict[str, str]:
    if comment.review:
        return {"reviewed": comment.review.title.name, "by": comment.review.author.username}
    assert comment.activity is not None
    activity = comment.activity
    return {"did": activity.kind, "by": activity.actor.username, "at": activity.at.isoformat()}


def _find(user: User, about: Any) -> dict[str, Activity | Review] | None:
    if not isinstance(about, dict) or len(names_in(about.values())) != len(about):
        return None
    by = about.get("by")
    if "reviewed" in about:
        review = reviews_visible_to(user).filter(author__username=by, title__name=about["reviewed"]).first()
        return {"review": review} if review else None
    at = moment_of(about.get("at"))
    activity = at and activities_visible_to(user).filter(actor__username=by, kind=about.get("did"), at=at).first()
    return {"activity": activity} if activity else None


def _is_comment_text(text: Any) -> TypeGuard[str]:
    return is_text(text) and 0 < len(text) <= LONGEST_COMMENT
