from __future__ import annotations

import itertools
from collections.abc import Collection, Iterable

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.users import User, Visibility
from anirec.lib.partial_dates import PartialDateField
from anirec.lib.text import require_text
from catalog.models import Title
from catalog.models.titles import Medium

TAG_LENGTH, MOST_TAGS, MOST_DATES, LONGEST_NOTES = 40, 20, 100, 5000


class EntryStatus(models.TextChoices):
    PLANNED = "planned", _("Plan to watch")
    WATCHING = "watching", _("Watching")
    COMPLETED = "completed", _("Completed")
    REWATCHING = "rewatching", _("Rewatching")
    ON_HOLD = "on_hold", _("On hold")
    DROPPED = "dropped", _("Dropped")


# Statuses of titles watched to the end at least once.
SEEN = (EntryStatus.COMPLETED, EntryStatus.REWATCHING)


class ListEntryQuerySet(models.QuerySet["ListEntry"]):
    def own(self, member: User) -> ListEntryQuerySet:
        """Return a member's own list, without titles they can't see. Other members' lists: `social.visibility`."""
        return self.filter(user=member, title__in=Title.objects.visible_to(member).order_by())

    def visible_to_owners(self) -> ListEntryQuerySet:
        """Return entries of many members, each of a title that its member can see."""
        visible = models.Q()
        for age_limit, shows_adult in itertools.product(User.AgeLimit.values, (False, True)):
            if age_limit and shows_adult:
                continue  # the limit decides
            anybody = User(age_limit=age_limit, shows_adult=shows_adult, extra_media=Medium.values)
            titles = Title.objects.visible_to(anybody).order_by()
            visible |= models.Q(
                models.Q() if age_limit else models.Q(user__shows_adult=shows_adult),
                user__age_limit=age_limit,
                title__in=titles,
            )
        is_chosen = models.Q(title__medium=Medium.ANIME) | models.Q(
            user__extra_media__contains=[models.F("title__medium")]
        )
        return self.filter(visible, is_chosen)


class EntryValues(models.Model):
    """What a member notes about a title, of the catalogue or not."""

    status = models.CharField(max_length=10, choices=EntryStatus, default=EntryStatus.PLANNED)
    score = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(10)]
    )
    progress = models.PositiveSmallIntegerField(default=0, help_text="Episodes watched, or chapters read.")
    volumes = models.PositiveSmallIntegerField(default=0, db_default=0, help_text="Volumes read.")
    started_on = PartialDateField()
    finished_on = PartialDateField()
    rewatches = models.PositiveSmallIntegerField(default=0)
    rewatched_on = ArrayField(PartialDateField(), default=list, blank=True, size=MOST_DATES)
    tags = ArrayField(models.CharField(max_length=TAG_LENGTH), default=list, blank=True, size=MOST_TAGS)
    notes = models.TextField(blank=True, max_length=LONGEST_NOTES)
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.PUBLIC)
    is_removed = models.BooleanField(
        default=False, db_default=False, help_text="Taken down for its note: only the member sees the entry."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Of the change that made this object, not stored: the dates it set by itself, the episodes it says were watched.
    dates_set: tuple[str, ...] = ()
    watched_now = 0

    class Meta:
        abstract = True

    def clean_fields(self, exclude: Collection[str] | None = None) -> None:
        try:
            self.tags = self.tags if "tags" in (exclude or ()) else clean_tags(self.tags)
        except ValidationError as error:
            raise ValidationError({"tags": error.messages}) from error
        super().clean_fields(exclude)
        if "notes" in (exclude or ()):
            return
        require_text(self.notes, "notes")
        if len(self.notes) > LONGEST_NOTES:  # a TextField's max_length only applies to forms
            raise ValidationError({"notes": gettext("Notes can be up to 5,000 characters.")})

    def clean(self) -> None:
        self.rewatched_on = sorted(filter(None, self.rewatched_on))
        self.require_date_order()

    def require_date_order(self) -> None:
        """Raise ValidationError if the finish date is before the start date."""
        started, finished = str(self.started_on or ""), str(self.finished_on or "")
        precision = min(len(started), len(finished))  # a day and a year compare as years
        if started[:precision] > finished[:precision]:
            message = gettext("Finish date (%(finished)s) is before the start date (%(started)s).")
            raise ValidationError({"finished_on": message % {"finished": finished, "started": started}})


class ListEntry(EntryValues):
    """A title on a member's list. Written only through `accounts.entries.writing`."""

    user = models.ForeignKey(User, models.CASCADE, related_name="entries")
    title = models.ForeignKey(Title, models.PROTECT, related_name="entries")
    objects = ListEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "list entries"
        constraints = [
            models.UniqueConstraint(fields=["user", "title"], name="entry_once"),
            models.CheckConstraint(
                condition=models.Q(score__isnull=True) | models.Q(score__range=(1, 10)), name="entry_score_1_to_10"
            ),
        ]
        indexes = [models.Index(fields=["user", "-updated_at"], name="entry_recent")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id} ({self.status})"

    @property
    def is_read(self) -> bool:
        """Return whether progress counts chapters."""
        return self.title.is_read


def clean_tags(tags: Iterable[str]) -> list[str]:
    """Return the tags in order, without duplicates ignoring case. Raises ValidationError."""
    words = (" ".join(tag.split()) for tag in tags)
    once = list({word.casefold(): word for word in words if word}.values())
    if len(once) > MOST_TAGS:
        raise ValidationError(gettext("You can add up to %(n)d tags per title.") % {"n": MOST_TAGS})
    for word in once:
        if len(word) > TAG_LENGTH:
            message = gettext("“%(tag)s…” is too long. Tags can be up to %(n)d characters.")
            raise ValidationError(message % {"tag": word[:TAG_LENGTH], "n": TAG_LENGTH})
        require_text(word)
        if "," in word:
            raise ValidationError(gettext("Tags can’t contain commas: “%(tag)s”.") % {"tag": word})
    return once


class HiddenTitle(models.Model):
    """A title that a member never wants recommended."""

    user = models.ForeignKey(User, models.CASCADE, related_name="hidden")
    title = models.ForeignKey(Title, models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "title"], name="hidden_once")]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.title_id}"
