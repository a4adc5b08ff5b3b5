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
SENTENCE = re.compile(r"[^.!?\n]+(?:[.!?]+(?=\s|$|[\"')\]])|\.(?=\S)|[!?]|$|(?=\n))")
SHORTEST, LONGEST_QUOTE = 25, 240  # characters of a sentence worth quoting
CLEAR = 0.35  # of tone: less is neither praise nor criticism
PRAISE, CRITICISM = 8, 5  # stated scores from, and up to
MOST = 3  # sentences kept of each aspect


@dataclass(frozen=True)
class Mention:
    """A sentence about an aspect. span: (start, end) in the text. verdict: 1 praise, -1 criticism."""

    aspect: str
    span: tuple[int, int]
    verdict: int


def mentions_in(model: ReviewModel, text: str) -> list[Mention]:
    """Return the clearest sentences about each aspect, without those that hide a spoiler or name several aspects."""
    found: dict[str, list[tuple[float, Mention]]] = {aspect: [] for aspect in ASPECTS}
    for aspect, start, end in sentences_about(text[:LONGEST]):
        tone = _tone(model, text[start:end])
        if abs(tone) >= CLEAR:
            found[aspect].append((abs(tone), Mention(aspect, (start, end), 1 if tone > 0 else -1)))
    clearest = (sorted(of_aspect, key=lambda pair: -pair[0])[:MOST] for of_aspect in found.values())
    return [mention for of_aspect in clearest for _tone, mention in of_aspect]


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


def _tone(model: ReviewModel, sentence: str) -> float:
    """Return how favourable a sentence is. A score that it states decides."""
    stated = [one.score for one in stated_scores(sentence)]
    if stated:
        return 2.0 if stated[0] >= PRAISE else -2.0 if stated[0] <= CRITICISM else 0.0
    return model.tone(words_of(sentence))
