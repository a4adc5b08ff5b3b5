import os

import pytest
from django.core.exceptions import ImproperlyConfigured

from anirec.start import storages
from anirec.start.storages import picture_storage


def test_pictures_are_in_a_folder_unless_another_place_is_named():
    assert picture_storage("")["BACKEND"] == "django.core.files.storage.FileSystemStorage"


def test_a_bucket_with_and_without_a_folder():
    with_folder, without = picture_storage("s3://pictures/anirec/media/"), picture_storage("s3://pictures")

    assert with_folder["OPTIONS"]["bucket_name"] == without["OPTIONS"]["bucket_name"] == "pictures"
    assert (with_folder["OPTIONS"]["location"], without["OPTIONS"]["location"]) == ("anirec/media", "")


def test_every_wait_for_it_is_bounded():
    client = picture_storage("s3://pictures")["OPTIONS"]["client_config"]

    assert (client.connect_timeout + client.read_timeout) * client.retries["total_max_attempts"] < 30


def test_variables_that_are_empty_are_as_if_unset(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL", "")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")

    picture_storage("s3://pictures")

    assert "AWS_ENDPOINT_URL" not in os.environ
    assert os.environ["AWS_DEFAULT_REGION"] == "eu-central-1"


@pytest.mark.parametrize("url", ["https://pictures", "s3:///folder", "pictures", "s3://pictures?region=eu"])
def test_what_is_no_bucket_stops_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="STORAGE_URL must be s3://BUCKET"):
        picture_storage(url)


def test_missing_packages_are_named(monkeypatch):
    monkeypatch.setattr(storages, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="extra s3"):
        picture_storage("s3://pictures")
