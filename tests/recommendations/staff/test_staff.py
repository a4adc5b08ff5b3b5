"""Actions of staff: switching models, and running jobs."""

from __future__ import annotations

import re

import pytest
from celery import shared_task
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.utils import timezone

from accounts.settings.deletion import delete_account
from anirec.lib.jobs import QUEUES
from anirec.start.part import COMMANDS
from recommendations.models import JobRun, ModelActivation, ModelVersion
from recommendations.staff import jobs

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client, make_member):
    made = make_member("boss", is_staff=True, is_superuser=True)
    client.force_login(made)
    return made


@pytest.fixture
def looks(client, make_member):
    """Sign in staff with view permissions only."""
    made = make_member("looks", is_staff=True)
    made.user_permissions.set(Permission.objects.filter(codename__in=["view_modelversion", "view_jobrun"]))
    client.force_login(made)
    return made


@shared_task(name="tests.add")
def add(a: int, user_id: int = 0) -> int:
    if a == 13:
        raise ValueError("thirteen\0 is too much")
    return a


def says(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


class TestStart:
    def test_it_leads_only_where_one_may_go(self, client, make_member):
        client.force_login(make_member(is_staff=True))
        content = client.get("/staff/").content.decode()
        assert [path in content for path in ("/staff/analytics/", "/staff/models/", "/staff/jobs/")] == [
            True,
            False,
            False,
        ]

    def test_the_menu_leads_staff_there_and_nobody_else(self, client, member, make_member):
        for one, shown in ((member, False), (make_member(is_staff=True), True)):
            client.force_login(one)
            assert ('href="/staff/"' in client.get("/about/").content.decode()) is shown


class TestModels:
    def test_going_back_asks_first_then_serves_and_is_written_down(self, client, staff, publish_model):
        first, second = publish_model(), publish_model()

        assert "Make live" in client.get(f"/staff/models/{first.pk}/serve/").content.decode()
        assert ModelVersion.active() == second
        answer = client.post(f"/staff/models/{first.pk}/serve/", follow=True)

        assert ModelVersion.active() == first
        assert says(answer) == [f"{first} is live."]
        activations = ModelActivation.objects.order_by("pk").values_list("version", "by")
        assert list(activations) == [(first.pk, None), (second.pk, None), (first.pk, staff.pk)]
        assert LogEntry.objects.values_list("user", "object_id").get() == (staff.pk, str(first.pk))

    @pytest.mark.parametrize("status", ["failed", "refused", "published"])
    def test_what_cannot_serve_is_said(self, client, staff, status):
        version = ModelVersion.objects.create(kind="site", status=status)
        assert "already live, was never published" in client.get(f"/staff/models/{version.pk}/serve/").content.decode()
        answer = client.post(f"/staff/models/{version.pk}/serve/", follow=True)
        assert "its artifact is missing" in says(answer)[0]
        assert (ModelVersion.active(), LogEntry.objects.count()) == (None, 0)

    def test_who_may_only_look_cannot_switch(self, client, looks, publish_model):
        version = publish_model()
        assert client.get(f"/staff/models/{version.pk}/").status_code == 200
        assert [
            client.get(f"/staff/models/{version.pk}/serve/").status_code,
            client.post(f"/staff/models/{version.pk}/serve/").status_code,
        ] == [403, 403]

    def test_an_unknown_model_is_not_found(self, client, staff):
        assert client.get("/staff/models/77/").status_code == 404

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_same_queries_for_any_number(self, client, staff, django_assert_num_queries, n):
        for _ in range(n):
            ModelVersion.objects.create(kind="site", status="failed").activations.create(at=timezone.now(), by=staff)
        client.get("/staff/models/")
        with django_assert_num_queries(5):
            client.get("/staff/models/")


class TestJobs:
    def test_a_task_that_ends_is_written_down(self, tasks_run_at_once):
        add.delay(1)
        run = JobRun.objects.get()
        assert (run.task, run.state, run.error, run.arguments) == ("tests.add", "done", "", None)

    def test_one_that_fails_says_why_and_with_what(self):
        add.apply(kwargs={"a": 13})
        run = JobRun.objects.get()
        assert (run.state, run.error.splitlines()[0], run.arguments) == (
            "failed",
            "ValueError: thirteen is too much",
            {"a": 13},
        )

    def test_what_failed_is_started_again_once(self, client, staff, monkeypatch, django_capture_on_commit_callbacks):
        sent = []
        monkeypatch.setattr(jobs, "send_soon", lambda task, **arguments: sent.append((task.name, arguments)))
        run = JobRun.objects.create(
            task="tests.add", state="failed", started_at=timezone.now(), seconds=1, arguments={"a": 2}
        )
        with django_capture_on_commit_callbacks(execute=True):
            first = client.post(f"/staff/jobs/{run.pk}/again/", follow=True)
            second = client.post(f"/staff/jobs/{run.pk}/again/", follow=True)
        assert sent == [("tests.add", {"a": 2})]
        assert [says(first)[0][:10], says(second)[0][:9]] == ["Job queued", "Only fail"]

    @pytest.mark.parametrize("name", ["", "nothing", "rebuild-models\0"])
    def test_only_what_is_in_the_timetable_is_run(self, client, staff, name):
        assert client.post("/staff/jobs/run/", {"name": name}).status_code == 400

    def test_a_task_that_is_gone_is_not_started_again(self, client, staff):
        run = JobRun.objects.create(task="old.task", state="failed", started_at=timezone.now(), seconds=1)
        assert client.post(f"/staff/jobs/{run.pk}/again/").status_code == 400

    def test_who_may_only_look_cannot_start(self, client, looks):
        assert client.get("/staff/jobs/").status_code == 200
        assert client.post("/staff/jobs/run/", {"name": "rebuild-models"}).status_code == 403

    def test_a_members_failed_jobs_go_with_them(self, member):
        for arguments in ({"user_id": member.pk}, {"user_id": member.pk + 1}):
            JobRun.objects.create(task="x", state="failed", started_at=timezone.now(), seconds=1, arguments=arguments)
        delete_account(member)
        assert JobRun.objects.count() == 1

    def test_without_workers_it_says_so(self, client, staff):
        answer = client.get("/staff/jobs/?workers=1", headers={"HX-Request": "true", "HX-Target": "workers"})
        assert b"No workers responded" in answer.content

    def test_every_queue_is_counted_and_worked_on(self):
        used = set(QUEUES)
        listened_to = re.findall(r"-Q (\S+)", " ".join(COMMANDS.values()))
        assert {name for name, _ in jobs.queue_lengths()} == set(",".join(listened_to).split(",")) == used

    def test_the_timetable_says_when_each_ran_last(self):
        at = timezone.now()
        JobRun.objects.create(task="recommendations.tasks.collect_events", state="done", started_at=at, seconds=2)
        found = {one.name: one for one in jobs.timetable()}
        one = found["collect-events"]
        assert (one.when, one.last, one.n, one.failed, one.seconds) == ("15 s", at, 1, 0, 2)
        assert found["rebuild-models"].when == "30 3 * * *"

    @pytest.mark.parametrize("n", [1, 3])
    def test_the_same_queries_for_any_number(self, client, staff, django_assert_num_queries, n):
        for _ in range(n):
            JobRun.objects.create(task="x", state="failed", error="Oh", started_at=timezone.now(), seconds=1)
        client.get("/staff/jobs/")
        with django_assert_num_queries(5):
            client.get("/staff/jobs/")
