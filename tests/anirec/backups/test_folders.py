"""Which backups are kept, and what is never touched."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from anirec.backups.errors import BackupError
from anirec.backups.folders import STAMP, complete, expired, find, remove_leftovers, rotate

MONDAY = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


def nights(n: int) -> list[Path]:
    """A backup for each of n nights from a Monday on, newest first."""
    return [Path((MONDAY + timedelta(days=day)).strftime(STAMP)) for day in reversed(range(n))]


def add_backup(folder: Path, name: str) -> Path:
    (folder / name).mkdir()
    (folder / name / "manifest.json").write_text("{}")
    return folder / name


def test_the_newest_are_kept():
    assert expired(nights(10), keep=7, weeks=0) == nights(3)
    assert expired(nights(3), keep=7, weeks=0) == []


def test_one_of_each_week_is_kept_too():
    """35 nights are five weeks: the last two nights, and the Sundays of the weeks before."""
    kept = set(nights(35)) - set(expired(nights(35), keep=2, weeks=4))

    assert sorted(path.name[:10] for path in kept) == [
        "2026-03-15", "2026-03-22", "2026-03-29", "2026-04-04", "2026-04-05",
    ]  # fmt: skip


def test_only_complete_backups_are_counted_and_removed(tmp_path):
    old, new = (add_backup(tmp_path, name) for name in ("2026-03-02T02-30-00Z", "2026-03-03T02-30-00Z"))
    others = [add_backup(tmp_path, name) for name in ("by-hand", ".2026-03-01T02-30-00Z.partial")]
    incomplete = tmp_path / "2026-03-01T02-30-00Z"
    incomplete.mkdir()

    assert complete(tmp_path) == [new, old]
    assert rotate(tmp_path, keep=1, weeks=0) == 1
    assert sorted(tmp_path.iterdir()) == sorted([new, *others, incomplete])


def test_leftovers_are_those_of_interrupted_backups(tmp_path):
    add_backup(tmp_path, ".2026-03-01T02-30-00Z.partial")
    kept = [add_backup(tmp_path, name) for name in ("2026-03-02T02-30-00Z", ".other.partial")]

    assert remove_leftovers(tmp_path) == 1
    assert sorted(tmp_path.iterdir()) == sorted(kept)


def test_a_backup_is_found_by_its_own_folder_or_as_the_newest_of_several(tmp_path):
    old, new = (add_backup(tmp_path, name) for name in ("2026-03-02T02-30-00Z", "2026-03-03T02-30-00Z"))

    assert find(old) == old
    assert find(tmp_path) == new


@pytest.mark.parametrize(("name", "sentence"), [("", "holds none"), ("elsewhere", "is not a folder")])
def test_a_folder_without_a_backup_is_named(tmp_path, name, sentence):
    with pytest.raises(BackupError, match=sentence):
        find(tmp_path / name)


def test_an_expired_backup_that_cannot_be_removed_is_named(tmp_path, monkeypatch):
    old, new = (add_backup(tmp_path, name) for name in ("2026-03-02T02-30-00Z", "2026-03-03T02-30-00Z"))

    def refuse(path: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("anirec.backups.folders.shutil.rmtree", refuse)

    with pytest.raises(BackupError, match=rf"is complete, but {old} can.t be removed: Permission denied"):
        rotate(tmp_path, keep=1, weeks=0)

    assert complete(tmp_path) == [new]
