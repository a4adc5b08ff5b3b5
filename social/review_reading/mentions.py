"""Which aspects of a title a review praises or criticises, sentence by sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from social.models.reviews import ASPECTS
from social.review_reading.model import LONGEST, ReviewModel
from social.review_reading.stated import stated_scores
from social.review_reading.terms import words_of

NAMES = {
    "story": "story|plot|storyline|storytelling|narrative|pacing|writing",
    "art": "art|animation|animations|visuals|visually|artwork|artstyle|animated",
    "sound": "sound|music|soundtrack|soundtracks|ost|osts|opening|openings|voice acting|score",
    "characters": "characters|character|cast|protagonist|character development",
    "enjoyment": "enjoyment|enjoyed|enjoyable|enjoy|entertaining|entertainment",
}
NAMED = {aspect: re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.I) for aspect, words in NAMES.items()}
SENTENCE = re.compile(r"(?:[^.!?\n]|\.(?![\sA-Z\"')\]]|$))+[.!?]*")
SHORTEST, LONGEST_QUOTE = 25, 240  # characters of a sentence worth quoting
PRAISE, CRITICISM = 0.6, -1.2  # of tone, from and down to: measured, criticism is harder to tell
HIGH, LOW = 7, 5  # stated scores from, and up to
MOST = 3  # sentences kept of each aspect


@dataclass(frozen=True)
class Mention:
    """What a review says of an aspect. span: (start, end) of a sentence, (0, 0) for none. verdict: 1 praise, -1 not."""

    aspect: str
    span: tuple[int, int]
    verdict: int


def mentions_in(model: ReviewModel, text: str) -> list[Mention]:
    """Return the clearest sentences about each aspect, without those that hide a spoiler or name several aspects.

    Where the text states a score of the aspect, that decides: sentences of another opinion are left out.
    """
    text = text[:LONGEST]
    stated = {one.aspect: _sign(one.score, HIGH, LOW) for one in stated_scores(text)}
    found: dict[str, list[tuple[float, Mention]]] = {aspect: [] for aspect in ASPECTS}
    for aspect, start, end in sentences_about(text):
        tone = model.tone(words_of(text[start:end]))
        verdict = _sign(tone, PRAISE, CRITICISM)
        if verdict and stated.get(aspect, verdict) == verdict:
            found[aspect].append((abs(tone), Mention(aspect, (start, end), verdict)))
    for aspect in ASPECTS:
        if not found[aspect] and (verdict := stated.get(aspect, 0)):
            found[aspect].append((0.0, Mention(aspect, (0, 0), verdict)))
    clearest = (sorted(of_aspect, key=lambda pair: -pair[0])[:MOST] for of_aspect in found.values())
    return [mention for of_aspect in clearest for _tone, mention in of_aspect]


def _sign(value: float, high: float, low: float) -> int:
    return 1 if value >= high else -1 if value <= low else 0


def sentences_about(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield (aspect, start, end) of the sentences that name one aspect and hide nothing."""
    hidden = [match.span() for match in re.finditer(r"\|\|.+?\|\|", text, re.S)]
    for match in SENTENCE.finditer(text):
        sentence = match[0].strip(" \t*#>-_\"'")
        start = text.index(sentence, match.start()) if sentence else match.start()
        end = start + len(sentence)
        if not SHORTEST <= len(sentence) <= LONGEST_QUOTE or any(a < end and start < b for a, b in hidden):
            continue
        named = [aspect for aspect, pattern in NAMED.items() if pattern.search(sentence)]
        if len(named) == 1:
            yield named[0], start, end
