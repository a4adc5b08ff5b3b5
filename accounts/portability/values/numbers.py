"""Counts as list files write them: episodes and rewatches."""

from __future__ import annotations

import re
from typing import NamedTuple

from django.utils.translation import gettext as _

from accounts.portability.values.vocabulary import is_blank

MOST_EPISODES = 9_999
MOST_REWATCHES = 254  # MyAnimeList writes 255 for -1
MAX_SMALL = 32_767  # what the columns hold: for files of our own
COUNT = re.compile(
    r"(?:(?:ep(?:isode)?s?|folgen?|e|s\d+\s*e)\.?\s*)?(\d{1,9})(?:[.,]\d{1,3})?"
    r"(?:\s*(?:/|\bof\b|\bout of\b|\bvon\b|\bsur\b|\bde\b|\bиз\b|∕|⁄)\s*(\d{1,9}|\?|-))?"
    r"\s*(?:ep(?:isode)?s?|folgen?|episodios|серий|話|集|화)?\.?",
    re.IGNORECASE,
)


class Watched(NamedTuple):
    """Episodes watched, and how many the file says there are."""

    n: int
    of: int | None


def parse_progress(value: object, most: int = MOST_EPISODES) -> Watched:
    """Parse "5", "5 / 26", "5 of 26", "Ep. 5". Raises ValueError."""
    if is_blank(value):
        return Watched(0, None)
    match = COUNT.fullmatch(str(value).strip()[:60])
    if match is None:
        raise ValueError(_("not a number of episodes"))
    n, of = int(match[1]), match[2]
    if n > most:
        raise ValueError(_("more than %(most)s") % {"most": f"{most:,}"})
    return Watched(n, int(of) if of and of.isdecimal() and 0 < int(of) <= most else None)


def parse_count(value: object, most: int = MOST_REWATCHES) -> int:
    """Return a whole number; 0 if blank. Raises ValueError."""
    if is_blank(value):
        return 0
    match = re.fullmatch(r"(\d{1,9})(?:[.,]0+)?\s*[x×]?", str(value).strip()[:20])
    if match is None or int(match[1]) > most:
        raise ValueError(_("not a number from 0 to %(most)s") % {"most": most})
    return int(match[1])
