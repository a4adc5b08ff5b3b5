import json
from dataclasses import replace

import numpy as np
import pytest

from accounts.entries import writing as lists
from anirec.lib.database.locks import MODEL_REBUILD, key_of
from catalog.models import Tag
from recommendations.artifact_store import artifact_folder, judged_folder, judged_recommender, load_recommender
from recommendations.engine import artifacts
from recommendations.engine.data import splitting
from recommendations.engine.evaluation import RankingReport
from recommendations.engine.metrics.bootstrap import Difference
from recommendations.engine.models.sparse_linear import SparseRatingAwareEase
from recommendations.inputs.extract import ARCHIVE_SPACING, training_data
from recommendations.inputs.member_lists import member_lists
from recommendations.models import MemberRecommendations, ModelVersion, RatingArchive, SimilarTitles
from recommendations.pipelines import approximation, train
from recommendations.pipelines.gate import LEAST_OVERLAP, Verdict, judge, judge_sibling
from recommendations.serving import recommend_for
from tests.recommendations.engine.toys import clusters


@pytest.fixture
def archive(tmp_path, db):
    """Import ratings of 400 people with two tastes."""
    from recommendations.inputs.rating_archives import import_archive

    data = clusters(n_users=400)
    path = tmp_path / "clusters.csv"
    rows = zip(data.users.ids[data.user_index], data.items.ids[data.item_index], data.score.astype(int), strict=True)
    path.write_text("user_id,mal_id,score\n" + "\n".join(f"{u},{i},{s}" for u, i, s in rows))
    return import_archive(path, "clusters")


class TestExtraction:
    def test_lists_and_archives_become_one_set_over_title_ids(self, archive, catalogue, member):
        lists.set_score(member, catalogue[4], 7)
        lists.set_status(member, catalogue[5], "completed")

        rows = training_data().interactions

        assert len(rows) == archive.n_ratings + 2
        assert rows.users.ids[0] == -member.pk
        own = rows.user_index == 0
        scores = dict(zip(rows.items.ids[rows.item_index[own]].tolist(), rows.score[own].tolist(), strict=True))
        assert scores == {catalogue[4].pk: 7, catalogue[5].pk: 0}
        assert rows.recent.sum() == 2

    def test_what_was_not_watched_or_says_nothing_is_left_out(self, catalogue, member):
        lists.set_status(member, catalogue[0], "planned")
        lists.set_status(member, catalogue[1], "dropped")
        lists.set_score(member, catalogue[2], 3)
        lists.set_status(member, catalogue[2], "dropped")

        rows = training_data().interactions

        assert rows.items.ids.tolist() == [catalogue[2].pk]

    def test_synthetic_members_are_left_out_unless_asked_for(self, catalogue, make_member):
        lists.set_score(make_member(is_synthetic=True), catalogue[0], 9)

        assert len(training_data().interactions) == 0
        assert len(training_data(include_synthetic=True).interactions) == 1

    def test_titles_that_the_catalogue_does_not_have_are_counted(self, archive, catalogue):
        from catalog.models import ExternalId

        ExternalId.objects.filter(value="7").delete()

        data = training_data()

        rows_of_7 = (clusters(n_users=400).items.ids[clusters(n_users=400).item_index] == 7).sum()
        assert data.skipped == rows_of_7 > 0
        assert len(data.interactions) == archive.n_ratings - rows_of_7

    def test_people_of_two_archives_are_different_people(self, archive, catalogue):
        second = RatingArchive.objects.get()
        second.pk, second.name = None, "again"
        second.save()

        users = training_data().interactions.users

        assert len(users) == 800
        assert (users.ids[400:] - users.ids[:400]).tolist() == [ARCHIVE_SPACING * (second.pk - archive.pk)] * 400
        assert users.keys[0] == users.keys[400]

    def test_the_split_hashes_mal_ids_wherever_the_title_ids_start(self, archive, catalogue):
        items = training_data().interactions.items

        assert items.keys == [str(mal_id) for mal_id in range(1, 41)]

    def test_the_same_data_has_the_same_fingerprint(self, archive, catalogue, member):
        before = training_data().fingerprint

        assert training_data().fingerprint == before
        lists.set_score(member, catalogue[0], 5)
        assert training_data().fingerprint != before

    def test_a_member_s_list_is_read_with_what_may_not_be_shown(self, catalogue, member, make_member):
        from recommendations.engine.data.interactions import IdMap

        other = make_member(shows_adult=True)
        lists.set_score(member, catalogue[3], 8)
        lists.set_status(member, catalogue[1], "planned")
        lists.hide_title(member, catalogue[6])
        lists.set_score(other, catalogue[0], 2)
        items = IdMap(np.array([title.pk for title in catalogue]))

        (own_id, version, own), (other_id, _, theirs) = member_lists(items, [member.pk, other.pk])

        assert (own_id, version, other_id) == (member.pk, 3, other.pk)
        assert (own.items.tolist(), own.scores.tolist()) == ([3], [8.0])
        assert (own.on_list.tolist(), own.hidden.tolist(), own.shows_adult) == ([1, 3], [6], False)
        assert (theirs.items.tolist(), theirs.scores.tolist(), theirs.shows_adult) == ([0], [2.0], True)

    def test_rows_are_the_same_however_many_are_read_at_once(self, catalogue, member, monkeypatch):
        for number, title in enumerate(catalogue):
            lists.set_score(member, title, number % 10 + 1)
        at_once = training_data().fingerprint

        monkeypatch.setattr("anirec.lib.database.columns.BYTES_AT_ONCE", 20)

        assert training_data().fingerprint == at_once

    @pytest.mark.parametrize("n", [1, 3])
    def test_queries(self, catalogue, make_member, n, django_assert_num_queries):
        from recommendations.engine.data.interactions import IdMap

        members = [make_member() for _ in range(n)]

        with django_assert_num_queries(3):
            list(member_lists(IdMap(np.array([catalogue[0].pk])), [member.pk for member in members]))


