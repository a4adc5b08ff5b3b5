from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from recommendations.statistics.planner import units_needed
from recommendations.widgets import WIDGETS, widget_choices


class Metric(models.TextChoices):
    """Outcomes of showing a title. All but clicks are read from members' lists and hidden titles."""

    CLICK = "click", _("opened")
    ADD = "add", _("added to list")
    COMPLETION = "completion", _("completed")
    HIGH_SCORE = "high_score", _("scored 8 or better")
    HIDE = "hide", _("not interested")


class Audience(models.TextChoices):
    EVERYBODY = "everybody", _("Members and visitors")
    MEMBERS = "members", _("Members")
    VISITORS = "visitors", _("Visitors")


def new_key() -> str:
    return uuid4().hex


class Experiment(models.Model):
    """A comparison of several variants of a widget. Its settings are fixed once it runs."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RUNNING = "running", _("Running")
        STOPPED = "stopped", _("Stopped")
        SHIPPED = "shipped", _("Shipped")
        ARCHIVED = "archived", _("Archived")

    class Allocation(models.TextChoices):
        FIXED = "fixed", _("Fixed weights, with a test")
        BANDIT = "bandit", _("Thompson sampling, without a test")

    name = models.CharField(_("name"), max_length=100, unique=True)
    hypothesis = models.TextField(_("hypothesis"), blank=True)
    key = models.CharField(max_length=32, default=new_key, editable=False, unique=True)
    widget = models.CharField(_("widget"), max_length=20, choices=widget_choices)
    audience = models.CharField(_("audience"), max_length=10, choices=Audience, default=Audience.EVERYBODY)
    share = models.PositiveSmallIntegerField(
        _("share of audience (%)"), default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    allocation = models.CharField(_("allocation"), max_length=6, choices=Allocation, default=Allocation.FIXED)
    primary_metric = models.CharField(_("primary metric"), max_length=10, choices=Metric, default=Metric.ADD)
    guardrails = ArrayField(
        models.CharField(max_length=10, choices=Metric),
        verbose_name=_("guardrail metrics"),
        default=list,
        blank=True,
        help_text=_("Metrics that must not get worse, separated by commas: click, add, completion, high_score, hide."),
    )
    window_days = models.PositiveSmallIntegerField(
        _("measurement window (days)"),
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(21)],
        help_text=_("Starts at the first impression. Results only count people whose window has ended."),
    )
    planned_days = models.PositiveSmallIntegerField(
        _("planned duration (days)"), default=28, validators=[MinValueValidator(1), MaxValueValidator(56)]
    )
    expected_rate = models.FloatField(
        _("expected rate"), default=0.1, help_text=_("Current rate of the primary metric, from 0 to 1.")
    )
    least_lift = models.FloatField(
        _("minimum detectable lift"), default=0.1, help_text=_("Relative: 0.1 detects a change from 0.20 to 0.22.")
    )
    state = models.CharField(max_length=8, choices=State, default=State.DRAFT, editable=False)
    started_at = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)
    shipped = models.ForeignKey("Variant", models.PROTECT, null=True, editable=False, related_name="+")
    result = models.JSONField(null=True, editable=False, help_text="Results when the experiment was stopped.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["widget"], condition=Q(state="running"), name="one_running_experiment_a_widget"
            )
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("experiments:experiment", args=[self.pk])

    def clean(self) -> None:
        if self.audience != Audience.MEMBERS and self.primary_metric != Metric.CLICK:
            raise ValidationError({"primary_metric": _("Visitors have no list, so only clicks can be measured.")})
        if self.primary_metric == Metric.HIDE:
            raise ValidationError({"primary_metric": _("“Not interested” can only be a guardrail metric.")})
        if self.primary_metric in self.guardrails:
            raise ValidationError({"guardrails": _("The primary metric can’t also be a guardrail.")})
        try:
            units_needed(self.expected_rate, self.least_lift, [1, 1])
        except ValueError as error:
            raise ValidationError({"least_lift": str(error)}) from error

    @property
    def is_bandit(self) -> bool:
        return self.allocation == self.Allocation.BANDIT

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def ends_at(self) -> datetime | None:
        """Planned end."""
        return self.started_at and self.started_at + timedelta(days=self.planned_days)


class Variant(models.Model):
    """A variant of the experiment's widget; the first one is the control."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="variants")
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    name = models.CharField(_("name"), max_length=60)
    weight = models.FloatField(_("weight"), default=1, validators=[MinValueValidator(0.01)])
    parameters = models.JSONField(
        _("parameters"), default=dict, blank=True, help_text=_("Only values that differ from the widget’s defaults.")
    )

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["experiment", "name"], name="variant_once")]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        widget = WIDGETS.get(self.experiment.widget)
        if widget is not None:
            try:
                widget.with_parameters(self.parameters)
            except ValueError as error:
                raise ValidationError({"parameters": str(error)}) from error


class Weights(models.Model):
    """A bandit's weights from a day on, by variant id. Before the first day, variants have their own weights."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="weights")
    day = models.DateField()
    weights = models.JSONField()

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["experiment", "day"], name="weights_once_a_day")]

    def __str__(self) -> str:
        return f"{self.experiment_id} on {self.day}"


class ExperimentChange(models.Model):
    """A change of an experiment's state, with its author and time."""

    experiment = models.ForeignKey(Experiment, models.CASCADE, related_name="changes")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=8, choices=Experiment.State)
    remark = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.experiment_id}: {self.state}"


class WidgetEvent(models.Model):
    """An exposure or click of a title in a widget. Append-only, by COPY; deleted after EVENTS_KEPT days.

    Members' events are also stored without an experiment, and deleted with the member. A visitor is a random number
    from a cookie that experiments set.
    """

    class Kind(models.IntegerChoices):
        EXPOSURE = 1
        CLICK = 2

    at = models.DateTimeField(db_index=True)
    widget = models.CharField(max_length=20, choices=widget_choices)
    experiment = models.ForeignKey(Experiment, models.CASCADE, null=True, related_name="events", db_index=False)
    variant = models.ForeignKey(Variant, models.CASCADE, null=True, related_name="+", db_index=False)
    member = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    visitor = models.BigIntegerField(null=True)
    kind = models.PositiveSmallIntegerField(choices=Kind)
    title_id = models.IntegerField()
    position = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["experiment", "at"], name="event_of_experiment")]
        constraints = [
            models.CheckConstraint(
                condition=Q(member=None, visitor__isnull=False) | Q(member__isnull=False, visitor=None),
                name="event_of_member_or_visitor",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of title {self.title_id}"


class Outcome(models.Model):
    """First time a member acted on a title after seeing it in a widget, by metric."""

    member = models.ForeignKey(User, models.CASCADE, related_name="+")
    title_id = models.IntegerField()
    metric = models.CharField(max_length=10, choices=Metric)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "title_id", "metric"], name="outcome_once")]
        indexes = [models.Index(fields=["at"], name="outcome_at")]

    def __str__(self) -> str:
        return f"member {self.member_id}, title {self.title_id}: {self.metric}"


class EventCursor(models.Model):
    """Last stream entry in the table; updated in the transaction that appends it."""

    last_id = models.CharField(max_length=40, default="0-0")

    def __str__(self) -> str:
        return self.last_id
