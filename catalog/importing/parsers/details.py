"""Read what only a title's page shows: people, streaming services, links, songs, trailers, ranks.

Each function leaves out what it doesn't understand, because none of it is worth a row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from catalog.importing.parsers import normalise, vocabulary
from catalog.importing.parsers.base import (
    MAX_INTEGER,
    MAX_NAME,
    MAX_URL,
    SourceCredit,
    SourceLink,
    SourceStream,
    SourceTheme,
)
from catalog.models.people import Credit
from catalog.models.streams import Service

YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
THEME = re.compile(
    r"""(?:\#?(?P<number>\d{1,3}):\s*)?["“](?P<name>.+?)["”](?:\s+by\s+(?P<artist>.+?))?"""
    r"""(?:\s*\((?P<episodes>eps?\.?\s[^()]*)\))?\s*""",
    re.VERBOSE,
)
STAFF = re.compile(r"(?P<name>.+?)\s*\((?P<role>.+)\)\s*")
MOST_CREDITS, MOST_SMALL = 80, 40  # of a title
LINK_KINDS = {"info": "info", "social": "social"}
SOCIAL = frozenset({"twitter", "x", "instagram", "facebook", "tiktok", "bluesky", "youtube", "discord"})


def short(value: Any, longest: int = 200) -> str:
    """Return a text on one line; "" if it is missing, a placeholder or too long."""
    text = normalise.name(value) if isinstance(value, str) else None
    known = normalise.known_text(text)
    return known if known and len(known) <= longest else ""


def positive(value: Any) -> int | None:
    """Return a positive number that fits the database."""
    try:
        number = None if isinstance(value, (dict, list, bool)) else normalise.count(value, "number")
    except (ValueError, OverflowError):
        return None
    return number if number and 0 < number <= MAX_INTEGER else None


def https(value: Any) -> SplitResult | None:
    """Return the parts of an address that begins with https:// and names a host without a port or a password."""
    text = value.strip() if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        is_plain = parts.scheme == "https" and parts.netloc.lower() == (parts.hostname or "")
    except ValueError:
        return None
    is_clean = text.isprintable() and not re.search(r"[\s<>\"'\\]", text)
    return parts if is_plain and is_clean and "." in parts.netloc and len(text) <= MAX_URL else None


def service_of(host: str) -> str | None:
    """Return the streaming service at a host, such as "www.crunchyroll.com"."""
    labels = host.lower().split(".")
    names = (".".join(labels[start:]) for start in range(len(labels) - 1))
    found = next((vocabulary.SERVICE_HOSTS[name] for name in names if name in vocabulary.SERVICE_HOSTS), None)
    return None if found is None else str(found)


def stream(url: Any, language: Any = "") -> SourceStream | None:
    """Return where an address leads; None unless a licensed service is there. They all have https."""
    text = re.sub(r"\Ahttp://", "https://", url.strip()) if isinstance(url, str) else ""
    parts = https(text)
    service = service_of(parts.netloc) if parts else None
    return SourceStream(service, short(language, 40), text) if service else None


def named_streams(names: Iterable[str]) -> tuple[SourceStream, ...]:
    """Return services by name alone. YouTube is left out: a name doesn't tell a trailer from episodes."""
    known = (vocabulary.SERVICES.get(vocabulary.compact(name)) for name in names)
    return tuple(SourceStream(str(one)) for one in dict.fromkeys(known) if one and one != Service.YOUTUBE)


def streams(found: Iterable[SourceStream | None]) -> tuple[SourceStream, ...]:
    """Return the first stream of each service and language."""
    first: dict[tuple[str, str], SourceStream] = {}
    for one in found:
        if one:
            first.setdefault((one.service, one.language), one)
    return tuple(first.values())[:MOST_SMALL]


