from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.utils import timezone

from accounts.entries import writing as lists
from accounts.models import ListEntry, User
from recommendations.models import DriftReport, MemberRecommendations, ModelVersion, PredictionOutcome
from recommendations.pipelines.drift import record_outcomes, watch
from recommendations.pipelines.tasks import refresh_member, watch_drift
from recommendations.serving import predicted_score

pytestmark = pytest.mark.django_db


@pytest.fixture
def fan(member, odd):
    for title in odd[:4]:
        lists.set_score(member, title, 9)
    return member


@pytest.fixture
def version(fan, publish_model) -> ModelVersion:
    """Return a version that has been active for a day, with the RMSE a rebuild records."""
    made = publish_model()
    made.created_at = timezone.now() - timedelta(days=1)
    made.metrics = {"ratings": {"rmse": 1.2}}
    made.save()
    before = made.created_at - timedelta(days=1)
    ListEntry.objects.filter(user=fan).update(created_at=before, updated_at=before)
    return made


def outcomes():
    return list(PredictionOutcome.objects.order_by("pk").values_list("title", "score"))


class TestOutcomes:
    def test_a_new_score_is_written_down_with_what_was_predicted_before(self, fan, odd, version):
        before = predicted_score(fan, odd[5])
        lists.set_score(fan, odd[5], 4)

        refresh_member(fan.pk)

        outcome = PredictionOutcome.objects.get()
        assert (outcome.title, outcome.score, outcome.version) == (odd[5], 4, version)
        assert outcome.predicted == pytest.approx(before)

    def test_beside_it_stands_what_the_member_was_shown_before(self, fan, odd, version):
        row = MemberRecommendations.objects.get(version=version, user=fan)
        shown = dict(zip(row.title_ids, row.predicted, strict=True))
        assert odd[5].pk in shown
        lists.set_score(fan, odd[5], 4)

        refresh_member(fan.pk)

        assert PredictionOutcome.objects.get().published == pytest.approx(shown[odd[5].pk])

    def test_several_new_scores_do_not_speak_for_each_other(self, fan, odd, version):
        before = [predicted_score(fan, title) for title in odd[5:7]]
        for title in odd[5:7]:
            lists.set_score(fan, title, 1)

        refresh_member(fan.pk)

        found = PredictionOutcome.objects.order_by("title").values_list("predicted", flat=True)
        assert list(found) == pytest.approx(before)

    def test_once_a_title_with_the_first_score(self, fan, odd, version):
        lists.set_score(fan, odd[5], 4)
        refresh_member(fan.pk)
        lists.set_score(fan, odd[5], 8)
        refresh_member(fan.pk)

        assert outcomes() == [(odd[5].pk, 4)]

    def test_not_what_the_model_may_have_learnt_nor_what_it_does_not_know(self, fan, odd, make_title, version):
        lists.set_score(fan, odd[0], 2)  # on the list before the version
        lists.set_score(fan, make_title(), 7)
        lists.set_status(fan, odd[6], "planned")

        refresh_member(fan.pk)

        assert outcomes() == []

    def test_they_go_with_the_member(self, fan, odd, version):
        lists.set_score(fan, odd[5], 4)
        refresh_member(fan.pk)
        User.objects.get(pk=fan.pk).delete()

        assert not PredictionOutcome.objects.exists()

    @pytest.mark.parametrize("n", [1, 3])
    def test_queries(self, fan, odd, version, n, django_assert_num_queries):
        from recommendations.artifact_store import load_recommender

        recommender = load_recommender(version)
        for title in odd[5 : 5 + n]:
            lists.set_score(fan, title, 4)
        with django_assert_num_queries(6):
            record_outcomes(version, recommender, fan.pk)
        assert len(outcomes()) == n


@pytest.fixture
def crowd(make_member, catalogue, version):
    """Create forty members who listed ten titles each, `days` ago: `crowd(days, taste)`."""

    def make(days: float, titles=None, score=7) -> None:
        at = timezone.now() - timedelta(days=days)
        generator = np.random.default_rng(int(days * 100))
        first = User.objects.count()
        members = User.objects.bulk_create(
            User(username=f"crowd{first + number}", email=f"crowd{first + number}@example.org") for number in range(40)
        )
        User.objects.filter(pk__in=[member.pk for member in members]).update(date_joined=at - timedelta(days=30))
        entries = ListEntry.objects.bulk_create(
            ListEntry(user=member, title=title, status="completed", score=score + (place % 2))
            for member in members
            for place, title in enumerate(generator.permutation(np.array(titles or catalogue, dtype=object))[:10])
        )
        ListEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(created_at=at, updated_at=at)

    return make


