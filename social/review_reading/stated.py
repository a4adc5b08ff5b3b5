"""Scores that a text states itself: "8/10", "Story: 8", "I give it a 7 out of 10". Never another thing's number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LABELS = {
    "story": "story|plot|storyline|narrative|writing",
    "art": "art|animation|visuals?|graphics|artwork|art style",
    "sound": "sound|music|soundtrack|ost|audio|voice acting",
    "characters": "characters?|cast",
    "enjoyment": "enjoyment|entertainment|fun",
    "overall": "overall|total|final (?:score|rating|verdict)|verdict|conclusion|rating|score",
}
GERMAN = {
    "story": "handlung|geschichte",
    "art": "zeichenstil|optik",
    "sound": "musik|ton",
    "characters": "charaktere|figuren",
    "enjoyment": "spaß|unterhaltung",
    "overall": "gesamt|fazit|wertung",
}
ASPECTS = tuple(LABELS)
_LABEL = "|".join(f"(?P<{aspect}>{words}|{GERMAN[aspect]})" for aspect, words in LABELS.items())
_NUMBER = r"(?P<number>\d{1,2}(?:[.,]\d{1,2})?)"
_OUT_OF = r"\s*(?:/|out of|von|of)\s*(?:10(?:[.,]0)?|ten|zehn)(?![\d/%]|[.,]\d)"
_COUNTED = (
    r"(?!\s*(?:th|st|nd|rd|x|k)\b)(?!\s*(?:more |main |of the |of |full )?(?:episodes?|eps?|chapters?|volumes?|vols?|"
    r"seasons?|parts?|arcs?|hours?|minutes?|mins?|years?|days?|weeks?|months?|times|people|fans|viewers|characters|"
    r"shows?|series|anime|movies?|films?|ovas?|specials?|girls?|boys?|stars?|points|words|folgen?|staffeln?|jahren?|"
    r"percent|%)(?![\w]))(?!\s*of the\b)(?!\s*of (?:them|my|all)\b)"
)
_BEFORE = r"(?<![\d/.,:#$€£\-])"  # a date, a decimal, a time, a range
FRACTION = re.compile(_BEFORE + _NUMBER + _OUT_OF + _COUNTED, re.I)
LABELLED = re.compile(
    rf"(?<!\w)(?:{_LABEL})(?:\s+(?:score|rating))?\s*(?:[:=(\[~–—-]\s*)+{_NUMBER}(?![\d/%:\-]|[.,]\d)" + _COUNTED, re.I
)
GIVEN = re.compile(
    r"\b(?:give|giving|gave|rate|rated|rating|score|scored|scoring|deserves?|gets)\b(?:[ \t]+(?:it|this|the|that|"
    r"anime|show|series|movie|film|of|is|was|an|a|as|at|with|solid|strong|weak|full|about|around|my|to|would|be|overall))*"
    rf"[ \t]+{_NUMBER}(?![\d/%:\-]|[.,]\d)(?![ \t]*(?:out|of|von)\b)" + _COUNTED,
    re.I,
)
NEAR_LABEL = re.compile(rf"(?<!\w)(?:{_LABEL})(?!\w)", re.I)
OTHER_THING = re.compile(
    r"\b(?:episodes?|eps?|chapters?|ch|volumes?|vols?|seasons?|parts?|pages?|arcs?|folgen?|kapitel|bands?|no(?=\.)|"
    r"nr(?=\.)|top|on|"
    r"since|until|from|am|dated?|watched|finished|completed|aired|around|between|and|released?)\.?\s*[:#(]?\s*$",
    re.I,
)
LABEL_REACH = 32  # characters between an aspect's name and its number


@dataclass(frozen=True)
class Stated:
    """aspect: one of ASPECTS, or "" for a score of nothing named. score: 0–10. span: (start, end) in the text."""

    aspect: str
    score: float
    span: tuple[int, int]


def stated_scores(text: str) -> list[Stated]:
    """Return the scores that the text states, in order."""
    found: dict[int, Stated] = {}
    for one in (*_fractions(text), *_labelled(text), *_given(text)):
        if one.score <= 10:
            found.setdefault(one.span[0], one)
    return [found[start] for start in sorted(found)]


def overall_score(stated: list[Stated]) -> float | None:
    """Return the score of the whole that a text states: the last that is named so, else the last of nothing named."""
    for aspect in ("overall", ""):
        scores = [one.score for one in stated if one.aspect == aspect]
        if scores:
            return scores[-1]
    return None


def _fractions(text: str) -> Iterator[Stated]:
    end_of_last = 0
    for match in FRACTION.finditer(text):
        before = text[max(end_of_last, match.start() - LABEL_REACH) : match.start()]
        if not _counts_something_else(before):
            yield Stated(
                _aspect_before(before) or _aspect_after(text, match.end()), _value(match), match.span("number")
            )
        end_of_last = match.end()


def _labelled(text: str) -> Iterator[Stated]:
    for match in LABELLED.finditer(text):
        yield Stated(_named(match), _value(match), match.span("number"))


def _given(text: str) -> Iterator[Stated]:
    for match in GIVEN.finditer(text):
        yield Stated("", _value(match), match.span("number"))


def _counts_something_else(before: str) -> bool:
    return OTHER_THING.search(before) is not None


def _aspect_before(before: str) -> str:
    sentence = re.split(r"[.!?;]\s|\n\s*\n", before)[-1]
    names = list(NEAR_LABEL.finditer(sentence))
    return _named(names[-1]) if names else ""


def _aspect_after(text: str, end: int) -> str:
    match = re.compile(rf"\s*(?:for|in|on|für)\s+(?:the\s+|its\s+|die\s+)?(?:{_LABEL})(?!\w)", re.I).match(text, end)
    return _named(match) if match else ""


def _named(match: re.Match[str]) -> str:
    return next(aspect for aspect in ASPECTS if match[aspect])


def _value(match: re.Match[str]) -> float:
    return float(match["number"].replace(",", "."))
