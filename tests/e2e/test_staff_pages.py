"""The staff's charts with something drawn on them: nothing is wrong for an eye, a thumb or a screen reader."""

# ruff: noqa: E501  (scripts and tables of pages)

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from recommendations.models import (
    AccuracyDay,
    AudienceFigure,
    CohortWeek,
    Experiment,
    JobRun,
    MembersDay,
    ModelVersion,
    RequestDay,
    ServedDay,
    ShownTitle,
    WidgetDay,
)
from recommendations.staff.views import PAGES
from tests.e2e.audit.page_audit import look_at
from tests.e2e.conftest import open_for_audit


@pytest.fixture
def figures(site):
    """A month of everything."""
    variant, version = Experiment.objects.order_by("pk")[0].variants.all()[0], ModelVersion.active()
    from catalog.models import Title

    titles = list(Title.objects.values_list("pk", flat=True)[:12])
    for number in range(28):
        day = timezone.now().date() - timedelta(days=number)
        WidgetDay.objects.create(
            day=day, version=version, widget="similar", variant=variant, segment="Drama", is_synthetic=False,
            shown=200 + number, clicked=30 + number, of_members=100, added=10, completed=4, liked=3, hidden=1,
        )  # fmt: skip
        ShownTitle.objects.bulk_create(
            ShownTitle(day=day, widget="similar", title_id=pk, is_synthetic=False, shown=n + 1)
            for n, pk in enumerate(titles)
        )
        AccuracyDay.objects.create(
            day=day, version=version, segment="Drama", is_synthetic=False, n=4, errors=1, absolute=4, squared=16 + number,
            n_published=1, absolute_published=1, squared_published=1,
        )  # fmt: skip
        MembersDay.objects.create(day=day, is_synthetic=False, joined=1, active=2 + number % 3, active_7=6, active_28=9)
        ServedDay.objects.create(day=day, source="table", n=3 + number, seconds=3600)
        ServedDay.objects.create(day=day, source="popular", n=1, seconds=0)
        for kind in ("page", "fragment", "api"):
            for route in ("", "catalog:title"):
                RequestDay.objects.create(day=day, kind=kind, route=route, bucket=20 + number % 5, n=100)
        if not day.weekday():
            for age in range(3):
                CohortWeek.objects.create(week=day, age=age, is_synthetic=False, members=10, active=8 - 2 * age)
    for part, value in (("age", "25-34"), ("gender", "woman"), ("country", "DE")):
        AudienceFigure.objects.create(part=part, value=value, people=30, titles=300, scored=100, scores=800)
    JobRun.objects.create(
        task="x.y", state="failed", started_at=timezone.now(), seconds=1, error="Oh no\n\nTraceback\n" * 20
    )


def test_nothing_is_wrong_with_the_charts(browser, site, figures, make_member):
    context = open_for_audit(browser, site, make_member("boss", is_staff=True, is_superuser=True))
    page, problems = context.new_page(), {}
    for path in (*(f"/staff/analytics/{slug}/" for slug in PAGES), "/staff/jobs/?workers=1", "/staff/models/"):
        if found := look_at(page, path, with_frame=False):
            problems[path] = found
    context.close()
    assert problems == {}
