"""The address that media servers post to: no session, no CSRF token, clear errors."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import ListEntry
from accounts.scrobbling import receiving, recording
from tests.accounts.scrobbling.reports import emby, jellyfin, plex

pytestmark = pytest.mark.django_db


@pytest.fixture
def server():
    """A media server: no browser, so without cookies."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture(autouse=True)
def harbour(make_known):
    return make_known("Quiet Harbour", episodes=12)


@pytest.fixture
def post(server, key):
    """Post a body and return status and answer."""

    def post(body, content_type="application/json", path=None, **headers):
        response = server.post(path or f"/scrobble/{key}/", body, content_type, headers=headers)
        return response.status_code, response.json()

    return post


def test_plex_sends_a_form_with_a_picture(server, key, harbour):
    picture = SimpleUploadedFile("thumb.jpg", b"\xff\xd8\xff", "image/jpeg")
    response = server.post(f"/scrobble/{key}/", {"payload": json.dumps(plex()), "thumb": picture})
    assert (response.status_code, response.json()) == (200, {"result": "written", "title": harbour.pk, "episode": 3})
    assert ListEntry.objects.get().progress == 3
    assert not response.cookies


@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "application/json; charset=utf-8"])
def test_jellyfin_and_emby_send_json(post, content_type):
    assert post(json.dumps(jellyfin()), content_type)[1]["result"] == "written"
    assert post(json.dumps(emby(IndexNumber=4)), content_type)[1]["result"] == "written"


def test_emby_may_send_a_form(server, key):
    assert server.post(f"/scrobble/{key}/", {"data": json.dumps(emby())}).json()["result"] == "written"


def test_the_key_may_be_in_a_header(post, key):
    body = json.dumps(jellyfin())
    assert post(body, path="/scrobble/", Authorization=f"Bearer {key}")[0] == 200
    assert post(body, path="/scrobble/")[0] == 404


def test_other_events_are_fine(post):
    assert post(json.dumps(jellyfin(PlayedToCompletion=False))) == (
        200,
        {"result": "ignored", "reason": "Stopped before the end."},
    )


@pytest.mark.parametrize(
    ("body", "content_type", "error"),
    [
        ("{", "application/json", "The report isn't valid JSON."),
        ("", "multipart/form-data", "The report isn't valid JSON."),
        ("x", "multipart/form-data; boundary=x", "The report isn't valid JSON."),
        ("[]", "application/json", "The report isn't a JSON object."),
        (json.dumps(jellyfin(SeriesName="")), "application/json", "SeriesName is missing or no text."),
    ],
)
def test_unreadable_reports(post, body, content_type, error):
    assert post(body, content_type) == (400, {"error": error})


def test_large_reports(post, monkeypatch):
    monkeypatch.setattr(receiving, "MOST_BYTES", 500)
    assert post(json.dumps(jellyfin(Overview="x" * 500))) == (413, {"error": "Reports can be up to 500 bytes."})
    assert post(json.dumps(jellyfin()))[0] == 200


def test_unknown_keys(post):
    assert post(json.dumps(plex()), path="/scrobble/nobody/")[0] == 404


def test_too_many(post, server, key, monkeypatch):
    monkeypatch.setattr(recording, "PER_HOUR", 5)
    post(json.dumps(plex()))
    response = server.post(f"/scrobble/{key}/", json.dumps(plex()), "application/json")
    assert (response.status_code, int(response["Retry-After"]) > 0) == (429, True)


def test_it_is_only_posted_to(server, key):
    assert server.get(f"/scrobble/{key}/").status_code == 405


def test_a_report_takes_few_queries(post, django_assert_num_queries):
    post(json.dumps(plex(index=1)))
    with django_assert_num_queries(24):
        post(json.dumps(plex(index=2)))
