from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from accounts.models import ListEntry, User
from catalog.models import Title
from recommendations.engine.data import splitting
from recommendations.engine.data.interactions import Interactions
from recommendations.engine.models import rerankers
from recommendations.models import ModelVersion, RatingArchive
from recommendations.pipelines.starter.synthetic_members import EMAIL_DOMAIN
from recommendations.serving import recommend_for
from social.feed.queries import feed_page
from tests.recommendations.engine.toys import clusters

SHARED = Path(__file__).parents[3] / "shared" / "data"


def run(*arguments, **options):
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def common_rows(data):
    """Return (users, titles, scores) by their ids."""
    return data.users.ids[data.user_index], data.items.ids[data.item_index], data.score.astype(int)


@pytest.mark.django_db
class TestEvaluate:
    def test_one_row_a_model_and_the_same_figures_as_json(self, ratings, tmp_path):
        import json

        out = run("evaluate", str(ratings(clusters())), models="popularity,linear", out=tmp_path / "figures.json")

        figures = json.loads((tmp_path / "figures.json").read_text())
        assert list(figures) == ["popularity", "linear"]
        assert figures["linear"]["ndcg_10_liked"] > figures["popularity"]["ndcg_10_liked"] > 0
        assert f"{figures['linear']['ndcg_10_liked']:.4f}" in out

    def test_a_second_file_s_members_are_all_held_out(self, ratings):
        first, second = ratings(clusters()), ratings(clusters(n_users=31, seed=5), "new.csv")

        out = run("evaluate", str(first), models="linear", new_members=second)

        assert "by 240 members to fit on; 31 held-out members" in out

    def test_a_network_learns_in_the_first_file_and_is_measured_on_the_members_of_the_second(
        self, ratings, tmp_path, monkeypatch
    ):
        import json

        monkeypatch.setattr(splitting, "LEAST_TO_LEARN_FROM", 10)
        first, second = ratings(clusters(n_users=400)), ratings(clusters(n_users=60, seed=5), "new.csv")

        out = run("evaluate", str(first), models="linear,hybrid", new_members=second, out=tmp_path / "figures.json")

        figures = json.loads((tmp_path / "figures.json").read_text())
        assert (figures["hybrid"]["answered_by"], figures["linear"]["answered_by"]) == ("hybrid", "linear")
        assert figures["hybrid"]["ndcg_10_liked"] != figures["linear"]["ndcg_10_liked"]
        assert "these are the answers of" not in out
        assert "difference from" in out
        assert "(95 % from " in out

    def test_titles_that_only_the_whole_first_file_knows_are_ranked_by_networks_too(self, ratings, monkeypatch):
        monkeypatch.setattr(splitting, "LEAST_TO_LEARN_FROM", 10)
        monkeypatch.setattr(rerankers, "FEW", 5)  # so that these lists aren't short
        common = clusters(n_users=400)
        rare = [(user, 100 + title, 9) for title in range(30) for user in range(1 + 13 * title, 6 + 13 * title)]
        rows = np.concatenate([np.array(rare), np.stack(common_rows(common), 1)])
        first = ratings(Interactions.from_ids(*rows.T))

        out = run("evaluate", str(first), models="hybrid", new_members=ratings(clusters(60, seed=5), "new.csv"))

        assert "of 70 titles by 400 members to fit on; 60 held-out members" in out

    def test_a_model_without_members_to_learn_from_says_whose_answers_these_are(self, ratings):
        first, second = ratings(clusters()), ratings(clusters(n_users=31, seed=5), "new.csv")

        out = run("evaluate", str(first), models="hybrid,blend", new_members=second)

        assert "hybrid: these are the answers of linear" in out
        assert "blend: these are the answers of svd" in out

    def test_bad_files_and_unknown_models_are_named(self, ratings, tmp_path):
        with pytest.raises(CommandError, match="unknown models: nearest"):
            run("evaluate", str(ratings(clusters())), models="nearest")
        with pytest.raises(CommandError, match=r"none\.csv: no such file"):
            run("evaluate", str(tmp_path / "none.csv"))


