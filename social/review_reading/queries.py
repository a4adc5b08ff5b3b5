"""What readers of the site, and higher apps, see of readings."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Abs
from django.utils.translation import gettext

from catalog.models import Title
from social.models import Review, ReviewReading
from social.models.reviews import ASPECTS
from social.review_reading.live import live_reader
from social.review_reading.model import Phrase, Reading
from social.visibility import public_entries, reviews_visible_to

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

    Viewer = User | AnonymousUser

LEAST_REVIEWS = 3  # that a summary is made of
QUOTED_REVIEWS = 200  # the newest
QUOTES = 2  # of praise and of criticism, for each aspect


@dataclass(frozen=True)
class Explanation:
    """What moved a reading."""

    reading: Reading
    raised: list[Phrase]
    lowered: list[Phrase]


@dataclass(frozen=True)
class Mismatch:
    """A score that is further from what its text reads like than nine of ten are."""

    score: int
    explanation: Explanation


@dataclass(frozen=True)
class Quote:
    text: str
    review: Review


@dataclass(frozen=True)
class AspectSummary:
    """n: reviews that praise or criticise the aspect, n_praise of them praise it."""

    label: str
    n: int
    n_praise: int
    praise: list[Quote]
    criticism: list[Quote]

    @property
    def n_criticism(self) -> int:
        return self.n - self.n_praise


def evidence_of_review(value: str = "evidence") -> Subquery:
    """Return an expression over list entries: what the member's review of the title says about it, or null.

    value: "evidence", damped to the member's mean, for models; "score", as the text reads, to show.
    """
    read = ReviewReading.objects.filter(
        review__author=OuterRef("user"), review__title=OuterRef("title"), review__is_removed=False
    )
    return Subquery(read.values(value)[:1])


def explain(text: str) -> Explanation | None:
    """Return what a text reads like and why, or None without a reader or in a language that it doesn't know."""
    reader = live_reader()
    reading = reader.model.read(text) if reader else None
    if reader is None or reading is None:
        return None
    return Explanation(reading, *reader.model.phrases(text))


def mismatch(text: str, score: int | None) -> Mismatch | None:
    """Return what is odd about a score beside its text, if it is further away than nine of ten are."""
    explanation = explain(text) if score else None
    if score is None or explanation is None or abs(explanation.reading.score - score) <= explanation.reading.error:
        return None
    return Mismatch(score, explanation)


def mismatch_hints(review_ids: Collection[int]) -> dict[int, str]:
    """Return, for staff, which of these reviews read unlike their public score: a prank may, and so may irony."""
    score = (
        public_entries(None)
        .filter(user=OuterRef("review__author"), title=OuterRef("review__title"))
        .values("score")[:1]
    )
    read = ReviewReading.objects.filter(review__in=review_ids, score__isnull=False).annotate(given=Subquery(score))
    far = read.annotate(gap=Abs(F("score") - F("given"))).filter(gap__gt=F("error"))
    text = gettext("A hint, no verdict: the text reads like %(read)s, and the score is %(given)s.")
    return {one.review_id: text % {"read": round(one.score or 0), "given": one.given} for one in far}


def summary_of(title: Title, viewer: Viewer) -> list[AspectSummary]:
    """Return what the visible reviews of a title praise and criticise, most discussed aspect first.

    Reviews with spoilers are neither quoted nor counted. An aspect needs LEAST_REVIEWS reviews.
    """
    reviews = reviews_visible_to(viewer).filter(title=title, has_spoilers=False, reading__score__isnull=False)
    newest = list(reviews.select_related("author", "reading").order_by("-created_at", "-pk")[:QUOTED_REVIEWS])
    summaries = [_summary(str(label), aspect, newest) for aspect, label in ASPECTS.items()]
    return sorted((one for one in summaries if one.n >= LEAST_REVIEWS), key=lambda one: -one.n)


def _summary(label: str, aspect: str, reviews: list[Review]) -> AspectSummary:
    verdicts = {review.pk: verdict for review in reviews if (verdict := _verdict(review, aspect))}
    praise, criticism = (
        [quote for review in reviews if verdicts.get(review.pk) == sign for quote in _quotes(review, aspect, sign)]
        for sign in (1, -1)
    )
    n_praise = sum(verdict > 0 for verdict in verdicts.values())
    return AspectSummary(label, len(verdicts), n_praise, praise[:QUOTES], criticism[:QUOTES])


def _verdict(review: Review, aspect: str) -> int:
    """Return whether a review praises (1) or criticises (-1) an aspect. The author's own score of it decides."""
    own = getattr(review, aspect)
    if own is not None:
        return 1 if own >= 7 else -1 if own <= 5 else 0
    total = sum(verdict for name, _start, _end, verdict in review.reading.mentions if name == aspect)
    return (total > 0) - (total < 0)


def _quotes(review: Review, aspect: str, sign: int) -> list[Quote]:
    """Return the review's clearest sentence about an aspect, if it has one that says the same as its verdict."""
    spans = [
        (start, end)
        for name, start, end, verdict in review.reading.mentions
        if (name, verdict) == (aspect, sign) and end
    ]
    return [Quote(review.text[start:end], review) for start, end in spans[:1]]
