"""Follows, blocks, mutes, dismissed suggestions and privacy settings in a member's export."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from accounts.portability.items import names_in
from accounts.settings.privacy import privacy_fields
from social.models import (
    Block,
    DismissedSuggestion,
    Follow,
    FollowRequest,
    Mute,
)
from social.people import relations
from social.people.queries import muted_members
from social.visibility import members_visible_to


def export_follows(user: User) -> list[str]:
    follows = Follow.objects.filter(follower=user, followed__in=members_visible_to(user))
    return list(follows.order_by("followed__username").values_list("followed__username", flat=True))


def restore_follows(user: User, names: list[Any]) -> list[int]:
    """Follow these members, or request to if they approve followers. Return the ids of the newly followed."""
    members = members_visible_to(user).filter(username__in=names_in(names))
    strangers = members.exclude(pk=user.pk).exclude(followers__follower=user)
    new = list(strangers.filter(approves_followers=False).values_list("pk", flat=True))
    approver_ids = strangers.filter(approves_followers=True).values_list("pk", flat=True)
    FollowRequest.objects.bulk_create(
        [FollowRequest(asker=user, asked_id=pk) for pk in approver_ids], ignore_conflicts=True
    )
    Follow.objects.bulk_create(
        [Follow(follower=user, followed_id=followed_id) for followed_id in new], ignore_conflicts=True
    )
    return new


def undo_follows(user: User, followed_ids: list[int]) -> None:
    Follow.objects.filter(follower=user, followed__in=followed_ids).delete()


def export_blocks(user: User) -> list[str]:
    return list(
        Block.objects.filter(blocker=user).order_by("blocked__username").values_list("blocked__username", flat=True)
    )


def restore_blocks(user: User, names: list[Any]) -> list[int]:
    new = User.objects.filter(username__in=names_in(names)).exclude(pk=user.pk).exclude(blocked_by__blocker=user)
    for other in (others := list(new)):
        relations.block(user, other)
    return [other.pk for other in others]


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


def export_privacy(user: User) -> list[dict[str, Any]]:
    return [{name: getattr(user, name) for name in privacy_fields()}]


def restore_privacy(user: User, items: list[Any]) -> list[dict[str, Any]]:
    """Restore exported privacy settings. Return the previous ones."""
    before = export_privacy(user)
    for item in items:
        if isinstance(item, dict):
            valid = {name: item[name] for name in privacy_fields() if _is_valid_setting(name, item.get(name))}
            User.objects.filter(pk=user.pk).update(**valid)
    user.refresh_from_db(fields=privacy_fields())
    return before


def _is_valid_setting(name: str, value: Any) -> bool:
    field: Any = User._meta.get_field(name)
    if field.choices:
        return value in [choice for choice, _ in field.flatchoices]  # a list, because JSON values may be unhashable
    return isinstance(value, bool)


def undo_privacy(user: User, before: list[dict[str, Any]]) -> None:
    restore_privacy(user, before)
