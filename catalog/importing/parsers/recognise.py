"""Tell which service's answer some bytes are, and parse them. Needs the extra `workers`."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from typing import Any, BinaryIO

from catalog.importing.parsers import pages
from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.html import Page
from catalog.importing.parsers.pages.facts import address
from catalog.importing.parsers.services import anidb, anilist, id_map, jikan, kitsu, myanimelist, shikimori
from catalog.importing.parsers.services.answers import MEMBERS_LIST, Answer, AnswerError, at, items_at
from catalog.importing.parsers.services.streams import GZIP_MAGIC

NO_ID = "it doesn't say which title it belongs to"


class Sample:
    """Bytes to recognise, with the address they came from, if it is known."""

    def __init__(self, body: bytes, url: str = "") -> None:
        self.body, self.url = unzipped(body), url

    @cached_property
    def document(self) -> Any:
        """Return the JSON document; None if it isn't JSON."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @cached_property
    def page(self) -> Page | None:
        return Page(self.body) if self.body.lstrip()[:1] == b"<" else None

    @cached_property
    def site(self) -> str | None:
        """Return the source whose page it is."""
        return pages.source_of(address(self.page)) or pages.source_of(self.url) if self.page else None

    @cached_property
    def first(self) -> dict[str, Any]:
        """Return the first object of a list in `data`, or the object that `data` is."""
        data = at(self.document, "data")
        first = data[0] if isinstance(data, list) and data else data
        return first if isinstance(first, dict) else {}

    @cached_property
    def media(self) -> dict[str, Any]:
        """Return the first part of a GraphQL answer's data."""
        data = at(self.document, "data")
        parts = data.values() if isinstance(data, dict) else ()
        return next((part for part in parts if isinstance(part, dict)), {})

    def has(self, *keys: str) -> bool:
        """Return whether the document is an object with these keys."""
        return isinstance(self.document, dict) and set(keys) <= self.document.keys()


Parser = Callable[[Sample], Answer]


@dataclass(frozen=True)
class Kind:
    """A kind of answer: what it's called, how it is recognised and parsed, or the sentence that refuses it."""

    label: str
    matches: Callable[[Sample], bool]
    parse: Parser | None = None
    refusal: str = ""


def unzipped(body: bytes) -> bytes:
    """Return the bytes without gzip; unchanged if they are broken."""
    try:
        return gzip.decompress(body) if body.startswith(GZIP_MAGIC) else body
    except (OSError, EOFError, zlib.error):
        return body


def keyed(label: str, *keys: str, parse: Parser | None = None, refusal: str = "") -> Kind:
    """Return the kind whose `data` is, or begins with, an object with these keys."""
    return Kind(label, lambda sample: set(keys) <= sample.first.keys(), parse, refusal)


def of_body(parse: Callable[[bytes], Answer]) -> Parser:
    return lambda sample: parse(sample.body)


def streamed(parse: Callable[[BinaryIO], Iterator[SourceTitle | RejectedRow]]) -> Parser:
    return lambda sample: Answer(tuple(parse(BytesIO(sample.body))))


def titles_of_jikan(sample: Sample) -> Answer:
    return jikan.parse_titles(sample.body, sample.url)


def page(label: str, source: str) -> Kind:
    def parse(sample: Sample) -> Answer:
        return Answer((pages.parse_page(source, sample.body),))

    return Kind(label, lambda sample: sample.site == source, parse)


def is_anidb_titles(sample: Sample) -> bool:
    lines = (line for line in sample.body[:4096].splitlines() if line and not line.startswith(b"#"))
    return b"<animetitles" in sample.body[:512] or next(lines, b"").count(b"|") >= 3


def is_id_map(sample: Sample) -> bool:
    first = sample.document[0] if isinstance(sample.document, list) and sample.document else None
    return isinstance(first, dict) and any(key.endswith("_id") for key in first)


def is_airing(sample: Sample) -> bool:
    first = next(iter(items_at(sample.media, "media")), None)
    return isinstance(first, dict) and "nextAiringEpisode" in first and "title" not in first


def is_manga(sample: Sample) -> bool:
    node = sample.first.get("node") or sample.document
    return isinstance(node, dict) and myanimelist.is_manga(node)


def error_of(sample: Sample) -> dict[str, Any]:
    """Return the first of a document's `errors`."""
    first = next(iter(items_at(sample.document, "errors")), None)
    return first if isinstance(first, dict) else {}


def is_text(sample: Sample) -> bool:
    try:
        return bool(sample.body.decode().strip()) and b"\x00" not in sample.body
    except UnicodeDecodeError:
        return False


