"""Whom a member follows, by name, and what they have reviewed, in their own JSON."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from accounts.models import User
from accounts.portability.sections import Section, register
from catalog.models import ExternalId, Title
from catalog.models.titles import Medium
from social import reviews
from social.models import Follow, FollowRequest, Review
from social.visibility import members_visible_to


def export_follows(user: User) -> list[str]:
    shown = Follow.objects.filter(follower=user, followed__in=members_visible_to(user))
    return list(shown.order_by("followed__username").values_list("followed__username", flat=True))


def restore_follows(user: User, names: list[Any]) -> list[int]:
    """The ids of those who are followed from now on, and were not before; who approves their followers is asked."""
    wanted = members_visible_to(user).filter(username__in=names_in(names))
    strangers = wanted.exclude(pk=user.pk).exclude(followers__follower=user)
    new = list(strangers.filter(approves_followers=False).values_list("pk", flat=True))
    asked = strangers.filter(approves_followers=True).values_list("pk", flat=True)
    FollowRequest.objects.bulk_create(
        [FollowRequest(asker=user, asked_id=asked_id) for asked_id in asked], ignore_conflicts=True
    )
    Follow.objects.bulk_create(
        [Follow(follower=user, followed_id=followed_id) for followed_id in new], ignore_conflicts=True
    )
    return new


def undo_follows(user: User, followed_ids: list[int]) -> None:
    Follow.objects.filter(follower=user, followed__in=followed_ids).delete()


def names_in(items: Iterable[Any]) -> list[str]:
    return [name for name in items if isinstance(name, str) and "\x00" not in name]


def export_reviews(user: User) -> list[dict[str, Any]]:
    own = Review.objects.filter(author=user).prefetch_related("title__external_ids").order_by("title__name", "title")
    return [
        {
            "title": exported_title(review.title),
            "text": review.text,
            "has_spoilers": review.has_spoilers,
        }
        for review in own
    ]


def exported_title(title: Title) -> dict[str, Any]:
    return {"name": title.name, "ids": {i.provider: i.value for i in title.external_ids.all()}}


def restore_reviews(user: User, items: list[Any]) -> list[int]:
    """The ids of the reviews that were written; a title that was reviewed already keeps its review."""
    wanted = [item for item in items if _is_review(item)]
    titles = titles_by_id({(p, str(v)) for item in wanted for p, v in item["title"]["ids"].items()})
    reviewed = set(Review.objects.filter(author=user).values_list("title_id", flat=True))
    written = []
    for item in wanted:
        found = {titles[key] for p, v in item["title"]["ids"].items() if (key := (p, str(v))) in titles}
        if len(found) != 1 or (title := found.pop()).pk in reviewed:
            continue
        try:
            review = reviews.write_review(user, title, item["text"], has_spoilers=item.get("has_spoilers") is True)
        except ValidationError:
            continue
        reviewed.add(title.pk)
        written.append(review.pk)
    return written


def undo_reviews(user: User, review_ids: list[int]) -> None:
    Review.objects.filter(author=user, pk__in=review_ids).delete()


def _is_review(item: Any) -> bool:
    if not isinstance(item, dict) or not isinstance(item.get("text"), str) or "\x00" in item["text"]:
        return False
    title = item.get("title")
    return isinstance(title, dict) and isinstance(title.get("ids"), dict)


def ids_of(title: Any) -> list[tuple[str, str]]:
    """By which other sites know the title of an item; none when it is no such thing."""
    ids = title.get("ids") if isinstance(title, dict) else None
    pairs = [(provider, str(value)) for provider, value in ids.items()] if isinstance(ids, dict) else []
    return [pair for pair in pairs if "\x00" not in pair[1]]


def titles_by_id(ids: set[tuple[str, str]]) -> dict[tuple[str, str], Title]:
    known = ExternalId.objects.filter(medium=Medium.ANIME, value__in={value for _, value in ids}).select_related(
        "title"
    )
    return {(row.provider, str(row.value)): row.title for row in known if (row.provider, str(row.value)) in ids}


register(Section("reviews", export_reviews, restore_reviews, undo_reviews))
register(Section("follows", export_follows, restore_follows, undo_follows))
