"""Titles for a question in somebody's own words: "a sad story about a music school"."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from django.http import QueryDict

from catalog.browse.facets import active_filters
from catalog.browse.filters import TitleFilter
from catalog.index.titles import Mask, TitleIndex
from catalog.meaning import asking, nearest, vector_index
from catalog.meaning.joining import joined
from catalog.meaning.nearest import Near
from catalog.meaning.understanding import Said, understand
from catalog.models import Title
from catalog.viewers import Viewer

K = 40.0  # of the reciprocal rank: the smaller, the more do first places count
SENTENCES, SYNOPSES, WORDS, TAGS = 1.0, 1.0, 2.0, 1.0  # weights (decision 32); `make bench-meaning` measures them
CANDIDATES = 200  # of each ranking
LEAST_LIKENESS = 0.33  # of the nearest sentence to a question that says no fact and no tag
SENTENCE = 4  # words
MAX_QUESTION = 200  # characters


@dataclass(frozen=True)
class Part:
    """A filter or a tag that a question says. key: what takes it out."""

    key: str
    label: str


@dataclass(frozen=True)
class Answer:
    """The titles for a question, best first.

    filters: what it says of facts, which all titles meet. tags: what it says of content; titles with them come first.
    why: the sentence of the synopsis that is nearest to the question, by title ID. by_meaning: whether meanings were
    compared; if not, only words and tags were.
    """

    title_ids: list[int] = field(default_factory=list)
    filters: list[Part] = field(default_factory=list)
    tags: list[Part] = field(default_factory=list)
    why: Mapping[int, str] = field(default_factory=dict)
    by_meaning: bool = True


def is_question(text: str, n_named: int) -> bool:
    """Return whether a search is one by meaning: when no name matches, or when it is a sentence.

    n_named: titles that were found by name.
    """
    has_letters = any(letter.isalpha() for letter in text)
    return has_letters and (not n_named or len(text.split()) >= SENTENCE)


def answer(question: str, viewer: Viewer, limit: int, dropped: Collection[str] = ()) -> Answer:
    """Return the visible titles that answer the question best. dropped: keys of filters and tags to leave out."""
    meaning = asking.meaning_of(question) if vector_index.has_vectors() else None
    english = meaning.english if meaning else ""
    said = [one for one in _said(question, english, viewer) if one.key not in dropped]
    tags = [one.value for one in said if one.name == "tag"]
    filters = _filters((one for one in said if one.name != "tag"), viewer)
    index, mask = filters.index, filters.selection.mask
    vector = meaning.vector.tolist() if meaning else None
    near = _near(vector, index, mask)
    if not said and not _is_like(near):
        vector, near, english = None, [], ""
    text = " ".join([question, english, *(_tag_name(slug, index) for slug in tags)])  # synopses and tags are English
    rankings: list[tuple[float, Sequence[int]]] = [
        (SENTENCES, [one.title_id for one in near]),
        (SYNOPSES, [pk for pk, _ in nearest.nearest_descriptions(vector, CANDIDATES)] if vector else []),
        (WORDS, nearest.titles_with_words(text, CANDIDATES)),
        (TAGS, _with_tags(tags, index, mask)),
    ]
    found = _best(rankings, index, mask) or (_popular(index, mask) if said else [])
    return Answer(
        found[:limit],
        [Part(f"{one.name}:{one.value}", one.label) for one in active_filters(filters)],
        [Part(f"tag:{slug}", _tag_name(slug, index)) for slug in tags],
        {one.title_id: one.text for one in near},
        meaning is not None,
    )


def answered_titles(found: Answer) -> list[Title]:
    """Return the titles of an answer in its order, ready for cards."""
    cards = Title.objects.for_cards().in_bulk(found.title_ids)
    return [cards[pk] for pk in found.title_ids if pk in cards]


def _said(question: str, english: str, viewer: Viewer) -> list[Said]:
    """Return the filters of the question, and the tags of its English words."""
    own = understand(question, viewer)
    found = {one.value for one in own}
    tags = (one for one in understand(english, viewer) if one.name == "tag" and one.value not in found)
    return [*own, *tags]


def _tag_name(slug: str, index: TitleIndex) -> str:
    return index.tags.terms[index.tags.at[slug]].name


def _filters(said: Iterable[Said], viewer: Viewer) -> TitleFilter:
    """Return the facts as the browse page's filters, which know their values and labels."""
    data = QueryDict(mutable=True)
    for one in said:
        data.appendlist(one.name, one.value)
    return TitleFilter(data, Title.objects.visible_to(viewer), viewer=viewer)


def _near(vector: Sequence[float] | None, index: TitleIndex, mask: Mask) -> list[Near]:
    """Return the nearest sentence of titles in the mask, nearest first. Few titles are compared one by one."""
    if vector is None:
        return []
    few = index.ids[mask].tolist() if mask.sum() <= nearest.FEW else None
    return [one for one in nearest.nearest_sentences(vector, few) if _is_in(one.title_id, index, mask)]


def _is_like(near: Sequence[Near]) -> bool:
    """Return whether the nearest sentence is like the question. That of "zzzzzz" is near by chance."""
    return bool(near) and near[0].likeness >= LEAST_LIKENESS


def _is_in(title_id: int, index: TitleIndex, mask: Mask) -> bool:
    places = index.places_of([title_id])
    return bool(len(places) and mask[places[0]])


def _with_tags(slugs: Sequence[str], index: TitleIndex, mask: Mask) -> list[int]:
    """Return the titles with any of the tags, those with most of them first. Rare tags count more than common ones."""
    if not slugs:
        return []
    scores = np.zeros(len(index.ids))
    for slug in slugs:
        has_tag = index.tags.having(slug)
        scores += has_tag * np.log(len(index.ids) / max(has_tag.sum(), 1))
    scores[~mask] = 0
    order = np.lexsort((-np.nan_to_num(index.numbers["popularity"]), -scores))[:CANDIDATES]
    ids: list[int] = index.ids[order[scores[order] > 0]].tolist()
    return ids


def _best(rankings: list[tuple[float, Sequence[int]]], index: TitleIndex, mask: Mask) -> list[int]:
    """Return the titles in the mask by their joined ranks."""
    allowed = [
        (weight, index.ids[places[mask[places]]].tolist())
        for weight, ids in rankings
        for places in [index.places_of(ids)]
    ]
    scores = joined(allowed, K)
    return sorted(scores, key=lambda pk: (-scores[pk], pk))


def _popular(index: TitleIndex, mask: Mask) -> list[int]:
    """Return titles in the mask, most popular first."""
    ids, popularity = index.ids[mask], np.nan_to_num(index.numbers["popularity"][mask])
    found: list[int] = ids[np.lexsort((ids, -popularity))][:CANDIDATES].tolist()
    return found
