"""The only module that changes reviews. Invalid values raise Django's ValidationError."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.events import publish
from accounts.models import User
from accounts.security.limits import WriteLimit
from catalog.models import Title
from social.activities import record_review
from social.models import HelpfulVote, Review, ReviewVersion
from social.models.reviews import LONGEST
from social.notifications.notifying import notify
from social.signals import review_written

AspectScores = Mapping[str, int | None]
REVIEWS, VOTES = WriteLimit("reviews", per_hour=60), WriteLimit("votes", per_hour=500)


def write_review(author: User, title: Title, text: str, **values: Any) -> Review:
    """Create or update the author's review of a title, within the limit of reviews. values: see `save_review`."""
    REVIEWS.consume(author)
    return save_review(author, title, text, **values)


def save_review(
    author: User, title: Title, text: str, *, has_spoilers: bool = False, aspects: AspectScores | None = None
) -> Review:
    """Create or update the author's review of a title. The previous text is kept as a version.

    aspects: the author's scores, 1–10 or None, by name; omitted ones are unchanged.
    """
    with transaction.atomic():
        author.lock()
        review = Review.objects.filter(author=author, title=title).first()
        kept = {} if review is None else review.aspects
        scores = kept | dict(aspects or {})
        draft = Review(author=author, title=title, text=text.strip(), has_spoilers=has_spoilers, **scores)
        draft.clean_fields(exclude={"author", "title"})
        _require_length(draft.text)
        if review is None:
            draft.save()
            record_review(draft)
            publish(author.pk, "review.created", {"review_id": draft.pk, "title_id": title.pk, "medium": title.medium})
            review_written.send(Review, review_id=draft.pk)
            return draft
        if scores != kept:
            Review.objects.filter(pk=review.pk).update(**scores)
        if (review.text, review.has_spoilers) != (draft.text, has_spoilers):
            _replace_text(review, draft)
    return Review.objects.get(pk=review.pk)


def _replace_text(review: Review, draft: Review) -> None:
    ReviewVersion.objects.create(
        review=review,
        text=review.text,
        has_spoilers=review.has_spoilers,
        written_at=review.edited_at or review.created_at,
    )
    values = {"text": draft.text, "has_spoilers": draft.has_spoilers, "edited_at": timezone.now()}
    Review.objects.filter(pk=review.pk).update(**values)
    review_written.send(Review, review_id=review.pk)


def join_reviews(kept: Review, dropped: Review) -> None:
    """Keep the text of the review that was written last, for an author with two of one work; the other is a version."""
    newer, older = sorted((kept, dropped), key=lambda one: (one.edited_at or one.created_at, one.pk), reverse=True)
    ReviewVersion.objects.create(
        review=kept,
        text=older.text,
        has_spoilers=older.has_spoilers,
        written_at=older.edited_at or older.created_at,
    )
    Review.objects.filter(pk=kept.pk).update(
        text=newer.text,
        has_spoilers=newer.has_spoilers,
        is_removed=newer.is_removed or older.is_removed,
        created_at=min(newer.created_at, older.created_at),
        edited_at=newer.edited_at or newer.created_at,
        **{name: score if score is not None else older.aspects[name] for name, score in newer.aspects.items()},
    )
    review_written.send(Review, review_id=kept.pk)


def delete_review(review: Review) -> None:
    """Delete a review with its versions, votes and reports."""
    review.delete()


def vote_helpful(voter: User, review: Review, is_helpful: bool) -> None:
    """Vote another member's review helpful, or withdraw the vote."""
    if review.author_id == voter.pk:
        raise ValidationError(gettext("You can’t vote on your own review."))
    if is_helpful:
        VOTES.consume(voter)
        with transaction.atomic():
            vote, is_new = HelpfulVote.objects.get_or_create(review=review, voter=voter)
            if is_new:
                notify(review.author, "helpful", voter, vote)
    else:
        HelpfulVote.objects.filter(review=review, voter=voter).delete()


def _require_length(text: str) -> None:
    if len(text) > LONGEST:  # a TextField's max_length only applies to forms
        message = gettext("Reviews can be up to %(n)d characters (this one has %(given)d).")
        raise ValidationError({"text": message % {"n": LONGEST, "given": len(text)}})
