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
    "accounts.tasks.deliver_webhook": {"queue": "webhooks"},
    "accounts.tasks.deliver_due_webhooks": {"queue": "webhooks"},
    "accounts.tasks.forget_old_deliveries": {"queue": "import"},
    "accounts.tasks.forget_old_answers": {"queue": "import"},
    "social.tasks.send_letter": {"queue": "import"},
    "recommendations.tasks.rebuild_models": {"queue": "train"},
    "recommendations.tasks.watch_drift": {"queue": "train"},
    "recommendations.tasks.publish_unfinished": {"queue": "publish"},
    "recommendations.tasks.refresh_member": {"queue": "interactive"},
    "recommendations.tasks.collect_events": {"queue": "import"},
    "recommendations.tasks.look_after_experiments": {"queue": "import"},
    "recommendations.tasks.add_counted_minutes": {"queue": "import"},
    "recommendations.tasks.roll_up_days": {"queue": "train"},
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
    "deliver-due-webhooks": {
        "task": "accounts.tasks.deliver_due_webhooks",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "forget-old-deliveries": {"task": "accounts.tasks.forget_old_deliveries", "schedule": crontab(hour=1, minute=5)},
    "forget-old-answers": {"task": "accounts.tasks.forget_old_answers", "schedule": crontab(minute=25)},
    "collect-events": {
        "task": "recommendations.tasks.collect_events",
        "schedule": 15,
        "options": {"expires": 15},
    },
    "add-counted-minutes": {
        "task": "recommendations.tasks.add_counted_minutes",
        "schedule": 60,
        "options": {"expires": 60},
    },
    "roll-up-days-nightly": {"task": "recommendations.tasks.roll_up_days", "schedule": crontab(hour=0, minute=20)},
    "roll-up-today-hourly": {
        "task": "recommendations.tasks.roll_up_days",
        "schedule": crontab(minute=50),
        "kwargs": {"only_today": True},
        "options": {"expires": 3600},
    },
    "look-after-experiments-nightly": {
        "task": "recommendations.tasks.look_after_experiments",
        "schedule": crontab(hour=23, minute=45),
    },
}
