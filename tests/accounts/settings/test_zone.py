"""The member's time zone comes from the browser."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.models import User

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("Europe/Berlin", "Europe/Berlin"), ("Asia/Calcutta", "Asia/Kolkata"), ("../../etc/passwd", ""), ("", "")],
)
def test_is_taken_at_sign_up_if_it_exists(client, sent, kept):
    form = {"email": "ada@example.org", "username": "ada", "password1": "a long enough one", "time_zone": sent}
    assert client.post(reverse("account_signup"), form).status_code == 302
    assert User.objects.get(username="ada").time_zone == kept


def test_the_sign_up_page_asks_the_browser(client):
    assert 'name="time_zone" data-browser-zone' in client.get(reverse("account_signup")).content.decode()


def test_is_changed_by_one_click_from_any_page(client, member):
    client.force_login(member)
    answer = client.post(reverse("accounts:time_zone"), {"time_zone": "Asia/Tokyo", "next": "/calendar/"})
    member.refresh_from_db()
    assert (answer["Location"], member.time_zone) == ("/calendar/", "Asia/Tokyo")
    assert 'data-zone="Asia/Tokyo"' in client.get("/calendar/").content.decode()


def test_a_zone_that_does_not_exist_is_refused(client, member):
    client.force_login(member)
    assert client.post(reverse("accounts:time_zone"), {"time_zone": "Mars/Olympus"}).status_code == 400
