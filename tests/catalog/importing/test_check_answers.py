from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from catalog.importing.parsers.services import myanimelist
from tests.catalog.importing.parsers import samples
from tests.catalog.shared import shared_file


def checked(folder: Path, **options: str) -> list[str]:
    """Return the lines of the command's output."""
    output = StringIO()
    call_command("check_answers", folder, stdout=output, **options)
    return output.getvalue().splitlines()


def recorded_in(folder: Path, name: str, body: bytes, **notes: object) -> None:
    (folder / f"{name}.json").write_bytes(body)
    if notes:
        (folder / f"{name}.meta.json").write_text(json.dumps(notes))


def test_each_file_has_a_line(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    recorded_in(tmp_path / "inner", "season", samples.mal_list(samples.MAL_NODE, None))
    recorded_in(tmp_path, "broken", b"{")

    assert checked(tmp_path) == [
        "file               kind                      titles  refused  details                             note",
        "broken.json        Broken JSON               –       –        –                                   "
        "broken or truncated JSON",
        "inner/season.json  MyAnimeList API · titles  1       1        themes 1, ranks 1, status_counts 1  "
        "row 2: a title was expected, found nothing",
    ]


def test_the_lines_in_markdown(tmp_path: Path) -> None:
    recorded_in(tmp_path, "odd", samples.mal_list(samples.MAL_NODE | {"media_type": "a|b"}))

    assert checked(tmp_path, format="markdown") == [
        "| file | kind | titles | refused | details | note |",
        "|---|---|--:|--:|---|---|",
        "| odd.json | MyAnimeList API · titles | 1 | 0 | themes 1, ranks 1, status_counts 1 | "
        "row 1, media_type: type: 'a&#124;b' is not a type we know |",
    ]


@pytest.mark.parametrize(
    ("status", "headers", "reaction"),
    [
        (404, {}, "HTTP 404: the client notes that it isn't there, and asks again when it is due"),
        (403, {}, "HTTP 403: the source is not asked for an hour, then longer, and staff see why"),
        (429, {"retry-after": "60"}, "HTTP 429: the client waits 60 seconds"),
        (429, {}, "HTTP 429: the client waits"),
        (504, {}, "HTTP 504: the source is asked again after a minute, then longer"),
    ],
)
def test_the_reaction_to_an_error_is_said(tmp_path: Path, status: int, headers: dict[str, str], reaction: str) -> None:
    body = samples.encoded({"errors": [{"message": "No."}]})
    recorded_in(tmp_path, "answer", body, status=status, headers=headers)

    assert f"{reaction}; AniList answered with an error: No" in checked(tmp_path)[1]


def test_a_parser_that_fails_fails_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    recorded_in(tmp_path, "details", samples.encoded(samples.MAL_NODE))
    recorded_in(tmp_path, "other", b"[]")
    monkeypatch.setattr(myanimelist.Fields, "title", lambda *_, **__: 1 / 0)

    with pytest.raises(CommandError, match=r"A parser failed on details\.json\."):
        checked(tmp_path)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="is not a folder"):
        checked(tmp_path / "none")


def test_every_recorded_file_is_parsed_or_refused_with_a_sentence() -> None:
    folder = shared_file("recorded")

    lines = checked(folder)

    assert len(lines) - 1 == sum(path.is_file() for path in folder.rglob("*"))
    assert [line for line in lines if "Unknown" in line or "BUG" in line] == []
