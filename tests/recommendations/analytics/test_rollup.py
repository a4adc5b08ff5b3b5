"""Daily counts: contents, repeatability, and equality with a count of the raw events."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.settings.deletion import delete_account
from recommendations.analytics.rollup import roll_up, roll_up_day
from recommendations.models import (
    AccuracyDay,
    ActiveDay,
    CohortWeek,
    MembersDay,
    MemberSegment,
    ModelVersion,
    Outcome,
    PredictionOutcome,
    Segment,
    ShownTitle,
    WidgetDay,
    WidgetEvent,
)
from tests.recommendations.analytics.conftest import DAY

pytestmark = pytest.mark.django_db

COUNTS = ("shown", "clicked", "of_members", "added", "completed", "liked", "hidden")


def widget_days():
    rows = WidgetDay.objects.order_by("day", "variant", "is_synthetic")
    return [tuple(getattr(row, name) for name in COUNTS) for row in rows]


class TestWidgets:
    def test_a_title_that_somebody_saw_counts_once_a_day_with_what_came_of_it(self, variants, member, event, at):
        a, _ = variants
        for hour in (9, 10, 11):
            event(a, member, 7, at(hour))
        event(a, member, 7, at(11), kind=2)
        event(a, member, 8, at(9))
        event(a, None, 7, at(9), visitor=55)
        Outcome.objects.create(member=member, title_id=7, metric="add", at=at(12))
        Outcome.objects.create(member=member, title_id=7, metric="high_score", at=at(12, days=6))
        Outcome.objects.create(member=member, title_id=8, metric="add", at=at(8))  # before it was shown
        Outcome.objects.create(member=member, title_id=8, metric="completion", at=at(10, days=7))  # too late

        roll_up_day(DAY)

        assert widget_days() == [(3, 1, 2, 1, 0, 1, 0)]

    def test_it_is_of_the_version_that_served_and_of_the_members_segment(self, variants, member, event, at):
        first, second = (ModelVersion.objects.create(kind="site") for _ in range(2))
        first.activations.create(at=at(-10))
        second.activations.create(at=at(12))
        for version, name in ((first, "Drama"), (second, "Mecha")):
            Segment.objects.create(version=version, number=1, name=name, traits=[], size=1, x=0, y=0, title_ids=[])
            MemberSegment.objects.create(version=version, user=member, segment=1, x=0, y=0)
        event(variants[0], member, 7, at(11))
        event(variants[0], member, 8, at(13))
        event(variants[0], None, 9, at(13), visitor=5)

        roll_up_day(DAY)

        rows = WidgetDay.objects.order_by("version", "segment").values_list("version", "segment", "widget", "shown")
        assert list(rows) == [
            (first.pk, "Drama", "similar", 1),
            (second.pk, "", "similar", 1),
            (second.pk, "Mecha", "similar", 1),
        ]

    def test_what_was_shown_without_an_experiment_is_counted_beside_the_variants(self, variants, member, event, at):
        event(variants[0], member, 7, at(9))
        event(None, member, 8, at(9), kind=2)
        for _ in range(2):
            roll_up_day(DAY)
        rows = WidgetDay.objects.order_by("variant").values_list("variant", "widget", "shown", "clicked")
        assert list(rows) == [(variants[0].pk, "similar", 1, 0), (None, "similar", 1, 1)]

    def test_synthetic_members_are_kept_apart(self, variants, member, make_member, event, at):
        event(variants[0], member, 7, at(9))
        event(variants[0], make_member(is_synthetic=True), 7, at(9))
        roll_up_day(DAY)
        assert list(WidgetDay.objects.order_by("is_synthetic").values_list("is_synthetic", "shown")) == [
            (False, 1),
            (True, 1),
        ]

    def test_titles_that_do_not_exist_are_not_among_the_shown(self, variants, member, event, at, make_title):
        title = make_title()
        event(variants[0], member, title.pk, at(9))
        event(variants[0], member, title.pk + 1, at(9))
        roll_up_day(DAY)
        assert list(ShownTitle.objects.values_list("title_id", "widget", "shown")) == [(title.pk, "similar", 1)]

    def test_nothing_is_left_of_a_deleted_members_raw_days(self, variants, member, event, at):
        event(variants[0], member, 7, at(9))
        Outcome.objects.create(member=member, title_id=7, metric="add", at=at(12))
        ActiveDay.objects.create(member=member, day=DAY)
        roll_up_day(DAY)

        delete_account(member)

        assert (WidgetEvent.objects.count(), Outcome.objects.count(), ActiveDay.objects.count()) == (0, 0, 0)
        kept = {field.name for model in (WidgetDay, ShownTitle, MembersDay, CohortWeek) for field in model._meta.fields}
        assert kept & {"member", "user", "visitor"} == set()


EVENTS = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, -5, -6]),
        st.sampled_from([1, 2, 3]),
        st.integers(0, 1),
        st.integers(0, 47),
        st.sampled_from([1, 2]),
    ),
    max_size=20,
)
OUTCOMES = st.sets(
    st.tuples(
        st.sampled_from([0, 1, 2]), st.sampled_from([1, 2, 3]), st.sampled_from(["add", "hide"]), st.integers(0, 240)
    ),
    max_size=6,
)


@pytest.mark.property
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=EVENTS, outcomes=OUTCOMES)
def test_the_counts_are_those_of_the_raw_events_however_often_they_are_made(variants, people, at, events, outcomes):
    with transaction.atomic():
        write(variants, people, at, events, outcomes)
        for _ in range(2):
            roll_up_day(DAY)
            roll_up_day(DAY + timedelta(days=1))
        found = Counter()
        for row in WidgetDay.objects.all():
            key = ((row.day - DAY).days, row.variant_id, row.is_synthetic)
            found.update({(*key, name): getattr(row, name) for name in COUNTS})
        expected = directly(variants, people, events, outcomes)
        transaction.set_rollback(True)
    assert +found == +expected


@pytest.fixture
def people(make_member):
    return [make_member(), make_member(), make_member(is_synthetic=True)]


def write(variants, people, at, events, outcomes):
    WidgetEvent.objects.bulk_create(
        WidgetEvent(
            at=at(hour),
            widget="similar",
            experiment_id=variants[v].experiment_id,
            variant=variants[v],
            kind=kind,
            title_id=title,
            position=0,
            member=people[who] if who >= 0 else None,
            visitor=None if who >= 0 else -who,
        )
        for who, title, v, hour, kind in events
    )
    Outcome.objects.bulk_create(
        [
            Outcome(member=people[who], title_id=title, metric=metric, at=at(hour))
            for who, title, metric, hour in outcomes
        ],
        ignore_conflicts=True,
    )


def directly(variants, people, events, outcomes):
    """Count the raw events by hand."""
    groups = defaultdict(list)
    for who, title, v, hour, kind in events:
        groups[hour // 24, who, title, v].append((hour, kind))
    kept = {(o.member_id, o.title_id, o.metric): o.at for o in Outcome.objects.all()}
    counts: Counter = Counter()
    for (day, who, title, v), seen in groups.items():
        is_member = who >= 0
        key = (day, variants[v].pk, is_member and people[who].is_synthetic)
        first = min(hour for hour, _ in seen)
        counts[*key, "shown"] += 1
        counts[*key, "clicked"] += any(kind == 2 for _, kind in seen)
        counts[*key, "of_members"] += is_member
        for name, metric in (("added", "add"), ("hidden", "hide")) if is_member else ():
            when = kept.get((people[who].pk, title, metric))
            if when is not None:
                hours = (when - timedelta(hours=first)).timestamp() - _start()
                counts[*key, name] += 0 <= hours < 7 * 24 * 3600
    return counts


def _start():
    from datetime import UTC, datetime

    return datetime.combine(DAY, datetime.min.time(), UTC).timestamp()


class TestAccuracy:
    def test_errors_add_up_beside_those_of_what_was_shown(self, member, make_title, at):
        version = ModelVersion.objects.create(kind="site")
        for predicted, published, score in ((8.0, 9.0, 6), (5.0, None, 6)):
            PredictionOutcome.objects.create(
                user=member,
                title=make_title(),
                version=version,
                predicted=predicted,
                published=published,
                score=score,
                at=at(),
            )
        roll_up_day(DAY)
        row = AccuracyDay.objects.get()
        assert (row.n, row.errors, row.absolute, row.squared) == (2, 1, 3, 5)
        assert (row.n_published, row.absolute_published, row.squared_published) == (1, 3, 9)


class TestMembers:
    def test_active_within_a_day_a_week_and_four_weeks(self, make_member, at):
        people = [make_member() for _ in range(3)]
        for one, ago in ((people[0], 0), (people[0], 3), (people[1], 6), (people[2], 27)):
            ActiveDay.objects.create(member=one, day=DAY - timedelta(days=ago))
        type(people[0]).objects.filter(pk=people[0].pk).update(date_joined=at(5))
        roll_up_day(DAY)
        row = MembersDay.objects.get(is_synthetic=False)
        assert (row.joined, row.active, row.active_7, row.active_28) == (1, 1, 2, 3)

    def test_a_day_without_anybody_is_nought(self):
        roll_up_day(DAY)
        assert list(MembersDay.objects.values_list("joined", "active", "active_7", "active_28")) == [(0, 0, 0, 0)] * 2

    def test_cohorts_are_of_the_week_of_joining(self, make_member, member):
        from django.utils import timezone

        monday = timezone.now() - timedelta(days=timezone.now().weekday(), weeks=3)
        people = [make_member(), make_member()]
        for one in people:
            type(one).objects.filter(pk=one.pk).update(date_joined=monday)
        for one, after in ((people[0], 0), (people[0], 8), (people[1], 2)):
            ActiveDay.objects.create(member=one, day=monday.date() + timedelta(days=after))
        roll_up(timezone.now().date(), timezone.now().date())
        rows = CohortWeek.objects.filter(week=monday.date()).order_by("age").values_list("age", "members", "active")
        assert list(rows)[:2] == [(0, 2, 2), (1, 2, 1)]


class TestCommand:
    def test_it_rolls_up_the_days_named(self, variants, member, event, at, capsys):
        event(variants[0], member, 7, at(9))
        call_command("rollup", "--from", "2026-03-03", "--to", "2026-03-04")
        assert widget_days() == [(1, 0, 1, 0, 0, 0, 0)]
        assert "2 days" in capsys.readouterr().out

    @pytest.mark.parametrize(
        ("first", "last", "said"),
        [
            ("soon", "2026-03-04", "'soon' is not a date"),
            ("2026-03-05", "2026-03-04", "before"),
            ("2026-02-30", "2026-03-04", "is not a date"),
        ],
    )
    def test_days_that_are_none_are_named(self, first, last, said):
        with pytest.raises(CommandError, match=said):
            call_command("rollup", "--from", first, "--to", last)