def link(name: Any, url: Any, kind: Any = None) -> SourceLink | None:
    """Return a link to an official or social page; None for streaming services and addresses without https."""
    parts, label = https(url), short(name, 60)
    if parts is None or not label or (service_of(parts.netloc) and vocabulary.compact(label) not in SOCIAL):
        return None
    own = "official" if "official" in label.lower() else "social" if vocabulary.compact(label) in SOCIAL else "info"
    kind = own if own != "info" else LINK_KINDS.get(str(kind).lower(), "info")
    return SourceLink(kind, label, parts.geturl())


def links(found: Iterable[SourceLink | None]) -> tuple[SourceLink, ...]:
    return tuple({one.url: one for one in found if one}.values())[:MOST_SMALL]


def theme(kind: str, text: Any) -> SourceTheme | None:
    """Parse '#1: "Name" by Artist (eps 1-12)'. A text in another layout is the name as it is.

    >>> theme("opening", '#2: "Kumo" by Ame (eps 13-24)')
    SourceTheme(kind='opening', number=2, name='Kumo', artist='Ame', episodes='13-24')
    """
    line = short(text, MAX_NAME)
    match = THEME.fullmatch(line)
    if match is None:
        return SourceTheme(kind, None, line) if line else None
    number, episodes = match["number"], re.sub(r"\Aeps?\.?\s+", "", match["episodes"] or "")
    return SourceTheme(kind, int(number) if number else None, match["name"].strip(), match["artist"] or "", episodes)


def themes(openings: Iterable[Any], endings: Iterable[Any]) -> tuple[SourceTheme, ...]:
    found = [*(theme("opening", one) for one in openings), *(theme("ending", one) for one in endings)]
    return tuple(one for one in found if one)[:MOST_SMALL]


def youtube_id(value: Any) -> str | None:
    """Return a video's id, from the id itself; None for anything else."""
    return value if isinstance(value, str) and YOUTUBE_ID.fullmatch(value) else None


def staff(name: Any, role: Any) -> SourceCredit | None:
    name, role = short(name), short(role, 120)
    return SourceCredit(Credit.Kind.STAFF.value, name, role) if name and role else None


def staff_in(text: str) -> SourceCredit | None:
    """Parse "Ame Kumo (Director)"."""
    match = STAFF.fullmatch(text)
    return staff(match["name"], match["role"]) if match else None


def voice(character: Any, part: Any = "", name: Any = "", language: Any = "") -> SourceCredit | None:
    """Return a character with the one who speaks it. Languages are in English, as "Japanese"."""
    who = short(character)
    if not who:
        return None
    role = str(vocabulary.PARTS.get(vocabulary.compact(short(part)), Credit.Part.SUPPORTING))
    tongue = short(language, 40)
    tongue = tongue.title() if tongue.isupper() else tongue
    return SourceCredit(Credit.Kind.CAST.value, short(name), role, who, tongue if short(name) else "")


def credits(found: Iterable[SourceCredit | None]) -> tuple[SourceCredit, ...]:
    return tuple(dict.fromkeys(one for one in found if one))[:MOST_CREDITS]


def ranks(score: Any, members: Any) -> dict[str, int] | None:
    """Return the places by score and by popularity that are known."""
    places = {"score": positive(score), "members": positive(members)}
    return {name: place for name, place in places.items() if place} or None


def status_counts(pairs: Iterable[tuple[Any, Any]]) -> dict[str, int] | None:
    """Return how many people have each status, from pairs of the source's word and a number; None if nobody has any."""
    counts: dict[str, int] = {}
    for word, number in pairs:
        status = vocabulary.STATUSES_ON_LISTS.get(vocabulary.compact(word)) if isinstance(word, str) else None
        if status and (n := positive(number)):
            counts[status] = n
    return counts or None


def columns_of_statuses(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the columns of a table that count people by status, whatever their spelling."""
    return ((name, value) for name, value in row.items() if vocabulary.compact(name) in vocabulary.STATUSES_ON_LISTS)
