"""Pictures in a folder and in an object storage, which a server on this machine stands for."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta

import boto3
import pytest
from django.utils import timezone

from anirec.lib.pictures import storing
from anirec.start.storages import picture_storage
from catalog.covers import files
from tests.anirec import object_storages
from tests.catalog.cover_fetching.pictures import picture
from tests.catalog.covers.test_covers import give_cover


@pytest.fixture(scope="module")
def object_storage() -> Iterator[str]:
    with object_storages.serving() as address:
        yield address


@pytest.fixture
def _in_a_bucket(object_storage, settings, monkeypatch):
    _use_bucket(object_storage, settings, monkeypatch)
    object_storages.make_bucket("pictures")


@pytest.fixture(params=["a folder", "a bucket"])
def _stored(request, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    if request.param == "a bucket":
        request.getfixturevalue("_in_a_bucket")


def _use_bucket(address: str, settings, monkeypatch) -> None:
    object_storages.use(address, {"default": picture_storage("s3://pictures/media")}, settings, monkeypatch)


@pytest.mark.usefixtures("_stored")
class TestStoring:
    def test_what_is_saved_is_read_until_it_is_deleted(self):
        storing.save("some/a.webp", b"one")

        assert storing.read("some/a.webp") == b"one"
        storing.delete("some/a.webp")
        assert storing.read("some/a.webp") is None

    def test_a_file_replaces_one_of_its_name(self):
        storing.save("replaced/a.webp", b"the rest of an interrupted save, which is longer")
        storing.save("replaced/a.webp", b"whole")

        assert storing.read("replaced/a.webp") == b"whole"
        assert storing.list_folder("replaced") == ([], ["a.webp"])

    def test_a_folder_that_is_not_there_is_empty(self):
        assert storing.list_folder("nothing") == ([], [])

    def test_a_file_says_when_it_was_changed(self):
        storing.save("new.webp", b"one")

        assert abs(timezone.now() - storing.changed_at("new.webp")) < timedelta(minutes=1)


@pytest.mark.django_db
@pytest.mark.usefixtures("_in_a_bucket")
class TestBucket:
    def test_covers_are_served_from_it(self, client, make_title, settings):
        settings.COVERS = True
        address = give_cover(make_title())

        assert client.get(address).content.startswith(b"RIFF")
        assert {digest for digest, _ in files.stored()} == {address[8:40]}
        assert boto3.client("s3").list_objects_v2(Bucket="pictures")["KeyCount"] >= 2
        assert client.get(address.replace("-225", "-450")).status_code == 200

    def test_members_pictures_are_served_from_it(self, client, member):
        from social.profiles import files as pictures

        digest = pictures.save(member.pk, picture())

        assert pictures.read(digest, pictures.SMALL)
        pictures.delete(digest)
        assert pictures.read(digest, pictures.SMALL) is None


@pytest.mark.django_db
def test_while_it_is_down_pictures_are_unavailable_and_pages_go_on(
    client, make_title, settings, monkeypatch, tmp_path
) -> None:
    settings.COVERS, settings.MEDIA_ROOT = True, tmp_path
    title = make_title()
    address = give_cover(title)
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound, but nobody listens
        _use_bucket(f"http://127.0.0.1:{unused.getsockname()[1]}", settings, monkeypatch)
        client.raise_request_exception = False

        answer = client.get(address)
        page = client.get(title.get_absolute_url())

    assert (answer.status_code, answer["Retry-After"]) == (503, "3")
    assert page.status_code == 200
