"""A start skips the preparation that an earlier one has done for the same code and database."""

import os

import pytest

from anirec.start import prepared
from anirec.start.prepared import is_prepared, note_prepared


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one migration and static files; its folder."""
    monkeypatch.setattr(prepared, "BASE_DIR", tmp_path)
    for name in ("catalog/migrations/0001.py", "static/site.css", ".static/.collected", "requirements.lock"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    return tmp_path


@pytest.fixture
def database(db):
    from django.db import connection

    settings = connection.settings_dict
    return (
        f"postgres://{settings['USER']}:{settings['PASSWORD']}@{settings['HOST']}:{settings['PORT']}/{settings['NAME']}"
    )


def test_it_is_known_from_then_on(project, database):
    stamp = project / "prepared"
    assert not is_prepared(stamp, database)
    note_prepared(stamp, database)
    assert is_prepared(stamp, database)


@pytest.mark.parametrize(
    "change",
    ["catalog/migrations/0002.py", "static/site.css", "static/new.js", "requirements.lock", ".static/.collected"],
)
def test_other_code_is_prepared_again(project, database, change):
    stamp = project / "prepared"
    note_prepared(stamp, database)
    (project / change).write_text("changed")
    os.utime(project / change, (1, 1))
    assert not is_prepared(stamp, database)


def test_another_database_is_prepared_again(project, database):
    stamp = project / "prepared"
    note_prepared(stamp, database)
    assert not is_prepared(stamp, database.rpartition("/")[0] + "/postgres")
