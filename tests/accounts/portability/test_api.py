from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.models import ListImport
from catalog.models import ExternalId

IMPORTS = "/api/v1/my/imports/"
ENTRY = {"title": {"name": "Monster", "ids": {"mal": "19"}}, "status": "completed", "score": 9}
LOST = {"title": {"name": "Who knows"}, "status": "planned"}

pytestmark = pytest.mark.usefixtures("tasks_run_at_once")


@pytest.fixture
def monster(make_title):
    title = make_title("Monster")
    ExternalId.objects.create(title=title, provider="mal", medium="anime", value="19")
    return title


def post(api: APIClient, data: bytes, **fields: str):
    return api.post(IMPORTS, {"file": SimpleUploadedFile("list", data), **fields}, format="multipart")


def own_json(*entries: dict) -> bytes:
    return json.dumps({"format": "anirec", "version": 1, "entries": entries}).encode()


def test_an_import_is_read_run_and_undone(api, member, monster):
    read = post(api, own_json(ENTRY, LOST)).json()
    assert (read["state"], read["counts"], member.entries.count()) == ("preview", {"created": 1, "own": 1}, 0)
    address = f"{IMPORTS}{read['id']}/"
    assert api.post(f"{address}run/").status_code == 202
    assert api.get(address).json()["state"] == "done"
    assert member.entries.values_list("title", "score").get() == (monster.pk, 9)
    rows = api.get(f"{address}rows/").json()["results"]
    assert [(row["name"], row["outcome"], row["title_id"]) for row in rows] == [
        ("Monster", "created", monster.pk),
        ("Who knows", "own", None),
    ]
    assert api.post(f"{address}undo/").json()["state"] == "undone"
    assert member.entries.count() == 0
    assert [api.post(f"{address}{again}/").status_code for again in ("run", "undo")] == [409, 409]


def test_a_tables_columns_are_guessed(api, member, monster):
    read = post(api, b"MAL ID,Score\n19,8\n", rule="theirs").json()
    api.post(f"{IMPORTS}{read['id']}/run/")
    assert member.entries.get().score == 8


def test_what_is_no_list_is_a_problem_that_names_the_field(api):
    answer = post(api, b"<html/>")
    assert (answer.status_code, answer.json()["errors"]) == (
        422,
        {"file": ["We don’t recognise this XML (<html>). MyAnimeList exports start with <myanimelist>."]},
    )
    assert ListImport.objects.count() == 0


def test_imports_and_exports_are_my_own(api, member, make_member, monster):
    read = post(api, own_json(ENTRY)).json()
    other = APIClient()
    other.force_authenticate(make_member("other"))
    address = f"{IMPORTS}{read['id']}/"
    answers = [
        other.get(address),
        other.get(f"{address}rows/"),
        other.post(f"{address}run/"),
        other.post(f"{address}undo/"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert [APIClient().get(url).status_code for url in (address, "/api/v1/my/export/")] == [401, 401]


@pytest.mark.parametrize("kind", ["json", "csv", "xml", "manga.xml"])
def test_the_export_is_the_file_of_the_page(api, client, member, make_entry, kind):
    make_entry(member)
    client.force_login(member)
    mine = b"".join(api.get("/api/v1/my/export/", {"kind": kind}).streaming_content)
    assert mine == b"".join(client.get(f"/list/export/{kind}/").streaming_content)
    assert api.get("/api/v1/my/export/", {"kind": "pdf"}).json()["errors"] == {
        "kind": ["Unknown format. Use one of: json, csv, xml, manga.xml."]
    }
