"""The first admin account is created with a link that the start prints: once, within a day, and only while needed."""

from __future__ import annotations

import io
import threading

import pytest
from django.core.management import call_command
from django.db import connections

from accounts.models import User
from anirec.monitoring import first_admin, records
from anirec.monitoring.first_admin import create_admin, new_link

GIVEN = {
    "username": "owner",
    "email": "owner@example.org",
    "password1": "a long phrase 42",
    "password2": "a long phrase 42",
}


@pytest.fixture(autouse=True)
def _files(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    settings.SITE_URL = "http://testserver"


@pytest.mark.django_db
class TestTheLink:
    def test_creates_an_admin_who_is_logged_in_and_sees_the_system_page(self, client):
        link = new_link()
        assert client.get(link).status_code == 200
        response = client.post(link, GIVEN)
        assert (response.status_code, response.headers["Location"]) == (302, "/staff/system/")
        admin = User.objects.get(username="owner")
        assert (admin.is_staff, admin.is_superuser, admin.check_password(GIVEN["password1"])) == (True, True, True)
        assert "Your admin account is ready." in client.get("/staff/system/").content.decode()

    def test_works_once(self, client, make_member):
        link = new_link()
        client.post(link, GIVEN)
        User.objects.all().delete()
        assert client.get(link).status_code == 404

    def test_ends_with_the_first_admin_however_they_came(self, client, make_member):
        link = new_link()
        make_member("admin", is_staff=True)
        assert (client.get(link).status_code, client.post(link, GIVEN).status_code) == (404, 404)
        assert new_link() is None

    def test_ends_after_a_day(self, client, monkeypatch):
        link = new_link()
        now = first_admin.time.time()
        monkeypatch.setattr(first_admin.time, "time", lambda: now + first_admin.VALID_SECONDS + 1)
        assert client.get(link).status_code == 404

    def test_ends_when_a_new_one_is_made(self, client):
        first, second = new_link(), new_link()
        assert (client.get(first).status_code, client.get(second).status_code) == (404, 200)

    def test_is_not_stored(self):
        token = new_link().rstrip("/").rpartition("/")[2]
        assert len(token) == 43
        assert token not in str(records.read(first_admin.NAME))

    def test_other_tokens_do_nothing(self, client):
        new_link()
        assert client.post("/accounts/first-admin/guessed/", GIVEN).status_code == 404
        assert User.objects.count() == 0

    @pytest.mark.parametrize(
        ("changed", "error"),
        [
            ({"password2": "another phrase 42"}, "password fields"),
            ({"password1": "12345678", "password2": "12345678"}, "too common"),
            ({"email": "nowhere"}, "valid email address"),
            ({"username": ""}, "required"),
            ({"username": "MEMBER"}, "already exists"),
        ],
    )
    def test_bad_values_are_named(self, client, member, changed, error):
        response = client.post(new_link(), GIVEN | changed)
        assert (response.status_code, error in response.content.decode()) == (422, True)
        assert not User.objects.filter(is_staff=True).exists()

    def test_guessing_is_limited(self, client):
        statuses = [client.post("/accounts/first-admin/guessed/", GIVEN).status_code for _ in range(25)]
        assert (statuses[0], statuses[-1]) == (404, 429)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_create_one_admin():
    token = new_link().rstrip("/").rpartition("/")[2]
    created, start = [], threading.Barrier(2)

    def create(name):
        start.wait()
        created.append(create_admin(token, name, f"{name}@example.org", "a long phrase 42"))
        connections.close_all()

    threads = [threading.Thread(target=create, args=(name,)) for name in ("ada", "bob")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (sum(one is not None for one in created), User.objects.filter(is_staff=True).count()) == (1, 1)


@pytest.mark.django_db
def test_the_command_prints_a_link_until_there_is_an_admin(client, make_member):
    def output() -> list[str]:
        out, errors = io.StringIO(), io.StringIO()
        call_command("first_admin", stdout=out, stderr=errors)
        return [out.getvalue().strip(), errors.getvalue().strip()]

    link, problem = output()
    assert (client.get(link).status_code, problem) == (200, "")
    make_member("admin", is_staff=True)
    assert output() == ["", "This site has a staff account. Create others in /admin/."]
