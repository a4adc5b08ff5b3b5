"""The model that reads reviews: what a text says about its score. numpy only; `learning.fitting` fits it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from social.review_reading.stated import Stated, overall_score, stated_scores
from social.review_reading.terms import Hashes, letter_hashes, mixed, word_hashes, words_of

Floats = NDArray[np.floating]
LONGEST = 20_000  # characters; the rest isn't read
ENDING = 800  # characters: most reviews end with their verdict
FEWEST_WORDS = 12
LEAST_EFFECT = 0.02  # points, of words worth telling
LEAST_LETTERS = 4  # of their longest word: "and", "to" and "the" explain nothing to anybody
# Errors are learnt from long reviews. How much wider they are of texts of so many characters: measured on cut ones.
SHORT, WIDER = [150, 300, 600, 1500], [1.45, 1.35, 1.2, 1.0]
SPREAD = 1.5  # standard deviation of members' scores around their means
LENGTHS = (6.5, 9.0)  # logarithms of characters; the effect of a length isn't known beyond
MIDDLE = 7.0  # of the scale as reviewers use it: features are distances from it


def _words(text: str) -> Hashes:
    return word_hashes([word for word, _start, _end in words_of(text)])


def _ending(text: str) -> Hashes:
    return mixed(_words(text[-ENDING:]))  # other hashes than the same words elsewhere: they have weights of their own


BLOCKS: dict[str, Callable[[str], Hashes]] = {"words": _words, "ending": _ending, "letters": letter_hashes}


@dataclass(frozen=True)
class Parameters:
    """What of a model isn't in its table.

    intercepts: of each block. coefficients: (n_features,) of `features`, and `constant`. errors: what nine of ten
    scores are within, and deviations: the standard deviation, both of texts without and with a stated score.
    least_known, least_common: shares of a text's words that the training texts have, and that a fifth of them have.
    """

    intercepts: dict[str, float]
    coefficients: list[float]
    constant: float
    errors: tuple[float, float]
    deviations: tuple[float, float]
    least_known: float
    least_common: float

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**{**values, "errors": tuple(values["errors"]), "deviations": tuple(values["deviations"])})


@dataclass(frozen=True)
class Table:
    """Terms by hash. hashes: (n,) sorted. idf, weights: (n,) inverse document frequencies and ridge weights."""

    hashes: Hashes
    idf: Floats
    weights: Floats

    def to_bytes(self) -> bytes:
        idf, weights = (column.astype(np.float32).tobytes() for column in (self.idf, self.weights))
        return self.hashes.astype(np.uint64).tobytes() + idf + weights

    @classmethod
    def map_file(cls, path: Path) -> Self:
        """Return the table in a file, mapped: only the pages that are used get into memory."""
        n = path.stat().st_size // 16
        columns = zip((np.uint64, np.float32, np.float32), (0, 8 * n, 12 * n), strict=True)
        return cls(*(np.memmap(path, dtype, "r", offset, (n,)) for dtype, offset in columns))

    @classmethod
    def from_bytes(cls, stored: bytes) -> Self:
        n = len(stored) // 16
        columns = zip((np.uint64, np.float32, np.float32), (0, 8 * n, 12 * n), strict=True)
        return cls(*(np.frombuffer(stored, dtype, n, offset) for dtype, offset in columns))

    def find(self, hashes: Hashes) -> NDArray[np.intp]:
        """Return the rows of these hashes, -1 for those that aren't in it."""
        if not len(self.hashes):
            return np.full(len(hashes), -1, dtype=np.intp)
        rows = np.minimum(np.searchsorted(self.hashes, hashes), len(self.hashes) - 1)
        return np.where(self.hashes[rows] == hashes, rows, -1)


@dataclass(frozen=True)
class Phrase:
    """A word or a pair of words that moved a reading. effect: by how many points. span: (start, end) in the text."""

    text: str
    effect: float
    span: tuple[int, int]


@dataclass(frozen=True)
class Reading:
    """score: expected, 1–10. error: nine of ten scores are at most this far away. deviation: standard, of scores."""

    score: float
    error: float
    deviation: float

    @property
    def rounded(self) -> int:
        return max(1, min(10, round(self.score)))


