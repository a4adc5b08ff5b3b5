from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from anirec.lib.valkey import valkey
from tests.recommendations.experiments.conftest import make_experiment, variants  # noqa: F401  (fixtures)

DAY = date(2026, 3, 4)


@pytest.fixture(autouse=True)
def _empty_tally():
    from recommendations.analytics.tally import KEY, tally

    tally._counts.clear()
    for key in valkey().keys(f"{KEY}*"):
        valkey().delete(key)


@pytest.fixture
def at():
    """Return a time on DAY: `at(9)` is nine o'clock, `at(9, days=2)` two days later."""

    def moment(hour: float = 12, days: int = 0) -> datetime:
        return datetime.combine(DAY, datetime.min.time(), UTC) + timedelta(days=days, hours=hour)

    return moment


@pytest.fixture
def event(db):
    """Store an event directly, optionally without a variant: `event(variant, member, title_id, at(9), kind=2)`."""
    from recommendations.models import WidgetEvent

    def make(variant, member, title_id, moment, kind=1, visitor=None):
        return WidgetEvent.objects.create(
            at=moment,
            widget="similar",
            experiment_id=variant and variant.experiment_id,
            variant=variant,
            member=member,
            visitor=visitor,
            kind=kind,
            title_id=title_id,
            position=0,
        )

    return make
