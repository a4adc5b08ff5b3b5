"""Import of ages, genders and countries as group counts. No individual data is stored."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
from django.db import transaction

from accounts.settings.countries import codes_by_name
from recommendations.analytics.audience import LEAST_AGE, MOST_AGE, age_group
from recommendations.models import AudienceFigure

COLUMNS = {
    "age": ("age", "birth_year", "year_of_birth"),
    "gender": ("gender", "sex"),
    "country": ("country", "location"),
}
GENDERS = {
    "woman": "woman", "female": "woman", "f": "woman", "w": "woman",
    "man": "man", "male": "man", "m": "man",
    "non-binary": "non-binary", "nonbinary": "non-binary", "non binary": "non-binary", "other": "other",
}  # fmt: skip
# Common country names that differ from Unicode's.
ALIASES = {
    "korea, south": "KR", "korea, north": "KP", "bahamas, the": "BS", "congo (kinshasa)": "CD",
    "saint vincent and the grenadines": "VC",
    "usa": "US", "us": "US", "united states of america": "US", "america": "US", "u.s.a.": "US",
    "uk": "GB", "england": "GB", "scotland": "GB", "wales": "GB", "northern ireland": "GB", "great britain": "GB",
    "turkey": "TR", "czech republic": "CZ", "macedonia": "MK", "hong kong": "HK", "macau": "MO", "macao": "MO",
    "myanmar": "MM", "burma": "MM", "ivory coast": "CI", "cape verde": "CV", "swaziland": "SZ", "palestine": "PS",
    "congo": "CG", "democratic republic of the congo": "CD", "vatican": "VA", "holland": "NL", "korea": "KR",
    "south korea": "KR", "republic of korea": "KR", "russian federation": "RU", "viet nam": "VN", "brasil": "BR",
    "deutschland": "DE", "espana": "ES", "italia": "IT", "polska": "PL", "osterreich": "AT", "schweiz": "CH",
}  # fmt: skip
MOST_YEARS = 1000  # numbers above are years of birth


class DemographicsError(ValueError):
    """A file can't be imported. The message says which, and why."""


@dataclass
class Report:
    """Import result. people: rows. impossible: ages out of range. unread: unknown country names with counts."""

    people: int
    impossible: int
    unread: Counter[str]


def import_demographics(path: Path, source: str, today: date) -> Report:
    """Replace the group counts of `source` by those of the file. Raises DemographicsError.

    Ages below LEAST_AGE or above MOST_AGE count as unknown: they are often a form's first year or a joke. Countries are
    recognised by English name or two-letter code, alone or after the last comma; others count as unknown.
    """
    counts: dict[str, Counter[str]] = {part: Counter() for part in AudienceFigure.Part.values}
    report = Report(0, 0, Counter())
    for batch in _batches(path):
        report.people += batch.num_rows
        for part in batch.schema.names:
            for pair in batch[part].value_counts():
                value, n = str(pair["values"].as_py() or ""), pair["counts"].as_py()
                counts[part][_read(part, value, n, report, today)] += n
    if not report.people:
        raise DemographicsError(f"{path}: no people found")
    with transaction.atomic():
        AudienceFigure.objects.filter(source=source).delete()
        AudienceFigure.objects.bulk_create(
            AudienceFigure(source=source, part=part, value=value, people=n)
            for part, groups in counts.items()
            for value, n in groups.items()
        )
    return report


def _read(part: str, value: str, n: int, report: Report, today: date) -> str:
    if part == AudienceFigure.Part.GENDER:
        return GENDERS.get(value.strip().casefold(), "")
    if part == AudienceFigure.Part.COUNTRY:
        code = country_code(value)
        if not code and value.strip() not in ("", "0"):
            report.unread[value.strip()[:60]] += n
        return code
    age = _age(value, today)
    if age is not None and not LEAST_AGE <= age <= MOST_AGE:
        report.impossible += n
    return age_group(age)


def _age(value: str, today: date) -> int | None:
    try:
        number = int(float(value))
    except (ValueError, OverflowError):
        return None
    return today.year - number if number > MOST_YEARS else number


def country_code(text: str) -> str:
    """
    >>> country_code("Berlin, Germany"), country_code("United states"), country_code("USA"), country_code("de")
    ('DE', 'US', 'US', 'DE')
    >>> country_code("Trinidad and tobago"), country_code("São Paulo, Brasil"), country_code("the moon")
    ('TT', 'BR', '')
    """
    last = text.rpartition(",")[2].strip()
    codes = codes_by_name()
    if re.fullmatch(r"[A-Za-z]{2}", last) and last.upper() in codes.values():
        return last.upper()
    return next(
        (code for name in (text, last) if (code := ALIASES.get(_plain(name)) or _plain_names().get(_plain(name)))), ""
    )


@cache
def _plain_names() -> dict[str, str]:
    return {_plain(name): code for name, code in codes_by_name().items()}


def _plain(name: str) -> str:
    """Return a name without accents and case, and with uniform "and", "saint" and apostrophes."""
    letters = unicodedata.normalize("NFKD", name.strip().casefold())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return plain.replace(" & ", " and ").replace("st. ", "saint ").replace("’", "'")


# --- Reading ----------------------------------------------------------------------------------------------------------


def _batches(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield batches with columns renamed to their parts."""
    if not path.is_file():
        raise DemographicsError(f"{path}: no such file")
    try:
        with path.open("rb") as file:
            is_parquet = file.read(4) == b"PAR1"
        if is_parquet:
            parquet = pq.ParquetFile(path)
            columns = _columns(path, parquet.schema_arrow.names)
            batches: Iterator[pa.RecordBatch] = parquet.iter_batches(columns=list(columns))
        else:
            reader = pyarrow.csv.open_csv(path)
            columns = _columns(path, reader.schema.names)
            batches = reader
        for batch in batches:
            yield batch.select(list(columns)).rename_columns(list(columns.values()))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise DemographicsError(f"{path}: {error}") from error


def _columns(path: Path, names: list[str]) -> dict[str, str]:
    """Return {column: part}. Raises DemographicsError if no column is recognised."""
    parts = {
        name: part
        for part, accepted in COLUMNS.items()
        if (name := next((n for n in names if n.lower() in accepted), None))
    }
    if not parts:
        expected = ", ".join(name for accepted in COLUMNS.values() for name in accepted)
        raise DemographicsError(f"{path}: none of the columns {expected} is among {', '.join(names)[:200]}")
    return parts