class TestWatch:
    def test_without_a_version_there_is_nothing_to_watch(self, db):
        assert watch() is None

    def test_stable_lists_are_no_reason(self, version, crowd):
        crowd(days=10)
        crowd(days=0.5)

        report = watch()

        assert (report.n_before, report.n_now, report.reason) == (404, 400, "")
        assert max(report.stability.values()) < 0.25

    def test_shifted_scores_are_noticed(self, version, crowd):
        crowd(days=10)
        crowd(days=0.5, score=2)

        assert watch().reason.startswith("what members do has moved: scores (")

    def test_a_new_season_is_noticed(self, version, crowd, make_title):
        crowd(days=10)
        crowd(days=0.5, titles=[make_title(season_year=2026) for _ in range(12)])

        assert "unknown titles (" in watch().reason

    def test_a_few_entries_say_nothing(self, version, crowd):
        crowd(days=0.5, score=2)

        report = watch()

        assert (report.n_before, report.stability, report.reason) == (4, {}, "")

    def test_scores_predicted_worse_than_offline_are_noticed(self, version, catalogue, fan, make_member):
        PredictionOutcome.objects.bulk_create(
            PredictionOutcome(
                version=version, user=user, title=title, predicted=8, score=10 if place % 2 else 6, at=timezone.now()
            )
            for place, title in enumerate(catalogue)
            for user in (fan, *(make_member(f"m{place}-{number}") for number in range(5)))
        )

        report = watch()

        assert (report.online_rmse, report.online_mae, report.offline_rmse, report.n_outcomes) == (2, 2, 1.2, 240)
        assert report.reason == "scores are predicted worse than they were: RMSE 2.00 of 240 instead of 1.20"

    def test_not_again_soon_after_a_run(self, version, crowd):
        crowd(days=10)
        crowd(days=0.5, score=2)
        run = ModelVersion.objects.create(kind="site", status="refused")

        assert watch().reason == ""
        ModelVersion.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(hours=7))
        assert watch().reason != ""

    def test_once_a_day_while_the_reason_lasts(self, version, crowd):
        crowd(days=10)
        crowd(days=0.2, score=2)
        early = timezone.now() - timedelta(hours=8)
        ModelVersion.objects.filter(pk=version.pk).update(reason="scores (0.31)", created_at=early)

        assert watch().reason == ""

    def test_one_report_a_day_brought_up_to_date(self, version, crowd):
        watch()
        crowd(days=0.5)

        watch()

        assert DriftReport.objects.get().n_now == 400

    def test_old_outcomes_are_forgotten(self, fan, odd, version):
        for days, title in ((91, odd[5]), (89, odd[6])):
            at = timezone.now() - timedelta(days=days)
            PredictionOutcome.objects.create(user=fan, title=title, version=version, predicted=7, score=7, at=at)

        watch()

        assert outcomes() == [(odd[6].pk, 7)]

    @pytest.mark.parametrize("times", [1, 2])
    def test_queries(self, version, crowd, times, django_assert_num_queries):
        watch()
        for number in range(times):
            crowd(days=10 + number)
            crowd(days=0.5 + number / 10)
        with django_assert_num_queries(13):
            watch()


def test_drift_has_the_models_trained_anew_and_says_why(version, crowd, tasks_run_at_once, brief_training):
    crowd(days=10, score=3)
    crowd(days=0.5, score=8)

    watch_drift()

    run = ModelVersion.objects.first()
    assert run.reason == DriftReport.objects.get().reason
    assert run.reason.startswith("what members do has moved: scores (")


def test_the_admin_shows_what_was_measured_and_what_moved(client, version, crowd, make_member):
    crowd(days=10)
    crowd(days=0.5, score=2)
    watch()
    client.force_login(make_member("root", is_staff=True, is_superuser=True))

    reports = client.get("/admin/recommendations/driftreport/").content.decode()
    measured = client.get(f"/admin/recommendations/modelversion/{version.pk}/change/").content.decode()

    assert "what members do has moved: scores (" in reports
    assert "&quot;rmse&quot;: 1.2" in measured
