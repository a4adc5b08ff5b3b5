import os
import signal
import subprocess
import sys
import time

import psycopg
import pytest
from django.db import IntegrityError, OperationalError, connection

from accounts.entries import writing as lists
from anirec.start.embedded import BASE_DIR
from recommendations.artifact_store import artifact_folder, load_recommender
from recommendations.inputs.title_rules import title_rules
from recommendations.models import MemberRecommendations, ModelVersion, PublishShard, SimilarTitles
from recommendations.pipelines import tasks
from recommendations.pipelines.train import rebuild
from recommendations.publishing import publish as publishing
from recommendations.publishing.publish import VERSIONS_KEPT, NotPublishedError, activate, publish, resume, work_off
from recommendations.publishing.rows import write_members
from recommendations.serving import recommend_for


@pytest.fixture(autouse=True)
def _small_shards(monkeypatch):
    monkeypatch.setattr(publishing, "MEMBERS_IN_A_SHARD", 2)


@pytest.fixture
def members(make_member, catalogue):
    """Create five members, i.e. three shards."""
    made = [make_member() for _ in range(5)]
    for number, member in enumerate(made):
        score(member, catalogue[number : number + 21 : 5])
    return made


def score(member, titles):
    for title in titles:
        lists.set_score(member, title, 9)


def rows_of(version):
    fields = ("user", "list_version", "n_inputs", "title_ids", "scores", "predicted", "reason_ids", "reason_shares")
    return list(MemberRecommendations.objects.filter(version=version).order_by("user").values_list(*fields))


def similar_rows_of(version):
    return list(SimilarTitles.objects.filter(version=version).order_by("title").values_list("title", "similar_ids"))


def break_off_after(monkeypatch, n, error):
    """Raise the error at shard n + 1 of members."""
    calls = iter(range(100))

    def write(*arguments):
        if next(calls) == n:
            raise error
        return write_members(*arguments)

    monkeypatch.setattr(publishing, "write_members", write)


class TestWholePublication:
    def test_every_member_with_a_list_and_every_title_has_one_row(self, publish_model, members, make_member):
        make_member()

        version = publish_model()

        assert (version.status, version.is_active) == ("published", True)
        assert [row[0] for row in rows_of(version)] == [member.pk for member in members]
        assert len(similar_rows_of(version)) == 40
        assert not PublishShard.objects.exists()

    def test_writing_rows_again_changes_nothing(self, publish_model, members):
        version = publish_model()
        before = rows_of(version)
        recommender = load_recommender(version)

        written = write_members(version, recommender, title_rules(recommender.items), [m.pk for m in members])

        assert written == 5
        assert rows_of(version) == before

    def test_a_list_that_changes_meanwhile_is_served_live(self, new_version, members, catalogue):
        version, recommender = new_version()

        publish(version, recommender, lambda step: lists.set_score(members[0], catalogue[20], 10))

        assert recommend_for(members[0], 3).source == "live"
        assert recommend_for(members[1], 3).source == "table"

    def test_who_joins_meanwhile_is_served_live(self, new_version, members, catalogue, make_member):
        version, recommender = new_version()
        newcomer = make_member()

        publish(version, recommender, lambda step: score(newcomer, catalogue[:5]))

        assert recommend_for(newcomer, 3).source == "live"

    def test_a_title_that_left_the_catalogue_since_training_is_left_out(self, new_version, members, catalogue):
        version, recommender = new_version()
        gone = catalogue[39].pk
        catalogue[39].delete()

        publish(version, recommender)

        assert gone not in dict(similar_rows_of(version))
        assert len(similar_rows_of(version)) == 39

    def test_workers_are_asked_for_help_with_all_but_the_first_shard(
        self, new_version, members, monkeypatch, django_capture_on_commit_callbacks
    ):
        asked = []
        monkeypatch.setattr(tasks, "send_soon", lambda task: asked.append(task.name))
        version, recommender = new_version()

        with django_capture_on_commit_callbacks(execute=True):
            publish(version, recommender)

        assert asked == ["recommendations.tasks.publish_unfinished"] * 2


