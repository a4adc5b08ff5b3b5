from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.entries import writing as lists
from accounts.models import ListEntry, User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from accounts.settings.privacy import register_privacy_field
from accounts.tokens.scopes import register_scope
from social import activities  # noqa: F401  (receives list changes)
from social.models import Follow, FollowRequest, Notification
from social.moderation.targets import Act, Reportable, register_target
from social.notifications.kinds import Kind, register_kind
from social.people import export
from social.people.queries import visible_member
from social.visibility import entries_visible_to, members_visible_to


def actor_url(notification: Notification) -> str:
    assert notification.actor is not None
    return notification.actor.get_absolute_url()


def reportable_note(viewer: User, pk: int = 0, username: str = "", title_id: int = 0) -> ListEntry:
    """Return a list entry that has a note, by entry ID or by member and title."""
    entries = entries_visible_to(viewer).exclude(notes="").select_related("user", "title")
    if pk:
        return get_object_or_404(entries, pk=pk)
    return get_object_or_404(entries, user=visible_member(username, viewer), title=title_id)


def reportable_member(viewer: User, username: str) -> User:
    return visible_member(username, viewer)


register(Section("follows", export.export_follows, export.restore_follows, export.undo_follows))
register(Section("blocks", export.export_blocks, export.restore_blocks, export.undo_blocks))
register(Section("mutes", export.export_mutes, export.restore_mutes, export.undo_mutes))
register(Section("dismissed", export.export_dismissed, export.restore_dismissed, export.undo_dismissed))
register(Section("privacy", export.export_privacy, export.restore_privacy, export.undo_privacy))
register_personal_data(
    "follow_requests",
    lambda user: FollowRequest.objects.filter(asker=user, asked__in=members_visible_to(user)),
    "asked__username",
    "created_at",
)
register_personal_data(
    "followers",
    lambda user: Follow.objects.filter(followed=user, follower__in=members_visible_to(user)),
    "follower__username",
    "created_at",
)
register_privacy_field("list_visibility")
register_privacy_field("approves_followers")
register_scope("read:social", _("Read other members’ profiles, my feed and my notifications"))
register_scope("write:social", _("Follow, comment, like, recommend, mute and block on my behalf"))
register_kind(Kind("follow", _("New followers"), _("New follower: %(who)s"), url=actor_url))
register_kind(
    Kind(
        "request",
        _("Follow requests"),
        _("Follow request: %(who)s"),
        url=lambda _notification: reverse("social:followers"),
        related=("request",),
    )
)
register_kind(
    Kind(
        "accepted",
        _("Accepted follow requests"),
        _("Follow request accepted: %(who)s"),
        url=actor_url,
    )
)
register_target(
    Reportable(
        "entry",
        _("List notes"),
        ListEntry,
        reportable_note,
        related=("entry__user",),
        has_title=True,
        set_removed=lists.take_down,
    )
)
register_target(
    Reportable(
        "member",
        _("Members"),
        User,
        reportable_member,
        acts=(Act.LEAVE, Act.WARN, Act.SUSPEND, Act.REINSTATE),
    )
)