@dataclass(frozen=True)
class ReviewModel:
    parameters: Parameters
    table: Table

    def read(self, text: str) -> Reading | None:
        """Return what score the text reads like, or None for a language that the model doesn't know."""
        text = text[:LONGEST]
        if not self.knows_language(text):
            return None
        stated = stated_scores(text)
        has_stated = int(bool(stated))
        wider = float(np.interp(len(text), SHORT, WIDER))
        error, deviation = self.parameters.errors[has_stated], self.parameters.deviations[has_stated]
        return Reading(self._score(text, stated), error * wider, deviation * wider)

    def score(self, text: str) -> float:
        """Return the score that the text reads like, whatever its language."""
        return self._score(text[:LONGEST], stated_scores(text[:LONGEST]))

    def _score(self, text: str, stated: list[Stated]) -> float:
        row = features(self.block_scores(text), stated, len(text))
        return min(10.0, max(1.0, float(np.dot(row, self.parameters.coefficients) + self.parameters.constant)))

    def block_scores(self, text: str) -> list[float]:
        """Return the score by each block alone."""
        return [
            float(self._contributions(hashes)[0].sum() + self.parameters.intercepts[name])
            for name, hashes in ((name, make(text)) for name, make in BLOCKS.items())
        ]

    def phrases(self, text: str, n: int = 5) -> tuple[list[Phrase], list[Phrase]]:
        """Return the n words or pairs that raised the text's score most, and the n that lowered it most."""
        text = text[:LONGEST]
        words = words_of(text)
        effects = self._effects(text, words)
        raised = _distinct(_phrases(text, words, effects, np.argsort(-effects)), 1, n)
        return raised, _distinct(_phrases(text, words, effects, np.argsort(effects)), -1, n)

    def tone(self, words: list[tuple[str, int, int]]) -> float:
        """Return how favourable a sentence's words are: the sum of its terms' weights, by their rarity."""
        hashes = np.unique(word_hashes([word for word, _start, _end in words]))
        return float(self._contributions(hashes)[0].sum())

    def knows_language(self, text: str) -> bool:
        """Return whether enough of the words are in the training texts, and enough are common in them."""
        known, common, n = self.familiarity(text)
        return n >= FEWEST_WORDS and known >= self.parameters.least_known and common >= self.parameters.least_common

    def familiarity(self, text: str) -> tuple[float, float, int]:
        """Return the shares of words that training texts have, and that a fifth of them have, and their number."""
        words = words_of(text)
        if not words:
            return 0.0, 0.0, 0
        rows = self.table.find(word_hashes([word for word, _start, _end in words])[: len(words)])
        common = self.table.idf[rows[rows >= 0]] <= COMMON
        return float((rows >= 0).mean()), float(common.sum() / len(words)), len(words)

    def _contributions(self, hashes: Hashes) -> tuple[Floats, NDArray[np.intp]]:
        """Return what each distinct term adds to its block's score, and the place of each hash among them."""
        distinct, places, counts = np.unique(hashes, return_inverse=True, return_counts=True)
        rows = self.table.find(distinct)
        values = np.where(rows >= 0, (1 + np.log(counts)) * self.table.idf[rows], 0) if len(rows) else np.zeros(0)
        norm = float(np.sqrt((values**2).sum())) or 1.0
        return values / norm * self.table.weights[rows] if len(rows) else values, places

    def _effects(self, text: str, words: list[tuple[str, int, int]]) -> Floats:
        """Return (2n - 1,) effects of n words, then of the pairs of neighbours, on the reading, in points."""
        amounts, places = self._contributions(word_hashes([word for word, _start, _end in words]))
        blocks, stated = self.block_scores(text), stated_scores(text)
        moved = [score + (name == "words") for name, score in zip(BLOCKS, blocks, strict=True)]
        change = features(moved, stated, len(text)) - features(blocks, stated, len(text))
        return amounts[places] * float(np.dot(change, self.parameters.coefficients))


COMMON = float(np.log(1 / 0.2) + 1)  # idf of a term that a fifth of the texts have


def damped(score: float, deviation: float, mean: float) -> float:
    """Return a reading, shrunk to the member's mean score by its uncertainty.

    >>> damped(9.0, 0.0, 7.0), round(damped(9.0, 1.5, 7.0), 2)
    (9.0, 8.0)
    """
    weight = SPREAD**2 / (SPREAD**2 + deviation**2)
    return mean + weight * (score - mean)


def features(blocks: list[float], stated: list[Stated], length: int) -> Floats:
    """Return (n_features,) what the expected score is a weighted sum of.

    blocks: scores by each block. Stated scores count by how far they are from the words' score.
    """
    distances = [score - MIDDLE for score in blocks]
    words = float(np.mean(distances))
    scores = [one.score - MIDDLE for one in stated]
    overall = overall_score(stated)
    named = [one.score - MIDDLE for one in stated if one.aspect == "overall"]
    pairs = (
        (bool(scores), float(np.mean(scores)) if scores else 0.0),
        (overall is not None, (overall or MIDDLE) - MIDDLE if overall is not None else 0.0),
        (bool(named), named[-1] if named else 0.0),
    )
    by_stated = [value for has, score in pairs for value in (float(has), score, words * has)]
    long = float(np.clip(np.log(max(length, 1)), *LENGTHS)) - 7.5
    return np.array([*distances, *by_stated, long, min(words + 1, 0.0), max(words - 1, 0.0)])


def _phrases(
    text: str, words: list[tuple[str, int, int]], effects: Floats, order: NDArray[np.intp]
) -> Iterator[Phrase]:
    for at in order.tolist():
        first, last = (words[at], words[at]) if at < len(words) else words[at - len(words) :][:2]
        yield Phrase(text[first[1] : last[2]], float(effects[at]), (first[1], last[2]))


def _distinct(phrases: Iterator[Phrase], sign: int, n: int) -> list[Phrase]:
    """Return the first n phrases that move the score in this direction, none with words of another."""
    chosen: list[Phrase] = []
    words: set[str] = set()
    for phrase in phrases:
        if len(chosen) == n or phrase.effect * sign < LEAST_EFFECT:
            break
        own = {*phrase.text.lower().split()}
        if not own & words and max(map(len, own)) >= LEAST_LETTERS:
            chosen.append(phrase)
            words |= own
    return chosen
