"""The Celery application: queues by urgency, and the nightly schedule."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anirec.settings")

app = Celery("anirec")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.task_routes = {
    "accounts.tasks.fetch_list": {"queue": "import"},
    "accounts.tasks.write_import": {"queue": "import"},
    "recommendations.tasks.rebuild_models": {"queue": "train"},
    "recommendations.tasks.watch_drift": {"queue": "train"},
    "recommendations.tasks.publish_unfinished": {"queue": "publish"},
    "recommendations.tasks.refresh_member": {"queue": "interactive"},
    "recommendations.tasks.collect_events": {"queue": "import"},
    "recommendations.tasks.look_after_experiments": {"queue": "import"},
}
app.conf.beat_schedule = {
    "rebuild-models-nightly": {"task": "recommendations.tasks.rebuild_models", "schedule": crontab(hour=3, minute=30)},
    "watch-drift-hourly": {
        "task": "recommendations.tasks.watch_drift",
        "schedule": crontab(minute=15),
        "options": {"expires": 3600},
    },
    "finish-what-was-broken-off": {
        "task": "recommendations.tasks.publish_unfinished",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "collect-events": {
        "task": "recommendations.tasks.collect_events",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "look-after-experiments-nightly": {
        "task": "recommendations.tasks.look_after_experiments",
        "schedule": crontab(hour=23, minute=45),
    },
}
