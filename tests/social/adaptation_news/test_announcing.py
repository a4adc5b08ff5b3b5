"""An anime is announced of what members like or plan to read: they are notified, once each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.entries.writing import set_score, set_status, show_media
from catalog.models import Relation, Title
from social.adaptation_news.announcing import announce_adaptations
from social.models import Notification
from social.notifications.channels import choose_channels

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(member):
    show_media(member, ["manga"])
    return member


@pytest.fixture
def manga(make_title) -> Title:
    return make_title("Monster", medium="manga", format="", episodes=None)


@pytest.fixture
def announced(manga, make_title) -> Title:
    anime = make_title("Monster (TV)", status="upcoming")
    for one, other in ((anime, manga), (manga, anime)):
        Relation.objects.create(from_title=one, to_title=other, kind="adaptation")
    return anime


def notified(member) -> list[str]:
    return list(Notification.objects.filter(recipient=member, kind="adaptation").values_list("title__name", flat=True))


@pytest.mark.parametrize("interest", [{"score": 8}, {"score": 10}, {"status": "planned"}])
def test_who_likes_or_plans_the_manga_is_notified_once(reader, manga, announced, interest):
    set_score(reader, manga, interest["score"]) if "score" in interest else set_status(reader, manga, "planned")

    assert [announce_adaptations(), announce_adaptations(), notified(reader)] == [1, 0, ["Monster (TV)"]]


def test_the_notification_leads_to_the_anime(client, reader, manga, announced):
    set_score(reader, manga, 9)
    announce_adaptations()
    client.force_login(reader)

    page = client.get(reverse("social:notifications")).content.decode()

    assert "An anime of what you read was announced: Monster (TV)" in page
    assert announced.get_absolute_url() in page


@pytest.mark.parametrize(
    "prevent",
    [
        lambda member, manga, anime: set_score(member, manga, 7),
        lambda member, manga, anime: set_status(member, anime, "planned"),
        lambda member, manga, anime: show_media(member, []),
        lambda member, manga, anime: choose_channels(member, {"adaptation": []}),
        lambda member, manga, anime: Title.objects.filter(pk=anime.pk).update(status="finished"),
        lambda member, manga, anime: Title.objects.filter(pk=anime.pk).update(is_adult=True),
        lambda member, manga, anime: Title.objects.filter(pk=anime.pk).update(
            created_at=timezone.now() - timedelta(days=40)
        ),
        lambda member, manga, anime: Relation.objects.update(kind="character"),
    ],
)
def test_nobody_is_notified_of_what_is_none_of_their_business(reader, manga, announced, prevent):
    set_score(reader, manga, 9)
    prevent(reader, manga, announced)

    assert (announce_adaptations(), notified(reader)) == (0, [])


def test_only_who_reads_can_choose_channels_for_it(client, member):
    client.force_login(member)
    url = reverse("social:notification_choices")
    before = client.get(url).content.decode()
    show_media(member, ["light_novel"])

    assert "Anime of what I read" not in before
    assert "Anime of what I read" in client.get(url).content.decode()
