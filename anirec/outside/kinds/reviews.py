from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _

from anirec.outside.cards import Card
from anirec.outside.kinds.base import Subject, is_number, short, thing
from anirec.outside.kinds.titles import title_node
from anirec.outside.listing import listed_reviews
from catalog.models import Title
from catalog.posters.drawing import Sheet
from social.markdown import without_spoilers
from social.models import Review
from social.reviews.queries import reviews_for


def find_review(key: str) -> Subject | None:
    """Return the review's page; None if guests can't see it. Its stars are the reviewer's, not the mean."""
    if not is_number(key):
        return None
    review = reviews_for(AnonymousUser()).select_related("author").filter(pk=int(key)).first()
    if review is None:
        return None
    title, author = Title.objects.with_tag_names().get(pk=review.title_id), review.author
    text = "" if review.has_spoilers else short(without_spoilers(review.text))
    subject = Subject(
        kind="review",
        key=str(review.pk),
        path=review.get_absolute_url(),
        name=_("%(name)s, reviewed by %(author)s") % {"name": title.name, "author": author.username},
        description=text or _("This review contains spoilers."),
        card=_card(title, review),
        node={},
        og_type="article",
        crumbs=((title.name, title.get_absolute_url()),),
        author=(author.username, author.get_absolute_url()),
        extra={"article:published_time": review.created_at.isoformat(timespec="seconds")},
        is_listed=listed_reviews().filter(pk=review.pk).exists(),
    )
    subject.node.update(_node(title, review, text, subject))
    return subject


def _card(title: Title, review: Review) -> Card:
    lines = (f"Reviewed by {review.author.username}",)
    return Card(title.name, title.name_english, lines, (Sheet.of(title),), stars=_score(review))


def _score(review: Review) -> int | None:
    score: int | None = review.score  # type: ignore[attr-defined]  # annotated, if a guest may see it
    return score


def _node(title: Title, review: Review, text: str, subject: Subject) -> dict[str, object]:
    rating = {"@type": "Rating", "ratingValue": _score(review), "bestRating": 10, "worstRating": 1}
    return thing(
        "Review",
        subject.name,
        subject.path,
        itemReviewed=title_node(title),
        author=thing("Person", review.author.username, review.author.get_absolute_url()),
        datePublished=review.created_at.date().isoformat(),
        dateModified=review.edited_at.date().isoformat() if review.edited_at else None,
        reviewBody=text,
        reviewRating=rating if _score(review) else None,
    )
