"""The daily backup."""

from __future__ import annotations

from datetime import time

import pytest

from anirec.backups import tasks
from anirec.backups.folders import complete
from anirec.lib.jobs import QUEUES


def test_a_site_with_a_folder_for_backups_makes_one_a_day(settings):
    settings.BACKUP_DIR, settings.BACKUP_TIME = "/backups", time(4, 15)

    (run,) = tasks.runs()

    assert (run.schedule.hour, run.schedule.minute) == ({4}, {15})
    assert "anirec.backups.tasks.back_up_site" in QUEUES["train"]


def test_without_a_folder_there_is_no_daily_backup(settings):
    settings.BACKUP_DIR = ""

    assert tasks.runs() == []


def test_the_task_adds_a_backup_and_keeps_as_many_as_are_wanted(site, backups, settings):
    settings.BACKUP_DIR, settings.BACKUP_KEEP, settings.BACKUP_KEEP_WEEKS = str(backups), 1, 0

    with site.used():
        tasks.back_up_site()
        first = complete(backups)
        tasks.back_up_site()

    assert len(first) == len(complete(backups)) == 1
    assert first != complete(backups)


def test_a_failed_backup_fails_the_task(site, backups, settings):
    settings.BACKUP_DIR = str(backups)
    backups.write_text("a file in the way")

    with site.used(), pytest.raises(Exception, match="File exists"):
        tasks.back_up_site()
