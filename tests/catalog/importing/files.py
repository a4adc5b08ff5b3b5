"""Small files in the sources' formats, with fictional titles."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from catalog.importing.parsers.files import anilist, jikan, mal_2020

MAL_2020 = {
    "MAL_ID": "1", "Name": "Mokomoko", "Score": "7.5", "Genres": "Comedy, Sci-Fi, School, Shounen",
    "English name": "Fluffy:The Movie", "Japanese name": "もこもこ", "Type": "TV", "Episodes": "12",
    "Aired": "Apr 3, 2019 to Jun 19, 2019", "Premiered": "Spring 2019", "Studios": "Studio Kumo, Ame Works",
    "Source": "Manga", "Duration": "24 min. per ep.", "Rating": "PG-13 - Teens 13 or older", "Members": "1000",
    "Completed": "600",
}  # fmt: skip
JIKAN = dict.fromkeys(jikan.COLUMNS) | {
    "anime_id": "1", "title": "Mokomoko", "english_title": "Fluffy", "japanese_title": "もこもこ", "type": "TV",
    "episodes": "12.0", "duration": "24", "status": "Finished Airing", "source": "Manga", "season": "spring 2019",
    "studios": "Studio Kumo", "genres": "Comedy;Sci-Fi", "themes": "School", "demographics": "Shounen",
    "rating": "PG-13 - Teens 13 or older", "score": "7.8", "scored_by": "500.0", "members": "0",
    "start_date": "2019-04-03", "end_date": "2019-06-19", "synopsis": "A cloud goes to school.",
    "image_url": "https://img.example/1.jpg",
}  # fmt: skip
ANILIST = dict.fromkeys(anilist.COLUMNS) | {
    "anime_id": 101, "mal_id": 1.0, "title": "Mokomoko", "english_title": "Fluffy", "japanese_title": "もこもこ",
    "synonyms": "Moko;The Cloud", "type": "TV", "episodes": 12.0, "duration": 24.0, "status": "FINISHED",
    "source": "MANGA", "season": "SPRING 2019", "main_studios": "Studio Kumo", "genres": "Comedy;Sci-Fi",
    "tags": "Clouds;Female Harem", "mean_score": 74.0, "members": 90, "start_date": "2019-04-03",
    "end_date": "2019-06-19", "synopsis": "A <i>cloud</i> studies.<br>", "cover_image_large": "https://img.example/a.jpg",
    "is_adult": False,
}  # fmt: skip
OFFLINE = {
    "sources": ["https://myanimelist.net/anime/1", "https://anilist.co/anime/101", "https://kitsu.app/anime/55"],
    "title": "Mokomoko", "type": "TV", "episodes": 12, "status": "FINISHED",
    "animeSeason": {"season": "SPRING", "year": 2019}, "picture": "https://img.example/o.jpg",
    "duration": {"value": 1440, "unit": "SECONDS"}, "score": {"arithmeticMean": 7.2}, "synonyms": ["Moko Moko"],
    "studios": ["studio kumo"], "relatedAnime": ["https://myanimelist.net/anime/2"], "tags": ["comedy", "cloud gazing"],
}  # fmt: skip


def mal_2020_file(folder: Path, *changes: dict[str, str], name: str = "mal.csv", gzipped: bool = False) -> Path:
    text = io.StringIO()
    writer = csv.DictWriter(text, mal_2020.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows({**MAL_2020, **change} for change in changes)
    data = text.getvalue().encode()
    return written(folder / name, gzip.compress(data) if gzipped else data)


def parquet_file(folder: Path, template: dict[str, Any], *changes: dict[str, Any], name: str = "rows.parquet") -> Path:
    rows = [{**template, **change} for change in changes]
    path = folder / name
    pyarrow.parquet.write_table(pyarrow.Table.from_pylist(rows), path)
    return path


def offline_file(folder: Path, *changes: dict[str, Any], indent: int | None = None) -> Path:
    database = {"license": {"name": "ODbL-1.0"}, "data": [{**OFFLINE, **change} for change in changes]}
    return written(folder / "database.json", json.dumps(database, indent=indent).encode())


def lines_file(folder: Path, rows: Sequence[dict[str, Any]], name: str = "database.jsonl") -> Path:
    return written(folder / name, "".join(json.dumps(row) + "\n" for row in rows).encode())


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
