"""Build list rows from raw ones. An odd value costs a remark, never its row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.models import EntryStatus, OwnEntry, Visibility
from accounts.models.entries import MOST_DATES, MOST_TAGS, TAG_LENGTH
from accounts.models.own_entries import MAX_ID, MAX_IDS, MAX_NAME
from accounts.portability.formats.rows import MAX_NOTES, InvalidRow, ListRow, RawRow, Row
from accounts.portability.values import numbers, texts
from accounts.portability.values.dates import month_first, parse_date, parse_moment
from accounts.portability.values.scores import Scale, detect_scale, parse_score
from accounts.portability.values.vocabulary import (
    FIELD_LABELS,
    HIDDEN,
    KINDS,
    OTHER_MEDIA,
    STATUSES,
    TYPES,
    is_blank,
    key,
)
from anirec.lib.partial_dates import PartialDate

T = TypeVar("T")
PROVIDERS = ("mal", "anilist", "kitsu", "anidb")
SOURCES = {"mal": "mal", "myanimelist": "mal", "anilist": "anilist", "kitsu": "kitsu", "anidb": "anidb"}
LINKS = (
    ("mal", re.compile(r"myanimelist\.net/(?:anime|manga)(?:/|\.php\?id=)(\d+)")),
    ("mal", re.compile(r"shikimori\.\w+/(?:animes|mangas|ranobe)/[a-z]*(\d+)")),
    ("anilist", re.compile(r"anilist\.co/(?:anime|manga)/(\d+)")),
    ("kitsu", re.compile(r"kitsu\.(?:io|app)/(?:anime|manga)/(\d+)")),
    ("anidb", re.compile(r"anidb\.net/(?:anime/|a|.*[?&]aid=)(\d+)")),
    ("anime-planet", re.compile(r"anime-planet\.com/anime/([\w-]+)")),
    ("livechart", re.compile(r"livechart\.me/anime/(\d+)")),
)
OF_MANGA = re.compile(r"\.\w+/(?:manga|mangas|ranobe)(?:/|\.php\?)")
YEAR = re.compile(r"(?:19|20|21)\d\d")
YES = ("1", "true", "yes", "y", "ja", "x")
MAX_MAL_ID = 2**31 - 1


@dataclass(frozen=True)
class Conventions:
    """How a file writes scores and dates."""

    scale: Scale = field(default_factory=Scale)
    is_month_first: bool | None = None  # None: no date leaves it open


def conventions_of(rows: Iterable[RawRow], stated_scale: int | None) -> Conventions:
    """Return the conventions of a whole file. stated_scale: as the file or the member says; None to detect it."""
    raws = list(rows)
    scale = Scale(stated_scale) if stated_scale else detect_scale(raw.cells.get("score") for raw in raws)
    dates = (raw.cells.get(name) for raw in raws for name in ("started_on", "finished_on", "updated_at"))
    return Conventions(scale, month_first(date for date in dates if date))


def build(raw: RawRow, conventions: Conventions) -> Row:
    """Return the row, or an InvalidRow if no list is kept of its kind or it can't be identified."""
    return _Builder(raw, conventions).row()


