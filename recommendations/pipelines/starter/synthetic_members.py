"""Synthetic members: lists sampled from the starter model, so that a new site isn't empty.

Their accounts are flagged, pages label them, and training excludes them by default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from accounts.entries.writing import EntryDraft
from accounts.models import EntryStatus, User
from accounts.portability.loading import load_lists
from anirec.lib.partial_dates import PartialDate
from catalog.models import Title
from recommendations.engine.ranking import TitleRules
from recommendations.engine.recommender import Recommender
from recommendations.inputs.title_rules import title_rules
from recommendations.pipelines.starter import starter_recommender

FIRST = (
    "quiet",
    "paper",
    "amber",
    "distant",
    "velvet",
    "winter",
    "copper",
    "hollow",
    "gentle",
    "neon",
    "salted",
    "lunar",
)
SECOND = (
    "lantern",
    "otter",
    "harbour",
    "comet",
    "maple",
    "kettle",
    "sparrow",
    "tram",
    "umbrella",
    "orchard",
    "radio",
    "fox",
)
EMAIL_DOMAIN = "synthetic.invalid"
SHARE_SCORED = 0.85
BATCH = 250  # members per write
DATED = ("episodes", "season_year", "started_on")  # title fields that `drafts` reads


@dataclass(frozen=True)
class Sampler:
    """Samples lists: a few popular titles first, then repeatedly titles the model favours given the list so far."""

    recommender: Recommender
    rules: TitleRules
    audience: NDArray[np.floating]
    generator: np.random.Generator

    @classmethod
    def from_starter(cls, seed: int) -> Sampler:
        """Create a sampler. Raises ValueError if the starter model covers fewer than 20 usable titles."""
        recommender = starter_recommender()
        rules = title_rules(recommender.items)
        usable = rules.recommendable & ~rules.adult
        if usable.sum() < 20:
            raise ValueError("the starter model covers fewer than 20 titles: import a catalogue first")
        audience = np.where(usable, np.nan_to_num(recommender.popularity.arrays["popularity"]), 0)
        return cls(recommender, rules, audience / audience.sum(), np.random.default_rng(seed))

    def draw(self, typical_length: float = 45) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Sample one list: (title ids, scores, 0 for none). Lengths are log-normal around `typical_length`, clipped."""
        most = int((self.audience > 0).sum() * 0.6)
        length = int(np.clip(self.generator.lognormal(np.log(typical_length), 0.7), 8, min(400, most)))
        items = self._choose(np.log(np.maximum(self.audience, 1e-12)) * 0.75, 3, np.zeros(0, dtype=np.int64))
        while len(items) < length:
            liking = self._liking(items)
            logits = 2.5 * liking + 0.25 * np.log(np.maximum(self.audience, 1e-12))
            items = np.concatenate(
                [items, self._choose(logits, min(max(3, len(items) // 3), length - len(items)), items)]
            )
        return self.recommender.items.ids[items], self._scores(items)

    def _choose(self, logits: NDArray[np.floating], n: int, excluded: NDArray[np.int64]) -> NDArray[np.int64]:
        """Sample n titles without replacement, with probabilities ∝ exp(logits) (Gumbel top-k: Kool et al. 2019)."""
        perturbed = logits + self.generator.gumbel(size=len(logits))
        perturbed[self.audience <= 0] = -np.inf
        perturbed[excluded] = -np.inf
        return np.argpartition(-perturbed, n - 1)[:n]

    def _liking(self, items: NDArray[np.int64]) -> NDArray[np.floating]:
        """Return (n_items,) standardised model scores given the list so far."""
        totals = self.recommender.scores(items, np.full(len(items), 9.0, dtype=np.float32))
        return (totals - totals.mean()) / (totals.std() or 1)

    def _scores(self, items: NDArray[np.int64]) -> NDArray[np.int64]:
        ratings = self.recommender.evidence.svd.arrays
        mood, spread = self.generator.normal(0, 0.6), self.generator.normal(0, 1.1, len(items))
        taste = 0.5 * np.clip(self._liking(items)[items], -2, 2)
        scores = np.clip(np.round(ratings["mean"] + ratings["item_bias"][items] + mood + taste + spread), 1, 10)
        return np.where(self.generator.random(len(items)) < SHARE_SCORED, scores, 0).astype(np.int64)


def drafts(
    title_ids: NDArray[np.int64],
    scores: NDArray[np.int64],
    generator: np.random.Generator,
    titles: Mapping[int, Title] | None = None,
) -> list[EntryDraft]:
    """Return list entries for sampled titles: mostly completed, most of those with a finish date (month precision).

    titles: by id, if already loaded.
    """
    titles = titles or Title.objects.only(*DATED).in_bulk(title_ids.tolist())
    return [_draft(titles[pk], score, generator) for pk, score in zip(title_ids.tolist(), scores.tolist(), strict=True)]


def _draft(title: Title, score: int, generator: np.random.Generator) -> EntryDraft:
    states = [
        EntryStatus.COMPLETED,
        EntryStatus.PLANNED,
        EntryStatus.WATCHING,
        EntryStatus.ON_HOLD,
        EntryStatus.DROPPED,
    ]
    status = str(generator.choice(states, p=[0.8, 0.1, 0.04, 0.03, 0.03]))
    episodes = title.episodes or 1
    if status == EntryStatus.PLANNED:
        return EntryDraft(title.pk, status)
    if status != EntryStatus.COMPLETED:
        progress = int(generator.integers(0, episodes))
        return EntryDraft(
            title.pk, status, score=min(score, 5) or None if status == EntryStatus.DROPPED else None, progress=progress
        )
    year = int(generator.integers(max(title.year or 2010, 2010), 2026)) if (title.year or 0) < 2026 else 2026
    finished = PartialDate(year, int(generator.integers(1, 13))) if generator.random() < 0.7 else None
    return EntryDraft(title.pk, status, score=score or None, progress=episodes, finished_on=finished)


def add_members(
    n: int, *, seed: int = 0, typical_length: float = 45, progress: Callable[[int], None] = lambda done: None
) -> int:
    """Add synthetic members, in batches, until there are n. Return the number added."""
    existing = User.objects.filter(is_synthetic=True).count()
    if existing >= n:
        return 0
    sampler = Sampler.from_starter(seed + existing)
    titles = Title.objects.only(*DATED).in_bulk(sampler.recommender.items.ids.tolist())
    names = _names(existing, n)
    done = 0
    while batch := list(islice(names, BATCH)):
        lists = {name: drafts(*sampler.draw(typical_length), sampler.generator, titles) for name in batch}
        load_lists(lists, [_member(name) for name in batch])
        done += len(batch)
        progress(done)
    return n - existing


def _member(name: str) -> User:
    user = User(username=name, email=f"{name}@{EMAIL_DOMAIN}", is_synthetic=True)
    user.set_unusable_password()
    return user


def remove_members() -> int:
    """Delete all synthetic members and their data. Return how many there were."""
    members = User.objects.filter(is_synthetic=True)
    count = members.count()
    members.delete()
    return count


def _names(start: int, stop: int) -> Iterator[str]:
    for number in range(start, stop):
        yield f"{FIRST[number % len(FIRST)]}-{SECOND[number // len(FIRST) % len(SECOND)]}-{number + 1}"
