"""The only module that writes recommendations between members. Invalid values raise Django's ValidationError.

Only the recipient's settings decide whether they can be chosen. Errors mustn't reveal that they can't see a title, or
have it on a list that the author can't see. The recommendation is shown once they can see the title.
"""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext

from accounts.events import publish
from accounts.models import User
from accounts.security.limits import WriteLimit
from anirec.lib.text import require_text
from catalog.models import Title
from social.models import Follow
from social.models.tips import LONGEST_NOTE, Tip
from social.notifications.notifying import notify
from social.tips.queries import tips_visible_to
from social.visibility import entries_visible_to, followed_by, members_visible_to

From = User.TipsFrom
TIPS = WriteLimit("recommendations", per_hour=60)


def takers_for(author: User) -> QuerySet[User]:
    """Return the members who accept recommendations from a member, by their settings."""
    following = Q(pk__in=Follow.objects.filter(followed=author).values("follower"))
    followed = Q(pk__in=followed_by(author))
    may = Q(following, tips_from__in=(From.FOLLOWED, From.FOLLOWERS)) | Q(followed, tips_from=From.FOLLOWERS)
    return members_visible_to(author).filter(may).exclude(pk=author.pk).order_by("username")


def recipients_of(author: User, title: Title) -> QuerySet[User]:
    """Return the visible members to whom the author has recommended the title, by name."""
    sent = Tip.objects.filter(author=author, title=title)
    return members_visible_to(author).filter(pk__in=sent.values("recipient")).order_by("username")


def recommend(author: User, recipient: User, title: Title, note: str = "") -> Tip:
    """Recommend a title, once per recipient. The caller has checked that the author can see it."""
    tip = Tip(author=author, recipient=recipient, title=title, note=note.strip())
    _check(tip)
    TIPS.consume(author)
    with transaction.atomic():
        saved, is_new = Tip.objects.get_or_create(
            author=author, recipient=recipient, title=title, defaults={"note": tip.note}
        )
        if not is_new:
            raise ValidationError(
                gettext("You’ve already recommended this title to %(name)s.") % {"name": recipient.username}
            )
        notify(recipient, "tip", author, saved)
        if tips_visible_to(recipient).filter(pk=saved.pk).exists():
            data = {"tip_id": saved.pk, "title_id": title.pk, "medium": title.medium}
            publish(recipient.pk, "title.recommended", data)
    return saved


def decline(tip: Tip, *, is_declined: bool = True) -> None:
    """Decline a recommendation, or undo that. The author isn't notified. Adding the title needs no reply."""
    Tip.objects.filter(pk=tip.pk).update(is_declined=is_declined)


def join_tips(kept: Tip, dropped: Tip) -> None:
    """Make one of two recommendations of one work between the same members. It is declined only if both are."""
    Tip.objects.filter(pk=kept.pk).update(
        note="\n\n".join(dict.fromkeys(filter(None, (kept.note, dropped.note))))[:LONGEST_NOTE],
        is_declined=kept.is_declined and dropped.is_declined,
        is_removed=kept.is_removed or dropped.is_removed,
    )


def _check(tip: Tip) -> None:
    name = {"name": tip.recipient.username}
    require_text(tip.note, "note")
    if len(tip.note) > LONGEST_NOTE:  # a TextField's max_length only applies to forms
        message = gettext("Notes can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({"note": message % {"n": LONGEST_NOTE, "given": len(tip.note)}})
    if not takers_for(tip.author).filter(pk=tip.recipient.pk).exists():
        raise ValidationError(gettext("%(name)s doesn’t accept recommendations from you.") % name)
    if entries_visible_to(tip.author).filter(user=tip.recipient, title=tip.title).exists():
        raise ValidationError(gettext("%(name)s already has this title on their list.") % name)
