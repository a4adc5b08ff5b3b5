"""Helpers for import tests: titles with external ids, exports of them, and running imports."""

from __future__ import annotations

from accounts.models import ListImport
from accounts.portability.formats.detection import Parsed, detect, look_at_table, read_list
from accounts.portability.imports import reading, writing

STATUSES = {"completed": "Completed", "watching": "Watching", "planned": "Plan to Watch", "dropped": "Dropped"}


def mal_xml(*entries: dict) -> bytes:
    """Return a MyAnimeList export of entries that use anirec's field names."""
    return (
        "<myanimelist>"
        + "".join(
            f"<anime><series_animedb_id>{entry.get('mal', 0)}</series_animedb_id>"
            f"<series_title><![CDATA[{entry.get('name', '')}]]></series_title>"
            f"<series_type>{entry.get('format', '')}</series_type>"
            f"<my_status>{STATUSES.get(entry.get('status', 'completed'), entry.get('status'))}</my_status>"
            f"<my_score>{entry.get('score', 0)}</my_score>"
            f"<my_watched_episodes>{entry.get('progress', 0)}</my_watched_episodes>"
            f"<my_comments><![CDATA[{entry.get('notes', '')}]]></my_comments></anime>"
            for entry in entries
        )
        + "</myanimelist>"
    ).encode()


def opened(member, *entries: dict) -> ListImport:
    return reading.open_file(member, "list.xml", mal_xml(*entries))


def run(list_import: ListImport) -> ListImport:
    writing.queue(list_import)
    writing.write_import(list_import.pk)
    list_import.refresh_from_db()
    return list_import


def outcomes(list_import: ListImport) -> list[str]:
    return list(list_import.rows.order_by("number").values_list("outcome", flat=True))


def entry(member, title) -> tuple:
    return member.entries.filter(title=title).values_list("status", "score", "progress", "notes").first()


def parsed(data: bytes) -> Parsed:
    """Read a file as an import does, with the columns that its header names."""
    format = detect(data)
    columns = look_at_table(data).columns if format == "csv" else {}
    return read_list(data, format, columns=columns)