@pytest.mark.usefixtures("brief_training")
class TestRebuild:
    def test_everything_is_published_under_a_new_version(self, archive, catalogue, member):
        for title in catalogue[0:8:2]:
            lists.set_score(member, title, 9)
        steps = []

        version = train.rebuild(progress=steps.append)

        assert (version.status, version.is_active) == ("published", True)
        assert artifact_folder(version).is_dir()
        assert MemberRecommendations.objects.filter(version=version).count() == 1
        assert SimilarTitles.objects.filter(version=version).count() == 40
        assert version.metrics["test"]["members"] > 30
        assert version.metrics["ratings"]["rmse"] < 2
        assert version.metrics["test"]["ndcg_10_liked"] > 0.3
        assert 0 < version.metrics["card"]["data"]["members"] < 400
        assert version.metrics["card"]["groups"]["short"]["3"]["members"] > 30
        assert version.parameters["linear"]["neighbours"] == 400
        assert (version.seconds > 0, version.peak_mb > 50, len(version.data_fingerprint)) == (True, True, 64)
        assert {title.pk % 2 for title in (item.title for item in recommend_for(member, 5).items)} == {
            catalogue[0].pk % 2
        }
        assert steps[0] == "reading lists and archives"

    def test_with_enough_members_networks_learn_and_new_titles_enter_lists_at_once(
        self, archive, catalogue, member, make_title, monkeypatch
    ):
        monkeypatch.setattr(splitting, "LEAST_TO_LEARN_FROM", 10)
        monkeypatch.setattr(train, "judge", lambda *figures: Verdict(True, "too few to judge"))
        odd, even = (Tag.objects.create(kind="genre", name=name, slug=name) for name in ("odd", "even"))
        odd.titles.set(catalogue[0::2])
        even.titles.set(catalogue[1::2])
        new = {tag: make_title(f"New and {tag}", members=5000) for tag in (odd, even)}
        for tag, title in new.items():
            title.tags.add(tag)
        for title in catalogue[0:14:2]:
            lists.set_score(member, title, 9)

        version = train.rebuild()

        served, judged = load_recommender(version), judged_recommender(version)
        assert served.hybrid.network is not None
        assert all(
            np.array_equal(served.hybrid.network[name], judged.hybrid.network[name]) for name in judged.hybrid.network
        )
        assert load_recommender(version).ratings.network is not None
        recommended = recommend_for(member, 40)
        assert recommended.source == "table"
        shown = {item.title.pk: item for item in recommended.items}
        assert new[odd].pk in shown
        assert shown[new[odd].pk].reasons
        ids = list(shown)
        assert new[even].pk not in ids or ids.index(new[odd].pk) < ids.index(new[even].pk)

    def test_members_are_served_by_the_same_models_fitted_on_everybody_and_the_figures_are_of_the_judged_ones(
        self, archive, catalogue
    ):
        version = train.rebuild()

        served, judged = load_recommender(version), judged_recommender(version)
        audiences = [np.expm1(model.evidence.facts.arrays["titles"][:, 0]).sum() for model in (served, judged)]
        assert audiences[0] == pytest.approx(archive.n_ratings, rel=1e-3)
        assert audiences[1] < 0.9 * archive.n_ratings
        assert served.parameters == judged.parameters
        assert version.metrics["served"]["fitted_on_members"] == 400
        assert version.metrics["served"]["overlap_20"] >= LEAST_OVERLAP
        assert "served by the same models fitted on all members" in version.message

    def test_if_the_two_differ_members_are_served_by_the_judged_one(self, archive, catalogue, monkeypatch):
        monkeypatch.setattr("recommendations.pipelines.gate.LEAST_OVERLAP", 1.01)

        version = train.rebuild()

        assert version.status == "published"
        assert not judged_folder(version).exists()
        assert load_recommender(version).evidence.facts.arrays["titles"][:, 0].sum() > 0
        assert version.metrics["served"]["fitted_on_members"] == 0
        assert "served as judged" in version.message

    def test_the_gate_compares_with_what_was_judged_not_with_what_has_seen_the_judges(
        self, archive, catalogue, monkeypatch
    ):
        first = train.rebuild()
        compared = []
        monkeypatch.setattr(train, "judged_recommender", lambda version: compared.append(version) or None)

        train.rebuild()

        assert compared == [first]
        assert judged_folder(first).is_dir()

    def test_a_model_that_cannot_be_read_is_no_reason_to_refuse_a_new_one(self, archive, publish_model):
        old = publish_model()
        manifest = artifact_folder(old) / "manifest.json"
        manifest.write_text(manifest.read_text().replace(f'"format": {artifacts.FORMAT}', '"format": 1'))

        version = train.rebuild()

        assert "there was no active model" in version.message
        assert ModelVersion.active() == version

    def test_without_ratings_it_is_refused(self, catalogue):
        version = train.rebuild()

        assert (version.status, version.is_active) == ("refused", False)
        assert version.message == "there aren't enough ratings yet to hold some out"

    def test_a_large_catalogue_gets_the_approximate_linear_model_and_the_card_says_what_it_loses(
        self, archive, catalogue, member, monkeypatch, brief_training
    ):
        monkeypatch.setattr(approximation, "MOST_EXACT", 39)
        monkeypatch.setattr(approximation, "MOST_LOSS", 0.05)  # of 35 members
        lists.set_score(member, catalogue[0], 9)

        version = train.rebuild()

        assert version.status == "published"
        assert isinstance(load_recommender(version).linear, SparseRatingAwareEase)
        assert isinstance(judged_recommender(version).linear, SparseRatingAwareEase)
        assert version.metrics["card"]["linear"]["is_approximate"] is True
        assert "linear_sparse" in version.parameters
        assert recommend_for(member, 5).items

    def test_a_bad_approximation_is_refused_and_the_active_model_serves_on(
        self, archive, publish_model, monkeypatch, settings, tmp_path
    ):
        active = publish_model()
        settings.DATA_DIR = tmp_path
        (tmp_path / "tuning").mkdir()
        bad = {"parameters": {"neighbours": 1, "remembered": 1}}
        (tmp_path / "tuning" / "linear_sparse.json").write_text(json.dumps(bad))
        monkeypatch.setattr(approximation, "MOST_EXACT", 39)
        monkeypatch.setattr(approximation, "ROOM", 1e12)  # of the exact model, more than any machine's memory

        version = train.rebuild()

        assert version.status == "refused"
        assert version.message.startswith("the linear model of 40 titles can’t be approximated")
        assert ModelVersion.active() == active

    def test_a_worse_model_is_refused_and_the_active_one_serves_on(self, archive, publish_model, monkeypatch):
        active = publish_model()
        good_fit = train.RatingAwareEase.fit

        def bad_fit(self, data):
            return good_fit(self, replace(data, score=11 - data.score))

        monkeypatch.setattr(train.RatingAwareEase, "fit", bad_fit)

        version = train.rebuild()

        assert version.status == "refused"
        assert "is below the active model's" in version.message or "no better than popularity" in version.message
        assert ModelVersion.active() == active
        assert not artifact_folder(version).exists()

    def test_a_run_that_fails_leaves_the_active_model_and_its_reason(self, archive, publish_model, monkeypatch):
        active = publish_model()

        def fail(*args, **options):
            raise MemoryError("no room")

        monkeypatch.setattr(train, "judge", lambda *figures: Verdict(True, "whatever it is"))
        monkeypatch.setattr(train, "publish", fail)

        with pytest.raises(MemoryError):
            train.rebuild()

        assert ModelVersion.active() == active
        assert ModelVersion.objects.first().message == "MemoryError: no room"
        assert ModelVersion.objects.first().status == "failed"

    def test_one_at_a_time(self, archive, catalogue):
        import psycopg
        from django.db import connection

        with psycopg.connect(**{k: v for k, v in connection.get_connection_params().items() if k in _CONNECT}) as other:
            other.execute("SELECT pg_advisory_lock(%s)", [key_of(MODEL_REBUILD)])

            with pytest.raises(train.AlreadyRunningError):
                train.rebuild()


