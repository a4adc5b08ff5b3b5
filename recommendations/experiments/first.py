"""A/A experiments of a new site, one per widget, to check that no false difference is reported."""

from __future__ import annotations

from django.db import transaction

from recommendations.experiments.lifecycle import start
from recommendations.models import Experiment, Variant
from recommendations.models.experiments import Audience, Metric
from recommendations.widgets import WIDGETS

FOR_VISITORS_TOO = {"similar"}


def start_first_experiments() -> None:
    """Start one A/A experiment per widget, unless any experiment exists."""
    if Experiment.objects.exists():
        return
    with transaction.atomic():
        for slug in WIDGETS:
            everybody = slug in FOR_VISITORS_TOO
            experiment = Experiment.objects.create(
                name=f"A/A {slug}",
                hypothesis="The variants are identical, so any difference is a measurement error.",
                widget=slug,
                audience=Audience.EVERYBODY if everybody else Audience.MEMBERS,
                primary_metric=Metric.CLICK if everybody else Metric.ADD,
                guardrails=[Metric.HIDE],
            )
            Variant.objects.bulk_create(
                Variant(experiment=experiment, position=place, name=name) for place, name in enumerate(("A", "A again"))
            )
            start(experiment, by=None)
