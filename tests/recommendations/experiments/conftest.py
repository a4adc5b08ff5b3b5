from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from django.utils import timezone

from anirec.lib.valkey import valkey

if TYPE_CHECKING:
    from accounts.models import User
    from recommendations.models import Experiment, Variant, WidgetEvent


@pytest.fixture(autouse=True)
def _empty_stream():
    from recommendations.experiments.collecting import CHANGED
    from recommendations.experiments.intake import STREAM

    for key in [CHANGED, *valkey().keys(f"{STREAM}*")]:
        valkey().delete(key)


@pytest.fixture
def make_experiment(db: None) -> Callable[..., Experiment]:
    """Start an experiment with two variants: `make_experiment("similar", [{}, {"n": 4}], audience="members")`."""
    from recommendations.experiments.lifecycle import start
    from recommendations.models import Experiment, Variant

    def make(widget: str = "similar", parameters=({}, {}), *, begin: bool = True, **fields) -> Experiment:
        fields.setdefault("name", f"On {widget}")
        fields.setdefault("primary_metric", "click")
        made = Experiment.objects.create(widget=widget, **fields)
        for place, given in enumerate(parameters):
            Variant.objects.create(experiment=made, position=place, name="ABCDE"[place], parameters=given)
        if begin:
            start(made, by=None)
        return made

    return make


@pytest.fixture
def variants(make_experiment) -> list[Variant]:
    return list(make_experiment(audience="members", window_days=7).variants.all())


@pytest.fixture
def make_event(db: None) -> Callable[..., WidgetEvent]:
    """Store an event directly: `make_event(variant, member, title_id=7, days_ago=9, kind=2)`."""
    from recommendations.models import WidgetEvent

    def make(variant: Variant, member: User | None = None, *, title_id=1, days_ago=10.0, kind=1, visitor=None):
        at = timezone.now() - timedelta(days=days_ago)
        return WidgetEvent.objects.create(
            at=at,
            widget=variant.experiment.widget,
            experiment_id=variant.experiment_id,
            variant=variant,
            member=member,
            visitor=visitor,
            kind=kind,
            title_id=title_id,
            position=0,
        )

    return make