_CONNECT = {"dbname", "user", "password", "host", "port"}


def report(**figures):
    zeros = dict.fromkeys(RankingReport.__dataclass_fields__, 0.0)
    return RankingReport(**{**zeros, "members": 100, "coverage_10": 0.2, **figures})


@pytest.mark.parametrize(
    ("candidate", "active", "passed", "reason"),
    [
        ({"ndcg_10_liked": 0.4}, None, True, "no active model"),
        ({"ndcg_10_liked": 0.4}, {"ndcg_10_liked": 0.4}, True, "the active model's is 0.4000"),
        ({"ndcg_10_liked": 0.39}, {"ndcg_10_liked": 0.4}, False, "below the active model's"),
        ({"ndcg_10_liked": 0.1}, None, False, "no better than popularity"),
        ({"ndcg_10_liked": 0.5, "coverage_10": 0.09}, {"ndcg_10_liked": 0.4}, False, "coverage 0.090"),
        ({"ndcg_10_liked": 0.4, "members": 29}, None, False, "29 held-out members"),
        ({"ndcg_10_liked": float("nan")}, None, False, "no better than popularity"),
    ],
)
def test_the_gate(candidate, active, passed, reason):
    verdict = judge(report(**candidate), report(**active) if active else None, report(ndcg_10_liked=0.1))

    assert verdict.passed == passed
    assert reason in verdict.reason


@pytest.mark.parametrize(
    ("overlap", "correlation", "passed"), [(0.8, 0.95, True), (0.5, 0.95, False), (0.8, 0.5, False), (1.0, 1.0, True)]
)
def test_a_sibling_that_ranks_otherwise_is_not_served(overlap, correlation, passed):
    agreement = judge_sibling({"overlap_20": overlap, "correlation": correlation, "members": 40}, 400)

    assert agreement.passed == passed
    assert agreement.figures["fitted_on_members"] == (400 if passed else 0)
    assert f"{overlap:.0%}" in agreement.reason


def test_the_gate_says_how_sure_the_difference_is():
    difference = Difference(0.01, -0.005, 0.025)

    passed, refused = (
        judge(report(ndcg_10_liked=0.4), report(ndcg_10_liked=active), report(ndcg_10_liked=0.1), difference)
        for active in (0.39, 0.41)
    )

    assert (passed.passed, refused.passed) == (True, False)
    for verdict in (passed, refused):
        assert "difference +0.0100 (95 % from -0.0050 to +0.0250)" in verdict.reason
