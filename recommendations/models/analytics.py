"""Daily counts for staff charts. Only `ActiveDay` is about a single member.

`analytics.minutes` adds active days, requests and served lists; `analytics.rollup` replaces the other counts of a day.
`is_synthetic` separates demo members.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recommendations.models.experiments import Variant
from recommendations.models.versions import ModelVersion
from recommendations.widgets import widget_choices


class ActiveDay(models.Model):
    """A day on which a member used the site, for retention. Deleted with the member."""

    member = models.ForeignKey(User, models.CASCADE, related_name="+")
    day = models.DateField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "day"], name="active_day_once")]

    def __str__(self) -> str:
        return f"member {self.member_id} on {self.day}"


class WidgetDay(models.Model):
    """Results of the titles that a widget showed on a day.

    A title counts once per viewer, variant and day, and its results count on the day it was shown. Visitors have no
    list, so additions and later results only concern `of_members`.
    """

    day = models.DateField()
    version = models.ForeignKey(ModelVersion, models.CASCADE, null=True, related_name="+")
    widget = models.CharField(max_length=20, choices=widget_choices)
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="+")
    segment = models.CharField(max_length=200, blank=True, help_text="By name; empty: a visitor, or in none.")
    is_synthetic = models.BooleanField()
    shown = models.PositiveIntegerField()
    clicked = models.PositiveIntegerField()
    of_members = models.PositiveIntegerField()
    added = models.PositiveIntegerField()
    completed = models.PositiveIntegerField()
    liked = models.PositiveIntegerField()
    hidden = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "version", "widget", "variant", "segment", "is_synthetic"],
                nulls_distinct=False,
                name="widget_day_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.widget} on {self.day}"


class ShownTitle(models.Model):
    """Number of viewers a widget showed a title to on a day."""

    day = models.DateField()
    widget = models.CharField(max_length=20, choices=widget_choices)
    title_id = models.IntegerField()
    is_synthetic = models.BooleanField()
    shown = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["day", "is_synthetic", "widget", "title_id"],
                include=["shown"],
                name="shown_title_once",
            )
        ]

    def __str__(self) -> str:
        return f"title {self.title_id} on {self.day}"


class AccuracyDay(models.Model):
    """Errors of predicted scores against the scores members gave: counts and sums (predicted − actual).

    `n`: predictions of the model from the list without that title. `n_published`: predictions in the member's
    published row.
    """

    day = models.DateField()
    version = models.ForeignKey(ModelVersion, models.CASCADE, related_name="+")
    segment = models.CharField(max_length=200, blank=True)
    is_synthetic = models.BooleanField()
    n = models.PositiveIntegerField()
    errors = models.FloatField()
    absolute = models.FloatField()
    squared = models.FloatField()
    n_published = models.PositiveIntegerField()
    absolute_published = models.FloatField()
    squared_published = models.FloatField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "version", "segment", "is_synthetic"], name="accuracy_day_once")
        ]

    def __str__(self) -> str:
        return f"version {self.version_id} on {self.day}"


class MembersDay(models.Model):
    """Members who joined on a day, and members active on it and in the 7 and 28 days up to it."""

    day = models.DateField()
    is_synthetic = models.BooleanField()
    joined = models.PositiveIntegerField()
    active = models.PositiveIntegerField()
    active_7 = models.PositiveIntegerField()
    active_28 = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "is_synthetic"], name="members_day_once")]

    def __str__(self) -> str:
        return str(self.day)


class CohortWeek(models.Model):
    """Members who joined in a week, and those active `age` weeks later; week 0 is a member's first seven days.

    Only weeks that have ended for the whole cohort.
    """

    week = models.DateField(help_text="Its Monday.")
    age = models.PositiveSmallIntegerField()
    is_synthetic = models.BooleanField()
    members = models.PositiveIntegerField(help_text="How many joined in that week and are still here.")
    active = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["week", "age", "is_synthetic"], name="cohort_week_once")]

    def __str__(self) -> str:
        return f"{self.week}, week {self.age}"


class RequestDay(models.Model):
    """Requests of a day by kind, route and response time bucket; an empty route is all routes together.

    See `analytics.tally` for the buckets.
    """

    class Kind(models.TextChoices):
        PAGE = "page", _("Page")
        FRAGMENT = "fragment", _("Page section")
        API = "api", _("API")
        REST = "rest", _("Images, events and other requests")

    day = models.DateField()
    kind = models.CharField(max_length=8, choices=Kind)
    route = models.CharField(max_length=100, blank=True)
    bucket = models.PositiveSmallIntegerField()
    n = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "kind", "route", "bucket"], include=["n"], name="request_day_once")
        ]
        indexes = [
            models.Index(
                fields=["day", "kind", "bucket"], include=["n"], condition=models.Q(route=""), name="request_day_of_all"
            )
        ]

    def __str__(self) -> str:
        return f"{self.route} on {self.day}"


class ServedDay(models.Model):
    """Recommendation lists served on a day by source, and the sum of their ages."""

    day = models.DateField()
    source = models.CharField(max_length=10)
    n = models.PositiveIntegerField()
    seconds = models.BigIntegerField(help_text="Their ages, added up.")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "source"], name="served_day_once")]

    def __str__(self) -> str:
        return f"{self.source} on {self.day}"


class TallyCursor(models.Model):
    """Last minute added to the tables; updated in the transaction that adds it."""

    minute = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.minute)


class AudienceFigure(models.Model):
    """Size of an audience group of a source, and totals of its lists.

    Small groups are included; `analytics.audience` never reveals them.
    """

    class Part(models.TextChoices):
        AGE = "age", _("Age")
        GENDER = "gender", _("Gender")
        COUNTRY = "country", _("Country")

    source = models.CharField(max_length=100, blank=True, help_text="An imported file's name; empty: our members.")
    is_synthetic = models.BooleanField(default=False)
    part = models.CharField(max_length=8, choices=Part)
    value = models.CharField(max_length=20, help_text="Empty: not known.", blank=True)
    people = models.PositiveIntegerField()
    titles = models.PositiveIntegerField(default=0, help_text="On their lists.")
    scored = models.PositiveIntegerField(default=0)
    scores = models.BigIntegerField(default=0, help_text="Added up.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "is_synthetic", "part", "value"], name="audience_figure_once")
        ]

    def __str__(self) -> str:
        return f"{self.source or 'members'}: {self.part} {self.value}"
