"""What pages and the API say while a service is down, the disk is full, or too many requests wait."""

import os

import psycopg
import pytest
from django.db import OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from anirec.lib import disk


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def database_fails(monkeypatch):
    """Let every statement fail with the error."""

    def fail(error):
        def execute(*_args, **_options):
            raise error

        monkeypatch.setattr(CursorWrapper, "execute", execute)

    return fail


@pytest.fixture
def disk_is_full(monkeypatch):
    state = os.statvfs(".")
    full = os.statvfs_result((*state[:4], 0, *state[5:10]))
    monkeypatch.setattr(disk.os, "statvfs", lambda _path: full)


@pytest.mark.django_db
class TestADeadDatabase:
    def test_a_page_says_so_and_loads_itself_again(self, visitor, database_fails):
        database_fails(OperationalError("the connection is lost"))
        response = visitor.get("/titles/")
        assert (response.status_code, response["Retry-After"]) == (503, "3")
        page = response.content.decode()
        assert '<meta http-equiv="refresh" content="3">' in page
        assert "anirec is restarting" in page
        assert "was not saved" not in page

    def test_a_change_is_refused_in_words(self, client, member, database_fails):
        client.force_login(member)
        client.raise_request_exception = False
        database_fails(OperationalError("the connection is lost"))
        response = client.post("/list/1/", {"score": 9})
        page = response.content.decode()
        assert response.status_code == 503
        assert "Your change was not saved. Go back and try again." in page
        assert "refresh" not in page

    def test_the_api_answers_with_problem_details(self, visitor, database_fails):
        database_fails(OperationalError("the connection is lost"))
        response = visitor.get("/api/v1/titles/")
        assert (response.status_code, response["Retry-After"]) == (503, "3")
        assert response["Content-Type"] == "application/problem+json"
        assert response.json()["detail"] == "anirec is restarting."

    def test_it_speaks_the_visitors_language(self, visitor, database_fails):
        database_fails(OperationalError("the connection is lost"))
        page = visitor.get("/titles/", headers={"Accept-Language": "de"}).content.decode()
        assert "anirec startet neu" in page
        assert '<html lang="de">' in page

    def test_an_error_of_ours_is_still_one(self, visitor, database_fails):
        database_fails(ValueError("a fault"))
        assert visitor.get("/titles/").status_code == 500


class TestAFullDisk:
    @pytest.mark.django_db
    def test_pages_are_shown_with_a_banner(self, client, disk_is_full):
        response = client.get("/titles/")
        assert response.status_code == 200
        assert "changes can’t be saved right now" in response.content.decode()

    @pytest.mark.django_db
    def test_without_it_there_is_no_banner(self, client):
        assert "changes can’t be saved right now" not in client.get("/titles/").content.decode()

    def test_every_change_is_refused_before_it_does_anything(self, client, disk_is_full):
        for path in ("/accounts/login/", "/list/1/", "/nowhere/"):
            response = client.post(path)
            assert (response.status_code, response["Retry-After"]) == (503, "60")
        assert client.delete("/api/v1/my/list/1/").json()["detail"] == (
            "Changes can’t be saved right now. The change was not saved."
        )

    def test_a_database_on_another_disk_makes_the_site_read_only_for_some_seconds(self, monkeypatch, visitor):
        clock = [1000.0]
        monkeypatch.setattr(disk.time, "monotonic", lambda: clock[0])
        monkeypatch.setattr(disk, "_refused_at", float("-inf"))
        assert not disk.is_read_only()

        error = OperationalError("could not extend file")
        error.__cause__ = psycopg.errors.DiskFull()
        from anirec.server.unavailable import FULL, reason_for

        assert reason_for(error) is FULL
        assert disk.is_read_only()
        clock[0] += disk.REMEMBERED_SECONDS + 1
        assert not disk.is_read_only()
