"""Attribution, exclusion and analysis of events, and actions of staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from recommendations.experiments import lifecycle
from recommendations.experiments.results import report_on
from recommendations.experiments.variants import _read_running
from recommendations.models import Experiment, ExperimentChange, Outcome, Weights
from recommendations.models.experiments import Metric

pytestmark = pytest.mark.django_db


def successes(experiment, metric):
    return {line.variant: (line.successes, line.n) for line in report_on(experiment).lines if line.metric == metric}


def came(member, title_id, metric, days_ago):
    Outcome.objects.create(
        member=member, title_id=title_id, metric=metric, at=timezone.now() - timedelta(days=days_ago)
    )


class TestAttribution:
    def test_to_the_variant_of_the_first_exposure(self, variants, make_member, make_event):
        a, b = variants
        for variant, opened in ((a, True), (a, False), (b, True)):
            member = make_member()
            make_event(variant, member, days_ago=10)
            make_event(variant, member, days_ago=9)
            if opened:
                make_event(variant, member, kind=2, days_ago=8)
        assert successes(a.experiment, "click") == {"A": (1, 2), "B": (1, 1)}

    @pytest.mark.parametrize(("days_ago", "counts"), [(11, 0), (10, 1), (3.1, 1), (2.9, 0)])
    def test_within_the_window_of_the_first_exposure(self, variants, member, make_event, days_ago, counts):
        make_event(variants[0], member, days_ago=10)
        make_event(variants[0], member, days_ago=4)
        came(member, 1, Metric.ADD, days_ago)
        assert successes(variants[0].experiment, "add")["A"] == (counts, 1)

    def test_only_titles_that_were_seen_there(self, variants, member, make_event):
        make_event(variants[0], member, title_id=1)
        came(member, 2, Metric.ADD, 9)
        assert successes(variants[0].experiment, "add")["A"] == (0, 1)

    def test_who_saw_two_variants_is_left_out(self, variants, make_member, make_event):
        both, one = make_member(), make_member()
        for variant in variants:
            make_event(variant, both)
        make_event(variants[0], one)
        report = report_on(variants[0].experiment)
        assert (report.n_seen, report.n_crossed, report.n_judged) == (2, 1, 1)
        assert successes(variants[0].experiment, "click") == {"A": (0, 1), "B": (0, 0)}

    def test_who_still_has_days_left_is_not_judged_yet(self, variants, make_member, make_event):
        make_event(variants[0], make_member(), days_ago=6)
        make_event(variants[0], make_member(), days_ago=9)
        report = report_on(variants[0].experiment)
        assert (report.n_seen, report.n_judged, [n for _, n, _ in report.shares]) == (2, 1, [2, 0])

    def test_visitors_are_counted_by_their_number(self, variants, member, make_event):
        make_event(variants[0], visitor=member.pk)
        make_event(variants[0], visitor=member.pk, kind=2, days_ago=9)
        make_event(variants[1], member)
        assert successes(variants[0].experiment, "click") == {"A": (1, 1), "B": (0, 1)}

    def test_another_experiments_events_are_its_own(self, variants, member, make_event, make_experiment):
        other = make_experiment("rows", name="Other", audience="members").variants.first()
        make_event(other, member)
        assert report_on(variants[0].experiment).n_seen == 0

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_same_queries_for_any_number(self, variants, make_member, make_event, n, django_assert_num_queries):
        experiment = Experiment.objects.get(pk=variants[0].experiment_id)
        for _ in range(n):
            make_event(variants[0], make_member())
        with django_assert_num_queries(3):
            report_on(experiment)


@pytest.fixture
def crowd(make_event):
    """Create visitors who saw a variant, the first of whom opened a title: `crowd(variant, 150, opened=30)`."""
    from recommendations.models import WidgetEvent

    def make(variant, n, opened=0, start=1, days_ago=10):
        at = timezone.now() - timedelta(days=days_ago)
        WidgetEvent.objects.bulk_create(
            WidgetEvent(
                at=at,
                widget="similar",
                experiment_id=variant.experiment_id,
                variant=variant,
                visitor=start + variant.pk * 10_000 + number,
                kind=kind,
                title_id=1,
                position=0,
            )
            for number in range(n)
            for kind in ((1, 2) if number < opened else (1,))
        )

    return make


class TestVerdict:
    def verdict(self, variants):
        return report_on(variants[0].experiment).verdict

    @pytest.fixture
    def variants(self, make_experiment):
        made = make_experiment(window_days=7, expected_rate=0.3, least_lift=1.0, guardrails=["hide"])
        return list(made.variants.all())

    def test_too_early(self, variants, crowd):
        crowd(variants[0], 99)
        crowd(variants[1], 99)
        assert self.verdict(variants) == "early"

    @pytest.mark.parametrize(("opened", "verdict"), [(45, "better"), (9, "worse"), (22, "none")])
    def test_beside_the_first(self, variants, crowd, opened, verdict):
        crowd(variants[0], 120, opened=20)
        crowd(variants[1], 120, opened=opened)
        found = self.verdict(variants)
        assert found == verdict if verdict != "worse" else found in ("worse", "none")

    def test_a_broken_sample_says_nothing_else(self, variants, crowd):
        crowd(variants[0], 200, opened=20)
        crowd(variants[1], 100, opened=90)
        report = report_on(variants[0].experiment)
        assert (report.verdict, report.ratio_p < 0.001) == ("broken", True)

    def test_a_bandits_shares_are_those_of_each_day(self, make_experiment, crowd):
        bandit = make_experiment("rows", name="Bandit", allocation="bandit")
        first, second = bandit.variants.all()
        today = datetime.now(UTC).date()
        Weights.objects.create(
            experiment=bandit, day=today - timedelta(days=5), weights={str(first.pk): 0.1, str(second.pk): 0.9}
        )
        crowd(first, 50, days_ago=10)
        crowd(second, 50, days_ago=10)
        crowd(first, 10, start=5000, days_ago=3)
        crowd(second, 90, start=5000, days_ago=3)
        report = report_on(bandit)
        assert ([round(due, 6) for *_, due in report.shares], report.verdict) == ([60.0, 140.0], "bandit")
        assert report.ratio_p == pytest.approx(1)

    def test_a_guardrail_that_is_crossed(self, make_experiment, make_member, make_event):
        experiment = make_experiment("rows", audience="members", guardrails=["hide"], expected_rate=0.3, least_lift=1.0)
        variants = list(experiment.variants.all())
        for variant in variants:
            for number in range(101):
                member = make_member()
                make_event(variant, member)
                if variant is variants[1] and number < 60:
                    came(member, 1, Metric.HIDE, 9)
        assert self.verdict(variants) == "harm"


class TestLifecycle:
    def test_every_change_is_written_down(self, make_experiment, member):
        experiment = make_experiment("similar", [{}, {"n": 4}], begin=False)
        winner = experiment.variants.last()
        lifecycle.start(experiment, member)
        lifecycle.stop(experiment, member)
        lifecycle.ship(experiment, winner, member)
        lifecycle.archive(experiment, None)
        assert list(ExperimentChange.objects.order_by("pk").values_list("state", "by", "remark")) == [
            ("running", member.pk, ""),
            ("stopped", member.pk, ""),
            ("shipped", member.pk, "B"),
            ("archived", None, ""),
        ]

    @pytest.mark.parametrize("act", [lifecycle.stop, lifecycle.archive])
    def test_a_draft_can_only_be_started(self, make_experiment, act):
        experiment = make_experiment(begin=False)
        with pytest.raises(ValidationError, match="state is “Draft”"):
            act(experiment, None)
        assert Experiment.objects.get().state == "draft"

    def test_one_at_a_time_on_a_widget(self, make_experiment):
        make_experiment("similar")
        second = make_experiment("similar", name="Second", begin=False)
        with pytest.raises(ValidationError, match="Another experiment is running on this widget"):
            lifecycle.start(second, None)
        assert (Experiment.objects.get(pk=second.pk).state, second.state) == ("draft", "draft")

    def test_it_takes_two_variants(self, make_experiment):
        with pytest.raises(ValidationError, match="two variants"):
            make_experiment(parameters=[{}])

    def test_another_experiments_variant_is_not_shipped(self, make_experiment):
        experiment, other = make_experiment("similar"), make_experiment("rows")
        lifecycle.stop(experiment, None)
        with pytest.raises(ValidationError, match="Unknown variant"):
            lifecycle.ship(experiment, other.variants.first(), None)

    def test_what_was_found_outlives_the_events(self, variants, member, make_event):
        experiment = variants[0].experiment
        make_event(variants[0], member)
        before = report_on(experiment)
        lifecycle.stop(experiment, None)
        experiment.events.all().delete()
        after = report_on(Experiment.objects.get())
        assert (after.n_seen, after.lines, after.verdict) == (1, before.lines, before.verdict)

    def test_tomorrows_weights_are_set_once(self, make_experiment, crowd):
        bandit = make_experiment(allocation="bandit")
        worse, better = bandit.variants.all()
        crowd(worse, 200, opened=10)
        crowd(better, 200, opened=60)
        (first,), (again,) = lifecycle.set_bandit_weights(), lifecycle.set_bandit_weights()
        tomorrow = timezone.now().date() + timedelta(days=1)
        assert (first, first.day, first.weights[str(better.pk)] > 0.9) == (again, tomorrow, True)
        assert _read_running(tomorrow)[0]["similar"].weights == pytest.approx((0.05, 0.95), abs=0.01)
        assert _read_running(tomorrow - timedelta(days=1))[0]["similar"].weights == (1.0, 1.0)