class TestBrokenOff:
    def test_a_lost_database_leaves_the_rest_to_be_resumed(self, publish_model, new_version, members, monkeypatch):
        active = publish_model()
        version, recommender = new_version()
        break_off_after(monkeypatch, 1, OperationalError("the connection is lost"))

        with pytest.raises(OperationalError):
            publish(version, recommender)

        assert ModelVersion.active() == active
        assert len(rows_of(version)) == 2
        assert resume() == version
        assert ModelVersion.active() == version
        assert rows_of(version) == rows_of(active)
        assert similar_rows_of(version) == similar_rows_of(active)
        assert resume() is None

    @pytest.mark.parametrize("finish", [tasks.publish_unfinished, rebuild])
    def test_beat_s_task_and_the_next_rebuild_finish_it(self, new_version, members, monkeypatch, finish):
        version, recommender = new_version()
        break_off_after(monkeypatch, 2, OperationalError("the connection is lost"))
        with pytest.raises(OperationalError):
            publish(version, recommender)

        finish()

        assert ModelVersion.active() == version
        assert len(rows_of(version)) == 5

    def test_an_error_in_a_row_s_making_ends_it_for_all_with_its_reason(
        self, publish_model, new_version, members, monkeypatch
    ):
        active = publish_model()
        version, recommender = new_version()
        break_off_after(monkeypatch, 1, ZeroDivisionError("division by zero"))

        with pytest.raises(NotPublishedError, match="ZeroDivisionError: division by zero"):
            publish(version, recommender)

        version.refresh_from_db()
        assert (version.status, version.message) == ("failed", "ZeroDivisionError: division by zero")
        assert resume() is None
        assert ModelVersion.active() == active
        assert recommend_for(members[0], 3).source == "table"

    def test_a_shard_of_which_a_member_left_is_written_again(self, new_version, members, monkeypatch):
        version, recommender = new_version()
        break_off_after(monkeypatch, 0, IntegrityError("the member is gone"))

        publish(version, recommender)

        assert len(rows_of(version)) == 5

    def test_without_its_artifact_it_is_given_up(self, new_version, members, monkeypatch):
        import shutil

        version, recommender = new_version()
        break_off_after(monkeypatch, 0, OperationalError("the connection is lost"))
        with pytest.raises(OperationalError):
            publish(version, recommender)
        shutil.rmtree(artifact_folder(version))

        with pytest.raises(NotPublishedError, match=r"manifest\.json"):
            resume()
        assert resume() is None

    def test_a_newer_version_takes_the_place_of_an_unfinished_one(
        self, new_version, publish_model, members, monkeypatch
    ):
        older, recommender = new_version()
        break_off_after(monkeypatch, 1, OperationalError("the connection is lost"))
        with pytest.raises(OperationalError):
            publish(older, recommender)

        newer = publish_model()

        older.refresh_from_db()
        assert (older.status, older.message) == ("failed", f"version {newer.pk} is published instead")
        assert rows_of(older) == []
        assert ModelVersion.active() == newer

    def test_an_unfinished_version_keeps_its_rows_while_others_are_removed(
        self, new_version, publish_model, members, monkeypatch
    ):
        unfinished, recommender = new_version()
        break_off_after(monkeypatch, 1, OperationalError("the connection is lost"))
        with pytest.raises(OperationalError):
            publish(unfinished, recommender)

        publishing.remove_old_versions()

        assert len(rows_of(unfinished)) == 2
        assert artifact_folder(unfinished).is_dir()


@pytest.mark.django_db(transaction=True)
class TestManyProcesses:
    @pytest.fixture
    def other_connection(self):
        with psycopg.connect(self.database()) as other:
            yield other

    @pytest.fixture
    def environment(self, tmp_path):
        """Return an environment in which commands use this test's database and files."""
        return {
            **os.environ,
            "DATABASE_URL": self.database().replace("postgresql", "postgres"),
            "DATA_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "anirec.settings",
        }

    def database(self):
        settings = connection.settings_dict
        return "postgresql://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format(**settings)

    def unfinished(self, new_version):
        version, recommender = new_version()
        publishing.plan(version)
        return version, recommender

    def test_a_claimed_shard_is_left_to_who_claimed_it(self, new_version, members, other_connection):
        version, recommender = self.unfinished(new_version)
        claimed = version.shards.order_by("pk")[1]
        other_connection.execute("SELECT 1 FROM recommendations_publishshard WHERE id = %s FOR UPDATE", [claimed.pk])

        finished = work_off(version, recommender)

        assert (finished, ModelVersion.active()) == (False, None)
        assert list(version.shards.all()) == [claimed]
        assert [row[0] for row in rows_of(version)] == [member.pk for member in members[2:]]
        other_connection.rollback()
        assert work_off(version, recommender)
        assert ModelVersion.active() == version
        assert len(rows_of(version)) == 5

    def test_a_killed_process_s_shard_is_written_by_the_next(
        self, publish_model, new_version, members, other_connection, environment
    ):
        active = publish_model()
        version, _ = self.unfinished(new_version)
        # Writers wait for this lock, so the process is killed with a claim and half of its work done.
        other_connection.execute("LOCK TABLE recommendations_memberrecommendations IN SHARE MODE")
        command = [sys.executable, "manage.py", "publish", "--processes", "1"]
        killed = subprocess.Popen(command, cwd=BASE_DIR, env=environment)
        self.wait_until_one_waits(killed)

        killed.send_signal(signal.SIGKILL)
        killed.wait()
        other_connection.rollback()

        assert recommend_for(members[0], 3).source == "table"
        assert ModelVersion.active() == active
        assert version.shards.exclude(first_user=None).count() == 3
        assert subprocess.run(command, cwd=BASE_DIR, env=environment).returncode == 0
        assert ModelVersion.active() == version
        assert rows_of(version) == rows_of(active)
        assert similar_rows_of(version) == similar_rows_of(active)

    def wait_until_one_waits(self, process):
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and process.poll() is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
                if cursor.fetchone()[0]:
                    return
            time.sleep(0.05)
        pytest.fail(f"the process did not come to write rows (exit code {process.returncode})")

    def test_several_processes_share_the_work(self, publish_model, new_version, members, environment, monkeypatch):
        active = publish_model()
        version, recommender = new_version()
        for name in ("DATABASE_URL", "DATA_DIR", "DJANGO_SETTINGS_MODULE"):
            monkeypatch.setenv(name, environment[name])

        publish(version, recommender, processes=2)

        assert ModelVersion.active() == version
        assert rows_of(version) == rows_of(active)


class TestVersions:
    def test_only_published_versions_with_their_files_can_be_activated(self, publish_model):
        active = publish_model()
        refused = ModelVersion.objects.create(kind="site", status="refused")

        with pytest.raises(NotPublishedError, match="failed quality checks"):
            activate(refused)
        assert ModelVersion.active() == active

    def test_old_versions_make_room_but_their_record_stays(self, publish_model, catalogue, member):
        lists.set_score(member, catalogue[0], 9)
        versions = [publish_model() for _ in range(VERSIONS_KEPT + 1)]

        kept = [v.pk for v in versions[1:]]
        assert sorted(MemberRecommendations.objects.values_list("version", flat=True)) == kept
        assert [artifact_folder(v).is_dir() for v in versions] == [False, True, True, True]
        assert ModelVersion.objects.count() == VERSIONS_KEPT + 1
