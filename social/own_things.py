"""What else is a member's own in their JSON: whom they block, mute and dismissed, what they are told of, who may see them,
comments, and what they recommended and was recommended to them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeGuard

from django.db.models import Q

from accounts.models import User, Visibility
from accounts.portability.sections import Section, register
from social import relations
from social.models import Activity, Block, Comment, DismissedSuggestion, Mute, NotificationChoice, Review, Tip
from social.models.activities import LONGEST_COMMENT
from social.notifications import Kind, choose_channels
from social.portability import exported_title, names_in
from social.queries import muted_members
from social.visibility import activities_visible_to, members_visible_to, reviews_visible_to, tips_visible_to

Channel = NotificationChoice.Channel


def export_blocks(user: User) -> list[str]:
    return list(
        Block.objects.filter(blocker=user).order_by("blocked__username").values_list("blocked__username", flat=True)
    )


def restore_blocks(user: User, names: list[Any]) -> list[int]:
    new = User.objects.filter(username__in=names_in(names)).exclude(pk=user.pk).exclude(blocked_by__blocker=user)
    for other in (found := list(new)):
        relations.block(user, other)
    return [other.pk for other in found]


def undo_blocks(user: User, ids: list[int]) -> None:
    Block.objects.filter(blocker=user, blocked__in=ids).delete()


def export_mutes(user: User) -> list[str]:
    return list(muted_members(user).order_by("username").values_list("username", flat=True))


def restore_mutes(user: User, names: list[Any]) -> list[int]:
    new = (
        members_visible_to(user).filter(username__in=names_in(names)).exclude(pk=user.pk).exclude(muted_by__muter=user)
    )
    ids = list(new.values_list("pk", flat=True))
    Mute.objects.bulk_create([Mute(muter=user, muted_id=pk) for pk in ids], ignore_conflicts=True)
    return ids


def undo_mutes(user: User, ids: list[int]) -> None:
    Mute.objects.filter(muter=user, muted__in=ids).delete()


def export_dismissed(user: User) -> list[str]:
    rows = DismissedSuggestion.objects.filter(member=user, dismissed__in=members_visible_to(user))
    return list(rows.order_by("dismissed__username").values_list("dismissed__username", flat=True))


def restore_dismissed(user: User, names: list[Any]) -> list[int]:
    already = DismissedSuggestion.objects.filter(member=user).values("dismissed")
    new = members_visible_to(user).filter(username__in=names_in(names)).exclude(pk=user.pk).exclude(pk__in=already)
    ids = list(new.values_list("pk", flat=True))
    DismissedSuggestion.objects.bulk_create(
        [DismissedSuggestion(member=user, dismissed_id=pk) for pk in ids], ignore_conflicts=True
    )
    return ids


def undo_dismissed(user: User, ids: list[int]) -> None:
    DismissedSuggestion.objects.filter(member=user, dismissed__in=ids).delete()


def export_tips(user: User) -> Iterable[dict[str, Any]]:
    given = Tip.objects.filter(author=user, recipient__in=members_visible_to(user))
    for tips, other in ((given, "recipient"), (tips_visible_to(user), "author")):
        for tip in tips.select_related(other, "title").prefetch_related("title__external_ids").order_by("pk"):
            yield {other: getattr(tip, other).username, "title": exported_title(tip.title), "note": tip.note}


def restore_tips(user: User, items: list[Any]) -> list[int]:
    """None of them: what is said to others is not said again because of a file, and what others said not put into it."""
    return []


def undo_tips(user: User, ids: list[int]) -> None:
    """None were restored."""


def export_choices(user: User) -> list[dict[str, str]]:
    chosen = NotificationChoice.objects.filter(member=user).order_by("kind")
    return [{"kind": one.kind, "channel": one.channel} for one in chosen]


def restore_choices(user: User, items: list[Any]) -> list[dict[str, str]]:
    """What was chosen before."""
    before = export_choices(user)
    chosen = {item.get("kind"): item.get("channel") for item in items if isinstance(item, dict)}
    choose_channels(user, {k: c for k, c in chosen.items() if k in Kind.values and c in Channel.values})
    return before


def undo_choices(user: User, before: list[dict[str, str]]) -> None:
    NotificationChoice.objects.filter(member=user).delete()
    restore_choices(user, before)


def export_privacy(user: User) -> list[dict[str, Any]]:
    rows = User.objects.filter(pk=user.pk).values("approves_followers", "list_visibility", "tips_from")
    return [dict(row) for row in rows]


def restore_privacy(user: User, items: list[Any]) -> list[dict[str, Any]]:
    """What it was before."""
    before = export_privacy(user)
    for item in items:
        if isinstance(item, dict) and item.get("list_visibility") in Visibility.values:
            user.approves_followers = item.get("approves_followers") is True
            user.list_visibility = item["list_visibility"]
            if item.get("tips_from") in User.TipsFrom.values:
                user.tips_from = item["tips_from"]
            user.save(update_fields=["approves_followers", "list_visibility", "tips_from"])
    return before


def undo_privacy(user: User, before: list[dict[str, Any]]) -> None:
    restore_privacy(user, before)


def export_comments(user: User) -> Iterable[dict[str, Any]]:
    """With what finds again what they are about: a member, whom they see, and what that one did when, or reviewed."""
    seen = members_visible_to(user)
    own = Comment.objects.filter(author=user).annotate(
        is_found=Q(activity__actor__in=seen) | Q(review__author__in=seen)
    )
    for comment in own.select_related("activity__actor", "review__author", "review__title").order_by("pk"):
        about = _about(comment) if comment.is_found else None
        yield {"about": about, "text": comment.text, "created_at": comment.created_at.isoformat()}


def restore_comments(user: User, items: list[Any]) -> list[int]:
    """Those on what is here, may be seen, and does not have them already."""
    written = []
    for item in items:
        if not isinstance(item, dict) or not _is_text(text := item.get("text")):
            continue
        on = _find(user, item.get("about"))
        if on and not Comment.objects.filter(author=user, text=text, **on).exists():
            comment = Comment.objects.create(author=user, text=text, **on)
            if at := _moment(item.get("created_at")):
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
    at = _moment(about.get("at"))
    activity = at and activities_visible_to(user).filter(actor__username=by, kind=about.get("did"), at=at).first()
    return {"activity": activity} if activity else None


def _is_text(text: Any) -> TypeGuard[str]:
    return isinstance(text, str) and 0 < len(text) <= LONGEST_COMMENT and "\0" not in text


def _moment(value: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo else None


register(Section("blocks", export_blocks, restore_blocks, undo_blocks))
register(Section("mutes", export_mutes, restore_mutes, undo_mutes))
register(Section("dismissed", export_dismissed, restore_dismissed, undo_dismissed))
register(Section("recommended", export_tips, restore_tips, undo_tips))
register(Section("notifications", export_choices, restore_choices, undo_choices))
register(Section("privacy", export_privacy, restore_privacy, undo_privacy))
register(Section("comments", export_comments, restore_comments, undo_comments))