@pytest.mark.django_db
class TestModels:
    def test_import_rebuild_and_roll_back(self, ratings, publish_model, catalogue):
        first = publish_model()
        out = run("import_ratings", str(ratings(clusters(n_users=400, seed=3))), name="friends")
        assert "7,200 ratings of 40 titles by 400 people" in out
        second = publish_model()

        assert f"live: {first}" in run("rollback")
        assert ModelVersion.active() == first
        assert f"→ {first.pk:>4}" in run("rollback", only_list=True)
        run("rollback", str(second.pk))
        assert ModelVersion.active() == second
        with pytest.raises(CommandError, match="unknown version"):
            run("rollback", "999999")

    def test_a_rebuild_reports_its_figures(self, ratings, catalogue, brief_training):
        run("import_ratings", str(ratings(clusters(n_users=400))))

        out = run("rebuild")

        assert "published" in out
        assert "test members: NDCG@10 liked 0." in out
        assert "ratings: RMSE" in out

    def test_a_bad_row_imports_nothing(self, tmp_path):
        path = tmp_path / "bad.csv"
        path.write_text("user_id,mal_id,score\n1,2,3\n1,3,11\n")

        with pytest.raises(CommandError, match="row 2: 11 is not a score"):
            run("import_ratings", str(path))
        assert not RatingArchive.objects.exists()


@pytest.mark.django_db
class TestRecommend:
    XML = (
        "<myanimelist><myinfo><user_export_type>1</user_export_type></myinfo>{}</myanimelist>",
        "<anime><series_animedb_id>{}</series_animedb_id><series_title>T</series_title>"
        "<my_score>{}</my_score><my_status>{}</my_status></anime>",
    )

    def write(self, tmp_path, *entries):
        path = tmp_path / "list.xml"
        path.write_text(self.XML[0].format("".join(self.XML[1].format(*entry) for entry in entries)))
        return path

    def test_a_list_gets_recommendations_with_reasons(self, tmp_path, publish_model):
        publish_model()
        path = self.write(
            tmp_path, (1, 9, "Completed"), (3, 10, "Completed"), (5, 8, "Watching"), (999, 8, "Completed")
        )

        lines = run("recommend", file=path, n=5).splitlines()

        assert lines[0].startswith("4 entries, 1 not in this catalogue.")
        titles = [line.split("Title ")[1].split("  ")[0] for line in lines if "for you" in line]
        assert len(titles) == 5
        assert all(int(number) % 2 for number in titles)
        assert not {"1", "3", "5"} & set(titles)
        reasons = [line for line in lines if "because of" in line]
        assert len(reasons) == 5
        assert all("(10, " in line or "(9, " in line or "(8, " in line for line in reasons)

    def test_planned_titles_are_not_read_and_not_recommended(self, tmp_path, publish_model):
        publish_model()
        path = self.write(tmp_path, (1, 9, "Completed"), (3, 10, "Completed"), (7, 0, "Plan to Watch"))

        out = run("recommend", file=path, n=40)

        assert "Title 7  " not in out

    def test_a_list_that_is_no_list_is_named(self, tmp_path, publish_model):
        publish_model()
        path = tmp_path / "list.xml"
        path.write_text("<html/>")

        with pytest.raises(CommandError, match=r"list\.xml"):
            run("recommend", file=path)

    def test_without_a_model_it_says_what_to_do(self, tmp_path, db):
        with pytest.raises(CommandError, match=r"manage\.py seed"):
            run("recommend", file=self.write(tmp_path, (1, 9, "Completed")))