from_anilist, from_myanimelist = of_body(anilist.parse_media), of_body(myanimelist.parse_list)
from_kitsu = of_body(kitsu.parse_titles)
# The first kind that matches counts.
KINDS = (
    Kind("Notes", lambda s: s.has("status", "headers"), refusal="the status and headers of the answer beside it"),
    Kind("JSON schema", lambda s: s.has("$schema", "properties"), refusal="the layout of a file, not the file"),
    keyed("Offline database", "sources", "title", refusal="a catalogue file: import_catalogue imports it"),
    Kind("AniDB · titles file", is_anidb_titles, streamed(anidb.parse_titles)),
    Kind("Id map", is_id_map, streamed(id_map.parse)),
    keyed("MyAnimeList API · member's list", "node", "list_status", refusal=MEMBERS_LIST),
    Kind("MyAnimeList API · manga", lambda s: is_manga(s) and s.has("data"), from_myanimelist),
    Kind("MyAnimeList API · details of a manga", is_manga, of_body(myanimelist.parse_details)),
    Kind("MyAnimeList API · season", lambda s: s.has("data", "season"), from_myanimelist),
    keyed("MyAnimeList API · ranking", "node", "ranking", parse=from_myanimelist),
    keyed("MyAnimeList API · titles", "node", parse=from_myanimelist),
    Kind("MyAnimeList API · details", lambda s: s.has("id", "title"), of_body(myanimelist.parse_details)),
    Kind("AniList · member's list", lambda s: "lists" in s.media, refusal=MEMBERS_LIST),
    Kind("AniList · next episodes", is_airing, of_body(anilist.parse_airing)),
    Kind("AniList · titles", lambda s: "media" in s.media, from_anilist),
    Kind("AniList · title", lambda s: {"id", "title"} <= s.media.keys(), from_anilist),
    Kind("AniList · related titles", lambda s: "relations" in s.media, from_anilist),
    Kind("AniList · recommended titles", lambda s: "recommendations" in s.media, from_anilist),
    Kind("AniList · airing schedule", lambda s: "airingSchedule" in s.media, refusal=f"an airing schedule: {NO_ID}"),
    Kind("AniList · studios", lambda s: "studios" in s.media, refusal=f"studios: {NO_ID}"),
    keyed("Shikimori · titles", "animes", parse=of_body(shikimori.parse_titles)),
    Kind("Kitsu · member's list", lambda s: s.first.get("type") == "libraryEntries", refusal=MEMBERS_LIST),
    keyed("Kitsu · titles", "type", "attributes", parse=from_kitsu),
    Kind("Kitsu · error", lambda s: "detail" in error_of(s), from_kitsu),
    Kind("AniList · error", lambda s: "message" in error_of(s), from_anilist),
    Kind("Jikan · error", lambda s: s.has("status", "type", "message"), titles_of_jikan),
    keyed("Jikan · manga", "mal_id", "publishing", parse=titles_of_jikan),
    keyed("Jikan · titles", "mal_id", "airing", parse=titles_of_jikan),
    keyed("Jikan · reviews", "review", refusal="reviews: the catalogue takes no texts of members"),
    keyed("Jikan · episodes", "filler", "recap", refusal=f"a list of episodes: {NO_ID}"),
    keyed("Jikan · recent episodes", "entry", "episodes", refusal="newly released episodes, not titles"),
    keyed("Jikan · recommendations", "entry", "content", refusal="recommendations of members, not titles"),
    keyed("Jikan · relations", "relation", "entry", refusal=f"related titles: {NO_ID}"),
    keyed("Jikan · statistics", "completed", "scores", refusal=f"statistics: {NO_ID}"),
    keyed(
        "Jikan · members' updates", "user", "episodes_seen", refusal="the last changes in members' lists, not titles"
    ),
    keyed("Jikan · seasons", "year", "seasons", refusal="the names of seasons, not titles"),
    keyed("Jikan · genres", "name", "count", refusal="the names of genres, not titles"),
    page("MyAnimeList · page", "myanimelist-page"),
    page("AniDB · page", "anidb-page"),
    page("aniSearch · page", "anisearch-page"),
    page("LiveChart · page", "livechart-page"),
    Kind("Web page", lambda s: s.page is not None, refusal="a page of a site without a parser, perhaps of a firewall"),
    Kind("Unknown JSON", lambda s: s.document is not None, refusal="no service we know answers like this"),
    Kind("Broken JSON", lambda s: s.body.lstrip()[:1] in (b"{", b"["), refusal="broken or truncated JSON"),
    Kind("Text", is_text, refusal="a text, not an answer"),
    Kind("Unknown data", lambda s: True, refusal="neither JSON, nor a web page, nor a text"),
)


def recognise(sample: Sample) -> Kind:
    """Return the kind of an answer. Everything is of some kind."""
    return next(kind for kind in KINDS if kind.matches(sample))


def parse(kind: Kind, sample: Sample) -> Answer:
    """Return the parsed answer. Raise AnswerError with the sentence that refuses it."""
    if kind.parse is None:
        raise AnswerError(kind.refusal)
    return kind.parse(sample)
