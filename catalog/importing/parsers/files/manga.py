"""Manga and light novels of MyAnimeList (CSV, plain or gzipped), and their relations in a file of its own."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catalog.importing.parsers import details, normalise
from catalog.importing.parsers.base import RejectedRow, Row, SourceRelation, SourceTitle, parse_rows
from catalog.importing.parsers.files.reading import csv_rows
from catalog.titles.external_ids import in_space

COLUMNS = (
    "title", "mal_id", "type", "chapters", "volumes", "status", "genres", "score", "rank", "author", "serializations",
)  # fmt: skip
RELATION_COLUMNS = ("kind", "mal_id", "type", "relation", "other_kind", "other_mal_id")
KINDS = ("anime", "manga")


def read(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    return parse_rows(csv_rows(path, COLUMNS), parse)


def parse(number: int, row: Row) -> SourceTitle:
    mal_id, name = normalise.identifier(row["mal_id"], "mal_id"), normalise.name(row["title"])
    if mal_id is None or name is None:
        raise ValueError("mal_id is missing" if mal_id is None else "title is missing")
    tags = normalise.tags(listed(row["genres"], "genres"))
    authors = (normalise.person(author) for author in listed(row["author"], "author"))
    return SourceTitle(
        source="mal-manga",
        row=number,
        external_ids={"mal@manga": mal_id},
        name=name,
        medium=normalise.read_medium(row["type"]),
        status=normalise.status(row["status"]),
        chapters=normalise.count(row["chapters"], "chapters"),
        volumes=normalise.count(row["volumes"], "volumes"),
        serialised_in=normalise.name(normalise.known_text(row["serializations"])),
        is_adult=normalise.is_adult(None, tags),
        score=normalise.score(row["score"]),
        tags=tags,
        credits=details.credits(details.staff(author, "Author") for author in authors),
        ranks=details.ranks(row["rank"], None),
    )


def listed(text: Any, label: str) -> list[str]:
    """Parse a list as Python writes it: "['Action', 'Drama']"."""
    try:
        values = ast.literal_eval(str(text or "[]"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        raise ValueError(f"{label}: {str(text)[:40]!r} is not a list") from None
    if not isinstance(values, list):
        raise ValueError(f"{label}: {str(text)[:40]!r} is not a list")
    return [str(value) for value in values]


def read_relations(path: Path) -> Iterator[SourceTitle | RejectedRow]:
    """Yield one row for each title, with all of its relations, numbered as its first line."""
    titles: dict[str, SourceTitle] = {}
    relations: dict[str, list[SourceRelation]] = {}
    for found in parse_rows(csv_rows(path, RELATION_COLUMNS), parse_relation):
        if isinstance(found, RejectedRow):
            yield found
            continue
        [key] = found.external_ids.items()
        titles.setdefault(":".join(key), found)
        relations.setdefault(":".join(key), []).extend(found.relations)
    for name, title in titles.items():
        yield with_relations(title, relations[name])


def with_relations(title: SourceTitle, relations: list[SourceRelation]) -> SourceTitle:
    return SourceTitle(
        source=title.source, row=title.row, external_ids=title.external_ids, name=None,
        relations=tuple(dict.fromkeys(relations)),
    )  # fmt: skip


def parse_relation(number: int, row: Row) -> SourceTitle:
    """Parse a line: one relation of a title, which has no name."""
    own, other = (normalise.identifier(row[column], column) for column in ("mal_id", "other_mal_id"))
    if own is None or other is None:
        raise ValueError("mal_id is missing" if own is None else "other_mal_id is missing")
    relation = SourceRelation(space(row["other_kind"]), other, normalise.relation(row["relation"]))
    return SourceTitle(
        source="relations", row=number, external_ids={space(row["kind"]): own}, name=None, relations=(relation,)
    )


def space(kind: Any) -> str:
    if kind not in KINDS:
        raise ValueError(f"kind: {str(kind)[:40]!r} is neither anime nor manga")
    return in_space("mal", kind)
