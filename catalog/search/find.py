"""Search by any name: accents, case and punctuation ignored, by prefix while typing, and past a typo."""

from __future__ import annotations

from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from catalog.models import Title
from catalog.models.titles import TitleQuerySet
from catalog.search.index import vocabulary
from catalog.search.keys import CJK, search_key
from catalog.viewers import Viewer

__all__ = ["find_title_ids", "search_key", "search_titles"]

MAX_QUERY, MAX_WORDS = 120, 12
ENOUGH = 3  # with fewer hits than this, misspelt words are corrected
CORRECTIONS = 6  # how many words a misspelt one is taken for


def search_titles(query: str, viewer: Viewer, limit: int = 20) -> list[Title]:
    """Return visible titles that match `query`, best match first, ready for cards."""
    found = find_title_ids(query, viewer, limit)
    cards = Title.objects.for_cards().in_bulk(found)
    return [cards[pk] for pk in found]


def find_title_ids(query: str, viewer: Viewer, limit: int = 20) -> list[int]:
    """Return ids of exact, then prefix, then all-words matches, each by popularity."""
    key = search_key(query[:MAX_QUERY])
    if not key:
        return []
    visible = Title.objects.visible_to(viewer)
    words = key.split()[:MAX_WORDS]
    exact = _by_audience(visible.filter(names__key=key), limit)
    found = dict.fromkeys(exact)
    found |= dict.fromkeys(_by_audience(visible.filter(names__key__startswith=key), limit))
    if len(found) < limit:
        found |= dict.fromkeys(_by_words(visible, [[word] for word in words], limit))
    if len(found) < ENOUGH and CJK.search(key):
        found |= dict.fromkeys(_by_audience(visible.filter(names__key__contains=key), limit))
    if len(found) < ENOUGH and not exact:  # a whole name is no slip of the finger
        found |= dict.fromkeys(_past_typos(visible, words, limit))
    return list(found)[:limit]


def _by_audience(titles: TitleQuerySet, limit: int) -> list[int]:
    return list(titles.order_by("-members", "pk").values_list("pk", flat=True).distinct()[:limit])


def _by_words(titles: TitleQuerySet, words: list[list[str]], limit: int) -> list[int]:
    """Return titles with a spelling of every word; the last may be a prefix."""
    last = len(words) - 1
    clauses = (
        " | ".join(_lexeme(spelling) + (":*" if place == last else "") for spelling in spellings)
        for place, spellings in enumerate(words)
    )
    query = " & ".join(f"({clause})" for clause in clauses)
    matches = RawSQL("catalog_title.search_lexemes @@ %s::tsquery", [query], output_field=BooleanField())
    return _by_audience(titles.filter(matches), limit)


def _lexeme(word: str) -> str:
    """Quote a word for tsquery, so that no character acts as an operator."""
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"


def _past_typos(titles: TitleQuerySet, words: list[str], limit: int) -> list[int]:
    """The words written together, then with those that no name has corrected; at last with any of them corrected."""
    found = _by_words(titles, [["".join(words)]], limit) if len(words) > 1 else []
    for only_unknown in (True, False):
        spellings = _spellings(words, only_unknown)
        if any(len(some) > 1 for some in spellings) and (only_unknown or not found):
            found += _by_words(titles, spellings, limit)
    return found


def _spellings(words: list[str], only_unknown: bool) -> list[list[str]]:
    """Return each word with its possible corrections; the last may be a prefix."""
    known = vocabulary()
    *whole, last = words
    spellings = [
        [word] if only_unknown and word in known.words else [word, *known.corrections(word, CORRECTIONS)]
        for word in whole
    ]
    if only_unknown and known.has_prefix(last):
        return [*spellings, [last]]
    return [*spellings, [last, *known.corrections(last, CORRECTIONS, as_prefix=True)]]
