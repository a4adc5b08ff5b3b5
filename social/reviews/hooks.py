from typing import Any

from django.db.models import OuterRef
from django.dispatch import receiver
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from accounts.events import Event, register_event
from accounts.models import User
from accounts.personal_data import register_personal_data
from accounts.portability.sections import Section, register
from accounts.tokens.scopes import register_scope
from catalog.titles.merging import register_join
from catalog.titles.names import name_for
from social.models import HelpfulVote, Review, ReviewVersion
from social.moderation.targets import Reportable, register_target
from social.notifications.kinds import Kind, register_kind
from social.review_reading.queries import mismatch_hints
from social.reviews.export import export_reviews, restore_reviews, undo_reviews
from social.reviews.queries import reviews_for
from social.reviews.writing import join_reviews
from social.signals import blocked
from social.visibility import reviews_visible_to


def reportable_review(viewer: User, pk: int) -> Review:
    return get_object_or_404(reviews_for(viewer), pk=pk)


register_join(Review, join_reviews)
register_join(HelpfulVote)
register(Section("reviews", export_reviews, restore_reviews, undo_reviews))
register_personal_data("helpful_votes", lambda user: HelpfulVote.objects.filter(voter=user), "review")
register_personal_data(
    "review_versions",
    lambda user: ReviewVersion.objects.filter(review__author=user),
    *("review__title__name", "text", "has_spoilers", "written_at"),
)
register_scope("write:reviews", _("Write, edit and delete my reviews; vote on and report other people’s reviews"))
register_event(Event("review.created", _("I publish a review")))
register_kind(
    Kind(
        "helpful",
        _("Helpful votes on my reviews"),
        _("Found your review of %(about)s helpful: %(who)s"),
        url=lambda notification: notification.vote.review.get_absolute_url(),
        thread=lambda notification: f"review:{notification.vote.review_id}",
        related=("vote__review__title",),
        about=lambda notification: name_for(notification.vote.review.title, notification.recipient),
        visible=lambda member: reviews_visible_to(member).filter(pk=OuterRef("vote__review")),
    )
)
register_target(
    Reportable(
        "review",
        _("Reviews"),
        Review,
        reportable_review,
        related=("review__author",),
        has_title=True,
        hints=mismatch_hints,
    )
)


@receiver(blocked, dispatch_uid="reviews_blocked")
def remove_votes_between(blocker_id: int, blocked_id: int, **_: Any) -> None:
    for one, other in ((blocker_id, blocked_id), (blocked_id, blocker_id)):
        HelpfulVote.objects.filter(voter=one, review__author=other).delete()
