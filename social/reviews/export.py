"""Reviews in a member's export."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.portability.items import exported_title, ids_of, titles_by_id
from anirec.lib.text import is_text
from social.models import Review
from social.models.reviews import ASPECTS
from social.reviews import writing as reviews


def export_reviews(user: User) -> list[dict[str, Any]]:
    own = Review.objects.filter(author=user).prefetch_related("title__external_ids").order_by("title__name", "title")
    return [
        {
            "title": exported_title(review.title),
            "text": review.text,
            "has_spoilers": review.has_spoilers,
            "aspects": {name: score for name, score in review.aspects.items() if score is not None},
        }
        for review in own
    ]


def restore_reviews(user: User, items: list[Any]) -> list[int]:
    """Restore reviews and return their ids. Titles that are already reviewed keep their review."""
    valid = [item for item in items if _is_review(item)]
    titles = titles_by_id({key for item in valid for key in ids_of(item["title"])})
    reviewed = set(Review.objects.filter(author=user).values_list("title_id", flat=True))
    written = []
    for item in valid:
        matches = {titles[key] for key in ids_of(item["title"]) if key in titles}
        if len(matches) != 1 or (title := matches.pop()).pk in reviewed:
            continue
        try:
            review = reviews.save_review(
                user,
                title,
                item["text"],
                has_spoilers=item.get("has_spoilers") is True,
                aspects=_aspects(item.get("aspects")),
            )
        except ValidationError:
            continue
        reviewed.add(title.pk)
        written.append(review.pk)
    return written


def undo_reviews(user: User, review_ids: list[int]) -> None:
    Review.objects.filter(author=user, pk__in=review_ids).delete()


def _is_review(item: Any) -> bool:
    return isinstance(item, dict) and is_text(item.get("text")) and bool(ids_of(item.get("title")))


def _aspects(given: Any) -> dict[str, int]:
    """Return the valid aspect scores of an exported review. The others are left out: the review is worth more."""
    scores = given if isinstance(given, dict) else {}
    return {
        name: score for name, score in scores.items() if name in ASPECTS and type(score) is int and 1 <= score <= 10
    }
