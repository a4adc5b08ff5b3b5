"""The only module that writes comments and likes. Invalid values raise Django's ValidationError.

Anyone who can see an activity or a review may comment on it or like it: callers have checked the visibility.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext

from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from social.models import Activity, Comment, Like, Review
from social.models.activities import LONGEST_COMMENT
from social.notifications.notifying import notify

COMMENTS, LIKES = WriteLimit("comments", per_hour=100), WriteLimit("likes", per_hour=500)


def write_comment(author: User, about: Activity | Review, text: str) -> Comment:
    on = {"activity" if isinstance(about, Activity) else "review": about}
    comment = Comment(author=author, text=text.strip(), **on)
    comment.clean_fields(exclude={"author", "activity", "review"})
    require_text(comment.text, "text")
    if len(comment.text) > LONGEST_COMMENT:  # a TextField's max_length only applies to forms
        message = gettext("Comments can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({"text": message % {"n": LONGEST_COMMENT, "given": len(comment.text)}})
    COMMENTS.consume(author)
    with transaction.atomic():
        comment.save()
        notify(about.owner, "comment", author, comment)
    return comment


def may_delete(comment: Comment, member: User) -> bool:
    """Return whether the member wrote the comment or owns its target."""
    return member.pk in (comment.author_id, comment.about.owner.pk)


def delete_comment(comment: Comment) -> None:
    comment.delete()


def like(member: User, activity: Activity, is_liked: bool) -> None:
    """Like another member's activity, or unlike it."""
    if activity.actor_id == member.pk:
        raise ValidationError(gettext("You can’t like your own activity."))
    if is_liked:
        LIKES.consume(member)
        with transaction.atomic():
            new, is_new = Like.objects.get_or_create(activity=activity, member=member)
            if is_new:
                notify(activity.owner, "like", member, new)
    else:
        Like.objects.filter(activity=activity, member=member).delete()
