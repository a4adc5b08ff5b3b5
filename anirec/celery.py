"""The Celery application. Tasks declare their own queues and schedules (`anirec.lib.jobs`)."""

import os

from celery import Celery
from celery.signals import setup_logging

from anirec.lib.jobs import SCHEDULE
from anirec.lib.subjects import subjects_with

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")

APPS = ("catalog", "accounts", "social", "recommendations", "anirec")


def packages_with_tasks() -> list[str]:
    return [subject for app in APPS for subject in subjects_with(app, "tasks")]


@setup_logging.connect
def keep_logging(**_: object) -> None:
    """Log as `anirec.settings` says: with a receiver of this signal, Celery sets nothing up."""


app = Celery("anirec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(packages_with_tasks)
app.conf.imports = ["anirec.workers"]
app.conf.beat_schedule = SCHEDULE
