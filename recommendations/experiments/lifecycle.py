"""The states of an experiment: draft → running → stopped → shipped or archived. Every change is logged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from recommendations.experiments.results import read_sample, report_on
from recommendations.experiments.variants import forget_running
from recommendations.models import Experiment, ExperimentChange, Variant, Weights
from recommendations.statistics.bandit import thompson_weights

State = Experiment.State


def start(experiment: Experiment, by: User | None) -> None:
    with transaction.atomic():
        _change(experiment, State.RUNNING, by, allowed=(State.DRAFT,), started_at=timezone.now())
        variants = list(experiment.variants.all())
        if len(variants) < 2:
            raise ValidationError(gettext("Add at least two variants."))
        for variant in variants:
            variant.clean()


def stop(experiment: Experiment, by: User | None) -> None:
    """Stop an experiment and store its results, because raw events are deleted later."""
    with transaction.atomic():
        report = report_on(experiment).as_json()
        _change(experiment, State.STOPPED, by, allowed=(State.RUNNING,), stopped_at=timezone.now(), result=report)


def ship(experiment: Experiment, variant: Variant, by: User | None) -> None:
    """Make a variant the widget's default, until another one is shipped or the experiment is archived."""
    if variant.experiment_id != experiment.pk:
        raise ValidationError(gettext("Unknown variant. Select one of this experiment's variants."))
    with transaction.atomic():
        _change(experiment, State.SHIPPED, by, allowed=(State.STOPPED,), remark=variant.name, shipped=variant)


def archive(experiment: Experiment, by: User | None) -> None:
    with transaction.atomic():
        _change(experiment, State.ARCHIVED, by, allowed=(State.STOPPED, State.SHIPPED))


def set_bandit_weights() -> list[Weights]:
    """Set tomorrow's weights of running bandits from units whose window has ended, unless already set."""
    day = timezone.now().date() + timedelta(days=1)
    with transaction.atomic():
        running = Experiment.objects.filter(state=State.RUNNING, allocation=Experiment.Allocation.BANDIT)
        return [
            Weights.objects.get_or_create(
                experiment=experiment, day=day, defaults={"weights": _weights(experiment, day.toordinal())}
            )[0]
            for experiment in running.order_by("pk").prefetch_related("variants")
        ]


def _weights(experiment: Experiment, seed: int) -> dict[str, float]:
    variants = list(experiment.variants.all())
    sample = read_sample(experiment, variants)
    judged = sample.judged(experiment, timezone.now())
    is_success = sample.done[experiment.primary_metric] * judged
    successes = [int(is_success[sample.variant == place].sum()) for place in range(len(variants))]
    counts = [int(judged[sample.variant == place].sum()) for place in range(len(variants))]
    weights = thompson_weights(successes, counts, seed)
    return {str(variant.pk): weight for variant, weight in zip(variants, weights, strict=True)}


def _change(
    experiment: Experiment,
    state: State,
    by: User | None,
    *,
    allowed: Sequence[State],
    remark: str = "",
    **fields: object,
) -> None:
    """Change the state under a row lock, so that only one of two concurrent requests succeeds."""
    current = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if current.state not in allowed:
        raise ValidationError(
            gettext("You can't do that while the experiment's state is “%(state)s”.")
            % {"state": current.get_state_display()}
        )
    experiment.state = state
    for name, value in fields.items():
        setattr(experiment, name, value)
    try:
        with transaction.atomic():
            experiment.save(update_fields=["state", *fields])
    except IntegrityError:
        experiment.state = current.state
        raise ValidationError(gettext("Another experiment is running on this widget. Stop it first.")) from None
    ExperimentChange.objects.create(experiment=experiment, by=by, state=state, remark=remark)
    forget_running()
