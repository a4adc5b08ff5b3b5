"""Create a signed-in member with a long list for page benchmarks."""

import json
from importlib import import_module
from typing import Any

import numpy as np
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.entries.writing import EntryDraft, write_entries
from accounts.models import EntryStatus, User
from accounts.tokens.issuing import issue_token
from catalog.models import Title
from recommendations.artifact_store import load_recommender
from recommendations.inputs.title_rules import title_rules
from recommendations.models import ModelVersion
from recommendations.publishing.rows import write_members


class Command(BaseCommand):
    help = "Create a synthetic member with a long list; print their session, token and pages' query counts as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--entries", type=int, default=1500)
        parser.add_argument("--queries", nargs="*", default=(), metavar="PATH", help="count the queries of these pages")

    def handle(self, *, entries: int, queries: list[str], **options: Any) -> None:
        version = ModelVersion.active()
        if version is None:
            raise CommandError("no model is published: run `manage.py seed` or `manage.py rebuild` first")
        member, _ = User.objects.get_or_create(
            username="long-list", defaults={"email": "long-list@synthetic.invalid", "is_synthetic": True}
        )
        write_entries(member, _entries(entries), replace=True)
        recommender = load_recommender(version)
        write_members(version, recommender, title_rules(recommender.items), [member.pk])
        counts = {path: _queries_of(path, member) for path in queries}
        _token, key = issue_token(member, "bench", ["read:list", "read:recommendations"])
        self.stdout.write(json.dumps({"session": _session_of(member), "token": key, "queries": counts}))


def _entries(n: int) -> list[EntryDraft]:
    """Draft entries of the most popular titles, most of them completed and scored."""
    generator = np.random.default_rng(0)
    titles = Title.objects.visible_to(None).recommendable().order_by("-popularity", "pk")[:n]
    statuses = generator.choice(EntryStatus.values, n, p=[0.15, 0.05, 0.69, 0.01, 0.05, 0.05])
    scores = np.clip(np.round(generator.normal(7.3, 1.6, n)), 1, 10).astype(int)
    return [
        EntryDraft(title.pk, status, int(score) if status in (EntryStatus.COMPLETED, EntryStatus.DROPPED) else None)
        for title, status, score in zip(titles, statuses, scores, strict=False)
    ]


def _session_of(member: User) -> str:
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(member.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.create()
    return session.session_key


def _queries_of(path: str, member: User) -> int:
    client = Client(SERVER_NAME="localhost")
    client.force_login(member)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)
