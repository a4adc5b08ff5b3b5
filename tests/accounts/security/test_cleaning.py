from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.security.tasks import forget_old_sessions
from anirec.lib.jobs import SCHEDULE

pytestmark = pytest.mark.django_db


def test_expired_sessions_are_deleted_every_day_with_their_devices(member):
    for _ in range(2):
        Client().post(reverse("account_login"), {"login": "member", "password": "correct horse"})
    old = UserSession.objects.first().session_key
    Session.objects.filter(pk=old).update(expire_date=timezone.now() - timedelta(days=1))
    forget_old_sessions()
    assert not Session.objects.filter(pk=old).exists()
    assert UserSession.objects.exclude(session_key=old).count() == UserSession.objects.count() == 1
    assert "accounts.tasks.forget_old_sessions" in {entry["task"] for entry in SCHEDULE.values()}
