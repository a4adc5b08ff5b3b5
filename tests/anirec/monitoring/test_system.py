"""The staff page System: the state of each part in words, a test e-mail, and a checklist that ticks itself off."""

from __future__ import annotations

import re
import smtplib
from datetime import UTC, datetime

import pytest
from django.core import mail

from anirec.lib.valkey import valkey
from anirec.monitoring import facts
from anirec.monitoring.checklist import checklist
from anirec.monitoring.mail import send_test
from anirec.monitoring.parts import parts_of
from recommendations.models import ModelVersion
from tests.anirec.monitoring.conftest import set_backup
from tests.anirec.monitoring.test_alerts import BREAKS, world  # noqa: F401  (a fixture)

PART_OF_ALERT = {
    "DatabaseDown": ("Database", "down"), "CacheDown": ("Cache and queue", "down"), "NoWorker": ("Worker", "down"),
    "NoScheduler": ("Scheduler", "down"), "QueueTooOld": ("Queues", "attention"), "ModelTooOld": ("Model", "attention"),
    "RebuildFailed": ("Model", "attention"), "SourceStale": ("Catalogue", "attention"),
    "DiskNearlyFull": ("Disk", "attention"), "ReadOnly": ("Disk", "down"), "BackupTooOld": ("Backups", "attention"),
    "BackupFailed": ("Backups", "down"),
}  # fmt: skip


@pytest.fixture(autouse=True)
def _files(settings, tmp_path, monkeypatch):
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr(facts, "_last", None)


@pytest.fixture
def staff(client, make_member):
    staff = make_member("boss", is_staff=True)
    client.force_login(staff)
    return staff


def states(found: facts.Facts) -> dict[str, tuple[str, str]]:
    return {str(part.name): (part.state.value, part.advice) for part in parts_of(found)}


def test_a_healthy_site_works(healthy_site, collect, member):
    send_test(member)
    assert {name: state for name, (state, _) in states(collect()).items()} == dict.fromkeys(
        ["Database", "Cache and queue", "Web process", "Worker", "Trainer", "Scheduler", "Queues", "Model",
         "Catalogue", "Backups", "Disk", "E-mail"], "working",
    )  # fmt: skip


@pytest.mark.parametrize("alert", sorted(PART_OF_ALERT))
def test_a_broken_part_says_so_and_what_to_do(alert, world, collect):  # noqa: F811
    name, state = PART_OF_ALERT[alert]
    BREAKS[alert](world)
    broken = states(collect())[name]
    assert (broken[0], bool(broken[1])) == (state, True)


def test_the_page_is_shown_with_parts_down(client, staff, healthy_site, collect, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    content = client.get("/staff/system/").content.decode()
    assert "Start Valkey, or check REDIS_URL. Pages work, but jobs wait." in content
    assert "Unknown while another part is down." in content


def test_it_says_since_when(client, staff, healthy_site, collect):
    ModelVersion.objects.update(activated_at=datetime(2026, 3, 4, 5, 6, tzinfo=UTC))
    content = " ".join(client.get("/staff/system/").content.decode().split())
    assert re.search("since [^<]*2026[^<]* [^<]*5:06", content)


class TestTheTestEMail:
    def test_goes_to_the_staff_member_and_ticks_the_step_off(self, client, staff, healthy_site, collect):
        response = client.post("/staff/system/test-email/", follow=True)
        assert [message.to for message in mail.outbox] == [["boss@example.org"]]
        assert "Test e-mail sent to boss@example.org." in response.content.decode()
        assert next(step for step in checklist(collect()) if step.name == "Test the e-mails").is_done

    def test_a_failure_is_named(self, client, staff, healthy_site, collect, monkeypatch):
        def fail(*_args, **_options):
            raise smtplib.SMTPAuthenticationError(535, b"wrong password of ada@example.org")

        monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
        content = client.post("/staff/system/test-email/", follow=True).content.decode()
        assert "The test e-mail was not sent: SMTPAuthenticationError" in content
        assert states(collect())["E-mail"] == ("down", "The last test failed: SMTPAuthenticationError")

    def test_counts_only_for_the_server_that_is_set(self, healthy_site, collect, staff, settings):
        send_test(staff)
        settings.EMAIL_HOST = "another.example"
        assert states(collect())["E-mail"] == ("attention", "Not tested yet. Send a test e-mail below.")

    def test_to_a_file_proves_nothing(self, healthy_site, collect, staff, settings, tmp_path):
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = tmp_path
        assert send_test(staff).error == ""
        assert not next(step for step in checklist(collect()) if step.name == "Test the e-mails").is_done
        assert states(collect())["E-mail"][0] == "attention"

    def test_is_limited(self, client, staff, healthy_site, collect):
        statuses = [client.post("/staff/system/test-email/").status_code for _ in range(7)]
        assert (statuses[0], statuses[-1]) == (302, 429)


class TestTheChecklist:
    def test_of_a_new_site_is_open(self, db, collect, settings, monkeypatch):
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        monkeypatch.setattr(facts, "last_backup", lambda: None)
        assert [step.is_done for step in checklist(collect())] == [False] * 8

    def test_ticks_itself_off(self, healthy_site, collect, staff, settings, make_title, monkeypatch):
        settings.SITE_URL, settings.HTTPS = "https://anirec.example", True
        make_title(field_sources={"name": "jikan"})
        set_backup(monkeypatch, hours=1)
        send_test(staff)
        assert [step.name for step in checklist(collect()) if not step.is_done] == []

    def test_disappears_when_it_is_done(self, client, healthy_site, collect, staff, settings, make_title):
        assert "Set up your site" in client.get("/staff/system/").content.decode()
        settings.SITE_URL, settings.HTTPS = "https://anirec.example", True
        make_title(field_sources={"name": "jikan"})
        send_test(staff)
        facts._last = None
        assert "Set up your site" not in client.get("/staff/system/").content.decode()

    def test_the_sample_is_no_catalogue_and_the_starter_no_model(self, healthy_site, collect, make_title):
        make_title(field_sources={"name": "sample"})
        ModelVersion.objects.update(kind="starter")
        is_done = {step.name: step.is_done for step in checklist(collect())}
        assert (is_done["Import a catalogue"], is_done["Train a model"]) == (False, False)


def test_a_worker_notes_which_queues_it_takes(healthy_site, monkeypatch):
    from types import SimpleNamespace

    from anirec import workers
    from anirec.celery import app

    monkeypatch.setattr(app.amqp.queues, "_consume_from", {"train": None, "publish": None})
    valkey().sadd(workers.WORKERS, "trainer@x")
    workers.stay_alive(SimpleNamespace(eventer=SimpleNamespace(hostname="trainer@x")))
    found = facts.read_services()
    valkey().delete("anirec:alive:trainer@x")
    assert found.workers["trainer@x"] == ["train", "publish"]
    assert found.queues["train"].n_workers == 2
    assert found.queues["train"].served_at is not None
