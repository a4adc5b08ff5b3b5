"""What subjects register in their hooks. A registration that is forgotten is no import error: it is looked for here."""

from __future__ import annotations

from accounts.events import events
from accounts.page_parts import parts
from accounts.portability.sections import sections
from accounts.settings.privacy import privacy_fields
from accounts.tokens.scopes import scopes
from anirec.lib.jobs import QUEUES, SCHEDULE
from social.models import Notification, Report
from social.moderation.targets import targets
from social.notifications.kinds import kinds


def test_events_for_webhooks():
    assert sorted(events()) == ["list.changed", "recommendations.updated", "review.created", "title.recommended"]


def test_scopes_of_tokens():
    assert list(scopes()) == [
        "read:list",
        "write:list",
        "read:recommendations",
        "write:reviews",
        "read:settings",
        "write:settings",
        "read:social",
        "write:social",
        "webhooks",
    ]


def test_sections_of_an_export():
    assert [section.name for section in sections()] == [
        "about",
        "blocks",
        "comments",
        "custom_lists",
        "dismissed",
        "favourites",
        "follows",
        "mutes",
        "notifications",
        "plans",
        "privacy",
        "profile",
        "recommended",
        "reviews",
    ]


def test_privacy_settings():
    assert privacy_fields() == ("approves_followers", "list_visibility", "tips_from")


def test_parts_of_pages():
    assert sorted(parts()) == ["feed", "notifications", "plans", "recommendations"]


def test_kinds_of_notifications_each_with_a_label_and_a_sentence():
    assert sorted(kinds()) == [
        "accepted",
        "adaptation",
        "airing",
        "comment",
        "correction",
        "follow",
        "helpful",
        "invitation",
        "like",
        "moderation",
        "own_found",
        "request",
        "tip",
    ]
    assert all(str(kind.label) and "%(" in str(kind.sentence) for kind in kinds().values())
    paths = {path.split("__")[0] for kind in kinds().values() for path in kind.related}
    assert paths <= {field.name for field in Notification._meta.get_fields()}


def test_every_column_of_a_report_is_a_target():
    columns = {field.name for field in Report._meta.get_fields() if field.many_to_one} - {"reporter"}
    assert set(targets()) == columns


def test_the_timetable_and_its_queues():
    from anirec.celery import app

    app.loader.import_default_modules()
    assert set(QUEUES) == {"interactive", "import", "deliveries", "train", "publish", "sources"}
    assert len(SCHEDULE) == 30
    assert {entry["task"] for entry in SCHEDULE.values()} <= {task for tasks in QUEUES.values() for task in tasks}
