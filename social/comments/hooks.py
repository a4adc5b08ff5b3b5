from typing import Any

from django.db.models import OuterRef, Q
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.portability.sections import Section, register
from catalog.titles.names import name_for
from social.comments.export import export_comments, restore_comments, undo_comments
from social.models import Activity, Comment, Like, Notification, Review
from social.moderation.targets import Reportable, register_target
from social.notifications.kinds import Kind, register_kind
from social.signals import blocked
from social.visibility import comments_visible_to, items_visible_to

TITLES = ("items__entry__title", "items__review__title")


def _titles_of(about: Activity | Review, member: User) -> str:
    """Return the name of the title of a review or activity, and how many more; empty if it has none."""
    if isinstance(about, Review):
        return name_for(about.title, member)
    causes = (item.entry or item.review for item in about.items.all())
    titles = [cause.title for cause in causes if cause]
    if not titles:
        return ""
    name, others = name_for(titles[0], member), len(titles) - 1
    if not others:
        return name
    return ngettext("%(title)s and %(n)d more title", "%(title)s and %(n)d more titles", others) % {
        "title": name, "n": others,
    }  # fmt: skip


def comment_thread(notification: Notification) -> str:
    assert notification.comment is not None
    about = notification.comment.about
    return f"{about._meta.model_name}:{about.pk}"


def reportable_comment(viewer: User, pk: int) -> Comment:
    return get_object_or_404(comments_visible_to(viewer).select_related("author"), pk=pk)


register(Section("comments", export_comments, restore_comments, undo_comments))
register_kind(
    Kind(
        "comment",
        _("Comments on my activity and reviews"),
        _("New comment on %(about)s: %(who)s"),
        url=lambda notification: notification.comment.get_absolute_url(),
        thread=comment_thread,
        related=("comment__activity", "comment__review__title"),
        about=lambda notification: _titles_of(notification.comment.about, notification.recipient),
        sentence_without=_("New comment: %(who)s"),
        prefetched=tuple(f"comment__activity__{path}" for path in TITLES),
        visible=lambda member: comments_visible_to(member).filter(pk=OuterRef("comment")),
    )
)
register_kind(
    Kind(
        "like",
        _("Likes on my activity"),
        _("New like on %(about)s: %(who)s"),
        url=lambda notification: notification.like.activity.get_absolute_url(),
        thread=lambda notification: f"activity:{notification.like.activity_id}",
        related=("like__activity",),
        about=lambda notification: _titles_of(notification.like.activity, notification.recipient),
        sentence_without=_("New like: %(who)s"),
        prefetched=tuple(f"like__activity__{path}" for path in TITLES),
        visible=lambda member: items_visible_to(member).filter(activity=OuterRef("like__activity")),
    )
)
register_target(
    Reportable(
        "comment",
        _("Comments"),
        Comment,
        reportable_comment,
        related=("comment__author", "comment__activity", "comment__review"),
    )
)


@receiver(blocked, dispatch_uid="comments_blocked")
def remove_between(blocker_id: int, blocked_id: int, **_: Any) -> None:
    """Delete the likes and comments that two members left on each other's activities and reviews."""
    for one, other in ((blocker_id, blocked_id), (blocked_id, blocker_id)):
        Like.objects.filter(member=one, activity__actor=other).delete()
        on_theirs = Q(activity__actor=other) | Q(review__author=other)
        Comment.objects.filter(on_theirs, author=one).delete()