class _Builder:
    def __init__(self, raw: RawRow, conventions: Conventions) -> None:
        self.raw, self.conventions, self.remarks = raw, conventions, list[str]()
        self.cells: Mapping[str, Any] = raw.cells
        self.is_lenient = not raw.is_exact
        self.kind = self._kind()

    def row(self) -> Row:
        name, ids = self._name(), self._ids()
        if medium := OTHER_MEDIA.get(self._key("format")) or OTHER_MEDIA.get(self._key("medium")):
            return InvalidRow(
                self.raw.number, name, _("neither an anime nor a manga (%(medium)s)") % {"medium": medium}
            )
        if not name and not ids:
            return InvalidRow(self.raw.number, name, _("neither a title nor an ID"))
        row = ListRow(
            self.raw.number, name, ids=ids, year=self._year(), kind=self.kind, parts=self._parts(),
            format=TYPES.get(self._key("format"), ""), is_exact=self.raw.is_exact,
        )  # fmt: skip
        status = self._status()
        if status == HIDDEN or self.cells.get("is_hidden"):
            return self._hidden(row)
        return self._finished(replace(row, **self._entry(status)))

    def _hidden(self, row: ListRow) -> ListRow:
        if not self.raw.is_exact:
            status = {"status": self.cells.get("status")}
            self.remarks.append(_("Hidden from recommendations, because the status is “%(status)s”.") % status)
        created = self._optional("created_at", parse_moment, None)
        return self._finished(replace(row, is_hidden=True, created_at=created))

    def _finished(self, row: ListRow) -> ListRow:
        return replace(row, remark=" ".join(dict.fromkeys(self.remarks)))

    def _entry(self, status: str | None) -> dict[str, Any]:
        progress, status = self._progress(status)
        started, finished = self._dates()
        return {
            "status": EntryStatus(status) if status else None,
            "score": self._score(),
            "progress": progress,
            "volumes": self._volumes(),
            "started_on": started,
            "finished_on": finished,
            "rewatches": self._rewatches(),
            "rewatched_on": self._rewatched_on(),
            "notes": self._notes(),
            "tags": self._tags(),
            "visibility": self._visibility(),
            "created_at": self._optional("created_at", self._moment, None),
            "updated_at": self._optional("updated_at", self._moment, None),
        }

    # --- What is it? ---

    def _key(self, name: str) -> str:
        return key(self.cells.get(name) or "")

    def _kind(self) -> str:
        if self.raw.is_exact:
            kind = str(self.cells.get("kind") or "")
            return kind if kind in OwnEntry.Kind.values else OwnEntry.Kind.ANIME
        stated = KINDS.get(self._key("format")) or KINDS.get(self._key("medium"))
        return stated or (OwnEntry.Kind.MANGA if self._links_to_manga() else OwnEntry.Kind.ANIME)

    def _links_to_manga(self) -> bool:
        links = (self.cells.get(name) for name in ("link", "mal", "anilist", "title"))
        return any(isinstance(link, str) and OF_MANGA.search(link) for link in links)

    def _parts(self) -> int | None:
        name = "parts" if "parts" in self.cells else "of"
        return self._optional(name, lambda v: numbers.parse_progress(v).n, 0, is_silent=True) or None

    def _text(self, value: object) -> str:
        if not self.is_lenient:
            return texts.storable(value)
        text, remarks = texts.repaired(value)
        self.remarks += remarks
        return text

    def _name(self) -> str:
        value = self.cells.get("title")
        text = self._text(value if isinstance(value, str | int | float) else "").replace("\n", " ")
        return "".join(letter for letter in text if letter.isprintable()).strip()[:MAX_NAME]

    def _ids(self) -> dict[str, str]:
        given: dict[str, Any] = dict(self._stated_ids())
        clean = {
            provider: texts.storable(value).removesuffix(".0")
            for provider, value in list(given.items())[:MAX_IDS]
            if value
        }
        return {
            provider: value
            for provider, value in clean.items()
            if value and value != "0" and len(value) <= MAX_ID and self._is_id(provider, value)
        }

    def _stated_ids(self) -> Iterable[tuple[str, Any]]:
        yield from self.cells.get("ids", {}).items()
        for link in (self.cells.get("link"), self.cells.get("mal"), self.cells.get("anilist"), self.cells.get("title")):
            if isinstance(link, str) and "/" in link:
                yield from ((name, match[1]) for name, pattern in LINKS if (match := pattern.search(link)))
        yield from ((name, self.cells[name]) for name in PROVIDERS if not _is_link(self.cells.get(name)))
        if provider := SOURCES.get(key(self.cells.get("source") or "")):
            yield provider, self.cells.get("media_id")

    def _is_id(self, provider: str, value: str) -> bool:
        if provider not in PROVIDERS or (value.isascii() and value.isdecimal() and int(value[:12]) <= MAX_MAL_ID):
            return True
        if self.is_lenient and not is_blank(value):
            self._skip(provider, value, _("not an ID"))
        return not self.is_lenient

    def _year(self) -> int | None:
        if self.raw.is_exact:
            value = str(self.cells.get("year") or "")
            return int(value) if value.isascii() and value.isdecimal() and len(value) <= 4 else None
        match = YEAR.search(str(self.cells.get("year") or ""))
        return int(match[0]) if match else None

    # --- The entry ---

    def _status(self) -> str | None:
        value = self.cells.get("status")
        status = STATUSES.get(key(value)) if not is_blank(value) else None
        if status is None and not is_blank(value):
            value = str(value).strip()[:40]
            self.remarks.append(_("Unknown status “%(value)s”: set from episodes and score.") % {"value": value})
        is_repeated = str(self.cells.get("is_rewatching") or "").strip().casefold() in YES
        if is_repeated and status in (None, EntryStatus.COMPLETED, EntryStatus.WATCHING):
            return EntryStatus.REWATCHING
        return status

    def _progress(self, status: str | None) -> tuple[int, str | None]:
        most = numbers.MOST_EPISODES if self.is_lenient else numbers.MAX_SMALL
        is_read = self.kind != OwnEntry.Kind.ANIME and not is_blank(self.cells.get("chapters"))
        name = "chapters" if is_read else "progress"
        watched = self._optional(name, lambda v: numbers.parse_progress(v, most), numbers.Watched(0, None))
        n, of = watched.n, watched.of or self._optional("of", lambda v: numbers.parse_progress(v).n, 0, is_silent=True)
        if status == EntryStatus.REWATCHING and not is_blank(self.cells.get("rewatching_progress")):
            again = self._optional("rewatching_progress", lambda v: numbers.parse_progress(v).n, 0, is_silent=True)
            n = again or n
        if self.is_lenient and status == EntryStatus.PLANNED and n:
            self.remarks.append(_("Status changed from planned to watching, because episodes were watched."))
            status = EntryStatus.WATCHING
        if status is None and n and of and n >= of:
            status = EntryStatus.COMPLETED
        return n, status

    def _volumes(self) -> int:
        if self.kind == OwnEntry.Kind.ANIME:
            return 0
        return self._optional("volumes", lambda v: numbers.parse_progress(v).n, 0)

    def _score(self) -> int | None:
        none: tuple[int | None, str] = (None, "")
        score, remark = self._optional("score", lambda v: parse_score(v, self.conventions.scale.out_of), none)
        self.remarks += [remark] if remark else []
        return score

    def _dates(self) -> tuple[PartialDate | None, PartialDate | None]:
        started = self._optional("started_on", lambda v: parse_date(v, bool(self.conventions.is_month_first)), None)
        finished = self._optional(
            "finished_on", lambda v: parse_date(v, bool(self.conventions.is_month_first), True), None
        )
        texts_of = str(started or ""), str(finished or "")
        precision = min(map(len, texts_of))
        if texts_of[0][:precision] <= texts_of[1][:precision]:
            return started, finished
        self.remarks.append(
            _("Dates skipped: finish date (%(finished)s) before start date (%(started)s).")
            % {"finished": texts_of[1], "started": texts_of[0]}
        )
        return None, None

    def _moment(self, value: object) -> Any:
        return parse_moment(value, bool(self.conventions.is_month_first))

    def _rewatches(self) -> int:
        most = numbers.MOST_REWATCHES if self.is_lenient else numbers.MAX_SMALL
        rewatches = self._optional("rewatches", lambda v: numbers.parse_count(v, most), 0)
        times = self._optional("times_watched", lambda v: numbers.parse_count(v, most), 0)
        return rewatches or max(0, times - 1)

    def _rewatched_on(self) -> tuple[PartialDate, ...]:
        values = self.cells.get("rewatched_on")
        days = [
            self._try("rewatched_on", day, parse_date, None) for day in (values if isinstance(values, list) else [])
        ]
        return tuple(sorted(day for day in days if day is not None)[:MOST_DATES])

    def _notes(self) -> str:
        value = self.cells.get("notes")
        notes = self._text(value if not isinstance(value, list | dict) else "")
        if len(notes) <= MAX_NOTES:
            return notes
        self.remarks.append(_("Notes shortened to %(most)s characters.") % {"most": f"{MAX_NOTES:,}"})
        return notes[:MAX_NOTES].rstrip()

    def _tags(self) -> tuple[str, ...]:
        """Return distinct tags, without overlong and surplus ones: other sites allow whole sentences as tags."""
        value = self.cells.get("tags")
        pieces = value if isinstance(value, list) else [value or ""]
        separators = "[,;]" if self.is_lenient else ","
        words = (" ".join(self._text(word).split()) for piece in pieces for word in re.split(separators, str(piece)))
        once: dict[str, str] = {}
        for word in words:
            once.setdefault(word.casefold(), word)
        distinct = [word for word in once.values() if word and (not is_blank(word) or not self.is_lenient)]
        fitting = tuple(word for word in distinct if len(word) <= TAG_LENGTH)[:MOST_TAGS]
        if len(fitting) < len(distinct):
            self.remarks.append(
                _("Some tags skipped: up to %(most)s different tags of %(length)s characters are allowed.")
                % {"most": MOST_TAGS, "length": TAG_LENGTH}
            )
        return fitting

    def _visibility(self) -> Visibility | None:
        value = str(self.cells.get("visibility") or "").strip().casefold()
        if value in Visibility.values:
            return Visibility(value)
        return Visibility.PRIVATE if value in YES else None

    # --- Odd values ---

    def _optional(self, name: str, parse: Callable[[Any], T], default: T, *, is_silent: bool = False) -> T:
        value = self.cells.get(name)
        return default if value is None or value == "" else self._try(name, value, parse, default, is_silent)

    def _try(self, name: str, value: object, parse: Callable[[Any], T], default: T, is_silent: bool = False) -> T:
        try:
            return parse(value)
        except ValueError as error:
            if not is_silent:
                self._skip(name, value, str(error))
            return default

    def _skip(self, name: str, value: object, reason: str) -> None:
        label, shown = FIELD_LABELS.get(name, name), texts.storable(value)[:40]
        self.remarks.append(
            _("%(field)s “%(value)s” skipped: %(reason)s.") % {"field": label, "value": shown, "reason": reason}
        )


def _is_link(value: object) -> bool:
    return value is None or (isinstance(value, str) and "/" in value)


def scores_of(rows: Sequence[RawRow]) -> list[Any]:
    return [raw.cells.get("score") for raw in rows]
