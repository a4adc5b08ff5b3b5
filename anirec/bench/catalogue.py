"""`python -m anirec.bench.catalogue`: import a synthetic offline database, again, and with 1 % changed.

Uses its own site and a fresh data folder (DATA_DIR/bench-catalogue). Prints seconds and memory of each import. With
../shared/data, also merges the four public catalogues, and prints how their audiences compare.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil

from anirec.bench.pages import Figure
from anirec.bench.speeds import SHARED, import_catalogues, manage, provide_own_services, step
from anirec.start.embedded import BASE_DIR, data_dir

TITLES = 40_000
FIRST_TARGET, UNCHANGED_TARGET, CHANGED_TARGET, MEMORY_TARGET = 90.0, 1.0, 10.0, 500.0  # seconds, MB
PROVIDERS = (
    ("https://myanimelist.net/anime/{}", 0.72), ("https://anilist.co/anime/{}", 0.5),
    ("https://kitsu.app/anime/{}", 0.55), ("https://anidb.net/anime/{}", 0.35),
    ("https://anime-planet.com/anime/title-{}", 0.6),
    ("https://animenewsnetwork.com/encyclopedia/anime.php?id={}", 0.3), ("https://livechart.me/anime/{}", 0.35),
    ("https://notify.moe/anime/n{}", 0.4), ("https://anisearch.com/anime/{}", 0.5), ("https://simkl.com/anime/{}", 0.4),
)  # fmt: skip
SYLLABLES = [
    "ka",
    "ki",
    "ku",
    "ke",
    "ko",
    "sa",
    "shi",
    "su",
    "se",
    "so",
    "ta",
    "chi",
    "tsu",
    "te",
    "to",
    "na",
    "ni",
    "nu",
    "ne",
    "no",
    "ha",
    "hi",
    "fu",
    "he",
    "ho",
    "ma",
    "mi",
    "mu",
    "me",
    "mo",
    "ra",
    "ri",
    "ru",
]
SCRIPTS = ((0x3042, 80), (0x30A2, 80), (0x4E00, 3000), (0xAC00, 3000), (0x0430, 32), (0x0E01, 46), (0x0627, 36))
RANKED = ("Shingeki no Kyojin", "Shingeki no Kyojin Season 2", "Shingeki no Kyojin Season 3")
SEASONS = ("WINTER", "SPRING", "SUMMER", "FALL", "UNDEFINED")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m anirec.bench.catalogue")
    parser.add_argument("--titles", type=int, default=TITLES)
    options = parser.parse_args()
    os.chdir(BASE_DIR)
    folder = data_dir() / "bench-catalogue"
    shutil.rmtree(folder, ignore_errors=True)
    provide_own_services("bench-catalogue")
    manage("migrate", "--verbosity", "0")
    path = folder / "anime-offline-database-minified.json"
    figures = [*_offline_database(path, options.titles)]
    print(f"\n{options.titles:,} titles, {path.stat().st_size / 2**20:,.0f} MB")
    print(*figures, sep="\n")
    if SHARED.is_dir():
        provide_own_services("bench-catalogue/public")
        manage("migrate", "--verbosity", "0")
        step("merge four public catalogues")
        import_catalogues()
        manage("bench_sources", "--by-name", str(SHARED / "anilist_2026.parquet"), "--ranked", *RANKED)
    else:
        print("No ../shared/data: the public catalogues were not merged.")


def _offline_database(path: Path, titles: int) -> Iterator[Figure]:
    step("first import (one to two minutes)")
    write_database(path, titles)
    seconds, peak = _measured(path)
    yield Figure("first import", FIRST_TARGET, seconds, "s")
    yield Figure("memory of the first import, peak", MEMORY_TARGET, peak, "MB")
    step("unchanged")
    yield Figure("unchanged, from the start of the import", UNCHANGED_TARGET, _seconds_inside(path), "s")
    step("1 % changed")
    write_database(path, titles, changed=0.01)
    seconds, peak = _measured(path)
    yield Figure("1 % of the rows changed", CHANGED_TARGET, seconds, "s")
    yield Figure("memory with 1 % changed, peak", MEMORY_TARGET, peak, "MB")


def _seconds_inside(path: Path) -> float:
    """Import the file, and return the seconds without those until the command starts."""
    code = (
        "import time; from pathlib import Path; from catalog.importing.imports import import_catalogue;"
        f" started = time.monotonic(); import_catalogue([Path({str(path)!r})], 'offline-database');"
        " print(time.monotonic() - started)"
    )
    command = [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", code]
    return float(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def _measured(path: Path) -> tuple[float, float]:
    """Import the file. Return the seconds, and the peak memory (MB) without the database server."""
    command = ["import_catalogue", str(path), "--format", "offline-database", "--verbosity", "0"]
    started, peak = time.monotonic(), 0
    process = psutil.Popen([sys.executable, "manage.py", *command])
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.NoSuchProcess:
            break
        time.sleep(0.05)
    if process.wait():
        sys.exit("anirec: the import failed; nothing was measured.")
    return time.monotonic() - started, peak / 2**20


# --- A synthetic offline database ------------------------------------------------------------------------------------


def write_database(path: Path, n: int, changed: float = 0.0) -> None:
    """Write n titles in the layout of the offline database, the same each time but for a share that changed."""
    with path.open("w", encoding="utf-8") as file:
        file.write('{"license":{"name":"ODbL"},"repository":"","scoreRange":{"minInclusive":1.0,"maxInclusive":10.0},')
        file.write(f'"lastUpdate":"2026-{2 if changed else 1:02}-01","data":[')
        for number in range(n):
            row = synthetic_row(number)
            if number < n * changed:
                row |= {"episodes": row["episodes"] + 1, "status": "FINISHED"}
                row["synonyms"] = [*row["synonyms"], f"Changed {number}"]
            file.write(("," if number else "") + json.dumps(row, ensure_ascii=False, separators=(",", ":")))
        file.write("]}")


def synthetic_row(number: int) -> dict[str, Any]:
    """Return a fictional title of a series of one to eight, with realistic amounts of everything."""
    chance = random.Random(number)
    series = number // 4
    parts = [part for part in range(series * 4, series * 4 + 4) if part != number] if series % 3 == 0 else []
    kind = chance.choices(("TV", "MOVIE", "OVA", "ONA", "SPECIAL", "UNKNOWN"), (35, 14, 18, 15, 13, 5))[0]
    score = chance.uniform(4, 9)
    return {
        "sources": _addresses(number),
        "title": f"{_words(random.Random(series), 2)} {_words(chance, 1) if parts else number}".title(),
        "type": kind,
        "episodes": 1 if kind == "MOVIE" else chance.choice((1, 2, 6, 12, 13, 24, 26, 52)),
        "status": chance.choices(("FINISHED", "ONGOING", "UPCOMING", "UNKNOWN"), (92, 4, 3, 1))[0],
        "animeSeason": {"season": chance.choice(SEASONS), "year": chance.randint(1963, 2026)},
        "picture": f"https://cdn.example/{number}.jpg",
        "thumbnail": f"https://cdn.example/{number}t.jpg",
        "duration": {"value": chance.choice((300, 720, 1440, 5400)), "unit": "SECONDS"},
        "score": {"arithmeticGeometricMean": score, "arithmeticMean": round(score, 4), "median": score},
        "synonyms": [_synonym(chance) for _ in range(min(40, int(chance.expovariate(1 / 9))))],
        "studios": [f"studio {int(chance.paretovariate(0.7)) % 1500}" for _ in range(chance.choice((0, 1, 1, 1, 2)))],
        "producers": [f"producer {int(chance.paretovariate(0.7)) % 3000}" for _ in range(chance.randint(0, 5))],
        "relatedAnime": [address for part in parts for address in _addresses(part)],
        "tags": sorted({_tag(chance) for _ in range(int(chance.expovariate(1 / 14)))}),
    }  # fmt: skip


def _addresses(number: int) -> list[str]:
    chance = random.Random(-number - 1)
    found = [pattern.format(number + 1) for pattern, share in PROVIDERS if chance.random() < share]
    return found or [PROVIDERS[4][0].format(number + 1)]


def _tag(chance: random.Random) -> str:
    return f"tag {int(chance.paretovariate(0.6)) % 2000}"


def _words(chance: random.Random, n: int) -> str:
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(n))


def _synonym(chance: random.Random) -> str:
    if chance.random() < 0.5:
        return _words(chance, chance.randint(1, 5)).title()
    first, n = chance.choice(SCRIPTS)
    return "".join(chr(first + chance.randrange(n)) for _ in range(chance.randint(4, 14)))


if __name__ == "__main__":
    main()
