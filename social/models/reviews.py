from __future__ import annotations

from django.core.validators import MaxValueValidator, MinLengthValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from catalog.models import Title

LONGEST, SHORTEST = 20_000, 80
ASPECTS = {
    "story": _("Story"),
    "art": _("Art"),
    "sound": _("Sound"),
    "characters": _("Characters"),
    "enjoyment": _("Enjoyment"),
}


def _aspect_score() -> models.PositiveSmallIntegerField[int | None, int | None]:
    return models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )


class Review(models.Model):
    """A member's review of a title. Written by `social.reviews.writing`. The score is on their list."""

    author = models.ForeignKey(User, models.CASCADE, related_name="reviews")
    title = models.ForeignKey(Title, models.CASCADE, related_name="reviews")
    text = models.TextField(max_length=LONGEST, validators=[MinLengthValidator(SHORTEST)], help_text="Markdown.")
    has_spoilers = models.BooleanField(_("contains spoilers"), default=False)
    story = _aspect_score()
    art = _aspect_score()
    sound = _aspect_score()
    characters = _aspect_score()
    enjoyment = _aspect_score()
    is_removed = models.BooleanField(default=False, help_text="Taken down: only the author sees it.")
    created_at = models.DateTimeField(auto_now_add=True)
    edited_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "title"], name="one_review_a_title")]

    def __str__(self) -> str:
        return f"{self.author_id} on {self.title_id}"

    def get_absolute_url(self) -> str:
        return reverse("social:review", args=[self.pk])

    @property
    def owner(self) -> User:
        return self.author

    @property
    def aspects(self) -> dict[str, int | None]:
        """Return the author's scores by aspect, in the order of ASPECTS."""
        return {name: getattr(self, name) for name in ASPECTS}


class ReviewVersion(models.Model):
    """The text of a review before an edit."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="versions")
    text = models.TextField()
    has_spoilers = models.BooleanField()
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["-written_at"]

    def __str__(self) -> str:
        return f"review {self.review_id}, {self.written_at}"


class HelpfulVote(models.Model):
    review = models.ForeignKey(Review, models.CASCADE, related_name="votes")
    voter = models.ForeignKey(User, models.CASCADE, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "voter"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.voter_id} for review {self.review_id}"
