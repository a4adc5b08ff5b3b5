"""/settings/scrobbling/: addresses, decisions and history."""

from __future__ import annotations

import json

import pytest

from accounts.models import ListEntry, ScrobbleAddress, ScrobbledShow
from accounts.personal_data import export_personal_data
from accounts.scrobbling import recording
from accounts.tokens.issuing import digest_of
from tests.accounts.scrobbling.reports import plex
from tests.conftest import confirm_password

pytestmark = pytest.mark.django_db
PAGE = "/settings/scrobbling/"


@pytest.fixture
def show(address) -> ScrobbledShow:
    """A show that wasn't recognised."""
    recording.record(address, json.dumps(plex()))
    return ScrobbledShow.objects.get()


def test_an_address_is_shown_once(own):
    page = confirm_password(own).post(PAGE, {"name": "Living room", "account": "ada"})
    address = page.content.decode().partition('<code class="token">')[2].partition("<")[0]
    stored = ScrobbleAddress.objects.get()
    assert address.startswith("http://")
    assert (stored.name, stored.digest) == ("Living room", digest_of(address.rstrip("/").rpartition("/")[2]))
    assert "no-store" in page["Cache-Control"]
    assert address not in own.get(PAGE).content.decode()


def test_an_address_needs_the_password_again(own):
    assert own.post(PAGE, {"name": "Living room", "account": "ada"})["Location"].startswith("/accounts/reauthenticate/")
    assert ScrobbleAddress.objects.count() == 0


@pytest.mark.parametrize("given", [{"name": "", "account": "a"}, {"name": "a", "account": " "}, {"name": "x" * 61}])
def test_invalid_addresses(own, given):
    assert (confirm_password(own).post(PAGE, given).status_code, ScrobbleAddress.objects.count()) == (422, 0)


def test_the_number_of_addresses_is_limited(own, monkeypatch, address):
    monkeypatch.setattr(recording, "MOST_ADDRESSES", 1)
    page = confirm_password(own).post(PAGE, {"name": "Second", "account": "ada"})
    assert (page.status_code, ScrobbleAddress.objects.count()) == (422, 1)
    assert "You can have up to 1 addresses. Revoke one first." in page.content.decode()


def test_an_address_is_renamed_and_keeps_its_key(own, key, address):
    assert own.post(f"{PAGE}{address.pk}/", {"name": "Attic", "account": "bob"}).status_code == 302
    found = recording.find_address(key)
    assert (found.name, found.account) == ("Attic", "bob")
    assert own.post(f"{PAGE}{address.pk}/", {"name": "", "account": "bob"}).status_code == 422


def test_an_address_is_revoked(own, key, address):
    own.post(f"{PAGE}{address.pk}/revoke/")
    assert recording.find_address(key) is None


def test_a_title_is_chosen(own, show, make_known):
    title = make_known("Port of Silence", episodes=12)
    page = own.get(f"{PAGE}shows/{show.pk}/?q=port")
    assert f'value="{title.pk}"' in page.content.decode()
    page = own.post(f"{PAGE}shows/{show.pk}/", {"title": title.pk}, follow=True).content.decode()
    assert "Remembered: Quiet Harbour is Port of Silence." in page
    assert ListEntry.objects.get().progress == 3


def test_a_title_without_the_episode_is_refused(own, show, make_known):
    title = make_known("Port of Silence", episodes=2)
    page = own.post(f"{PAGE}shows/{show.pk}/", {"title": title.pk}, follow=True).content.decode()
    assert "Port of Silence has no episode 3. Choose another title." in page
    assert ListEntry.objects.count() == 0


@pytest.mark.parametrize("title", ["", "0", "x", "9" * 12])
def test_titles_that_do_not_exist_are_not_found(own, show, title):
    assert own.post(f"{PAGE}shows/{show.pk}/", {"title": title}).status_code == 404


def test_a_show_is_ignored_and_the_decision_removed(own, show):
    own.post(f"{PAGE}shows/{show.pk}/decide/", {"action": "ignore"})
    assert ScrobbledShow.objects.get().state == "ignored"
    assert "Remove decision about Quiet Harbour" in own.get(PAGE).content.decode()
    own.post(f"{PAGE}shows/{show.pk}/decide/", {"action": "forget"})
    assert ScrobbledShow.objects.count() == 0


def test_the_page_shows_what_each_report_did(own, address, make_known):
    make_known("Quiet Harbour", episodes=12)
    for report in (plex(), plex(grandparentTitle="News"), plex(index=0), {**plex(), "Account": {"title": "bob"}}):
        recording.record(address, json.dumps(report))
    page = own.get(PAGE).content.decode()
    history = page.partition("<tbody>")[2]
    order = [history.index(text) for text in ("Another account", "Special episode", "Not recognised", "List updated")]
    assert order == sorted(order)
    assert "Choose title for News" in page


def test_the_number_of_queries_stays(own, address, make_known, django_assert_num_queries):
    def send(*indexes):
        for index in indexes:
            recording.record(address, json.dumps(plex(index=index)))
            recording.record(address, json.dumps(plex(grandparentTitle=f"News {index}")))

    make_known("Quiet Harbour", episodes=12)
    send(1)
    own.get(PAGE)
    with django_assert_num_queries(5):
        own.get(PAGE)
    send(2, 3)
    with django_assert_num_queries(5):
        own.get(PAGE)


def test_personal_data_has_all_but_the_secret(member, show):
    data = json.loads("".join(export_personal_data(member)))
    assert [row["name"] for row in data["scrobble_addresses"]] == ["Home"]
    assert [row["state"] for row in data["scrobbled_shows"]] == ["open"]
    assert [row["outcome"] for row in data["scrobble_events"]] == ["unknown"]
    assert "digest" not in data["scrobble_addresses"][0]