@pytest.mark.django_db
class TestSeed:
    @pytest.fixture(autouse=True)
    def _seeded(self, settings, tmp_path):
        settings.DATA_DIR = tmp_path
        run("seed", community=8)

    def test_a_new_site_has_everything_to_look_at(self, tmp_path):
        demo = User.objects.get(username="demo")
        name, password = (tmp_path / "demo_login").read_text().split()

        assert Title.objects.count() > 250
        assert (name, demo.check_password(password)) == ("demo", True)
        assert ModelVersion.active().kind == ModelVersion.Kind.STARTER
        found = recommend_for(demo, 20)
        assert (found.source, len(found.items)) == ("table", 20)
        assert all(item.reasons for item in found.items)
        assert (tmp_path / "demo_login").stat().st_mode & 0o077 == 0
        assert demo.entries.filter(status="watching", title__status="airing").count() >= 2
        assert len(feed_page(demo).news) >= 8
        assert demo.own_plans.get().members.filter(state="accepted").count() == 4

    def test_seeding_again_changes_nothing(self):
        before = (Title.objects.count(), User.objects.count(), ListEntry.objects.count(), ModelVersion.objects.count())

        run("seed", community=8)

        after = (Title.objects.count(), User.objects.count(), ListEntry.objects.count(), ModelVersion.objects.count())
        assert after == before

    def test_synthetic_members_are_marked_scored_and_removable(self):
        synthetic = User.objects.filter(is_synthetic=True)
        entries = ListEntry.objects.filter(user__in=synthetic)

        assert synthetic.count() == 8
        assert not any(user.has_usable_password() for user in synthetic)
        assert {user.email.rpartition("@")[2] for user in synthetic} == {EMAIL_DOMAIN}
        assert entries.filter(score__gte=8).count() > 8
        assert not entries.filter(status="planned", score__isnull=False).exists()
        assert "8 synthetic members removed" in run("demo_community", remove=True)
        assert not entries.exists()
        assert User.objects.filter(username="demo").exists()

    def test_more_members_can_be_made(self):
        assert "4 synthetic members created" in run("demo_community", "12")
        assert User.objects.filter(is_synthetic=True).count() == 12

    def test_the_number_or_remove(self):
        with pytest.raises(CommandError, match="enter the number"):
            run("demo_community")
        with pytest.raises(CommandError, match="enter the number"):
            run("demo_community", "5", remove=True)


class TestSynthesize:
    def test_a_file_labelled_as_synthetic_that_can_be_read_as_ratings(self, ratings, tmp_path):
        import pyarrow.parquet as pq

        from recommendations.inputs.rating_archives import read_ratings

        real, out = ratings(clusters(n_users=50)), tmp_path / "many.parquet"

        said = run("synthesize_ratings", str(real), times=3, out=out)

        assert "synthetic ratings by 150 synthetic people" in said
        users, titles, scores = read_ratings(out)
        assert np.unique(users).tolist() == list(range(51, 201))
        assert (titles.min() >= 1, titles.max() <= 40, scores.max() <= 10) == (True, True, True)
        table = pq.read_table(out)
        assert table["source"].unique().to_pylist() == ["synthetic"]
        assert b"not real ratings" in table.schema.metadata[b"synthetic"]

    def test_a_bad_file_leaves_nothing(self, tmp_path):
        with pytest.raises(CommandError, match=r"none\.csv: no such file"):
            run("synthesize_ratings", str(tmp_path / "none.csv"), out=tmp_path / "many.parquet")
        assert list(tmp_path.glob("many*")) == []


@pytest.mark.django_db
def test_a_new_site_has_a_map_of_its_synthetic_members(settings, tmp_path, client):
    settings.DATA_DIR, settings.MODEL_DIR = tmp_path, tmp_path / "models"
    run("seed", community=200)
    client.force_login(User.objects.get(username="demo"))
    page = client.get("/segments/")
    assert len(page.context["map"].regions) >= 2
    assert page.context["map"].own is not None
    assert "synthetic member" in page.content.decode()
