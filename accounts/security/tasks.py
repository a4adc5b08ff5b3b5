from __future__ import annotations

from allauth.usersessions.models import UserSession
from celery.schedules import crontab
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from anirec.lib.jobs import Run, job


@job("accounts.tasks.forget_old_sessions", "import", Run(crontab(hour=4, minute=35)))
def forget_old_sessions() -> None:
    """Delete expired sessions, and the devices that had them."""
    SessionStore.clear_expired()
    UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()
