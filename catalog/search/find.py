"""Search by any name, ignoring accents, case and punctuation, with prefix matches and typo correction."""

from __future__ import annotations

from django.db.models import BooleanField, Case, Min, When
from django.db.models.expressions import RawSQL

from catalog.models import Title, TitleName
from catalog.models.titles import TitleQuerySet
from catalog.search.index import vocabulary
from catalog.search.keys import CJK, search_key
from catalog.search.shorthand import expand, season_in, season_of
from catalog.viewers import Viewer

__all__ = ["find_title_ids", "search_key", "search_titles"]

MAX_QUERY, MAX_WORDS = 120, 12
OWN = (TitleName.Kind.MAIN, TitleName.Kind.ENGLISH, TitleName.Kind.NATIVE)
ENOUGH = 3  # with fewer matches than this, misspelt words are corrected
CORRECTIONS = 6  # maximum number per misspelt word


def search_titles(query: str, viewer: Viewer, limit: int = 20) -> list[Title]:
    """Return visible titles that match `query`, best match first, ready for cards."""
    ids = find_title_ids(query, viewer, limit)
    cards = Title.objects.for_cards().in_bulk(ids)
    return [cards[pk] for pk in ids]


def find_title_ids(query: str, viewer: Viewer, limit: int = 20) -> list[int]:
    """Return ids of exact, then acronym and season, prefix, and all-words matches, each by popularity.

    An acronym that is only a synonym somewhere comes after what else it is short for.
    """
    key = search_key(query[:MAX_QUERY])
    if not key:
        return []
    visible = Title.objects.visible_to(viewer)
    words = key.split()[:MAX_WORDS]
    exact = _exact(visible, key, limit)
    short = _by_shorthand(visible, key, limit, viewer)
    own = _named(visible, key, exact) if short else set(exact)
    ids = dict.fromkeys([*(pk for pk in exact if pk in own), *short, *exact])
    ids |= dict.fromkeys(_by_audience(visible.filter(names__key__startswith=key), limit))
    if len(ids) < limit:
        ids |= dict.fromkeys(_by_words(visible, [[word] for word in words], limit))
    if len(ids) < ENOUGH and CJK.search(key):
        ids |= dict.fromkeys(_by_audience(visible.filter(names__key__contains=key), limit))
    if len(ids) < ENOUGH and not exact:  # an exact match has no typos
        ids |= dict.fromkeys(_past_typos(visible, words, limit, viewer))
    return list(ids)[:limit]


def _exact(titles: TitleQuerySet, key: str, limit: int) -> list[int]:
    """Return the titles with this name, those whose main or English name it is first."""
    is_synonym = Min(Case(When(names__kind__in=OWN, then=0), default=1))
    ranked = titles.filter(names__key=key).annotate(is_synonym=is_synonym).order_by("is_synonym", "-popularity", "pk")
    return list(ranked.values_list("pk", flat=True)[:limit])


def _named(titles: TitleQuerySet, key: str, title_ids: list[int]) -> set[int]:
    """Return those of the titles of which this is a name of their own, not a synonym."""
    named = titles.filter(pk__in=title_ids, names__key=key, names__kind__in=OWN)
    return set(named.order_by().values_list("pk", flat=True))


def _by_shorthand(titles: TitleQuerySet, key: str, limit: int, viewer: Viewer) -> list[int]:
    """Return the titles that the key is short for: an acronym, or a series with a season's number."""
    ids = expand(key, viewer)[:limit]
    if season := season_in(key):
        base, number = season
        starts = expand(base, viewer)[:1] or _exact(titles, base, 1)[:1]
        starts = starts or _by_audience(titles.filter(names__key__startswith=base), 1)
        ids = [later for start in starts for later in season_of(start, number)] + ids
    if not ids:
        return []
    visible = set(titles.filter(pk__in=ids).order_by().values_list("pk", flat=True))
    return [pk for pk in ids if pk in visible]


def _by_audience(titles: TitleQuerySet, limit: int) -> list[int]:
    return list(titles.order_by("-popularity", "pk").values_list("pk", flat=True).distinct()[:limit])


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


def _past_typos(titles: TitleQuerySet, words: list[str], limit: int, viewer: Viewer) -> list[int]:
    """Match the words joined together, then with unknown words corrected; if none match, with any word corrected."""
    ids = _by_words(titles, [["".join(words)]], limit) if len(words) > 1 else []
    for only_unknown in (True, False):
        spellings = _spellings(words, only_unknown, viewer)
        if any(len(some) > 1 for some in spellings) and (only_unknown or not ids):
            ids += _by_words(titles, spellings, limit)
    return ids


def _spellings(words: list[str], only_unknown: bool, viewer: Viewer) -> list[list[str]]:
    """Return each word with its possible corrections; the last may be a prefix."""
    words_in_use = vocabulary(viewer)
    *whole, last = words
    spellings = [
        [word] if only_unknown and word in words_in_use.words else [word, *words_in_use.corrections(word, CORRECTIONS)]
        for word in whole
    ]
    if only_unknown and words_in_use.has_prefix(last):
        return [*spellings, [last]]
    return [*spellings, [last, *words_in_use.corrections(last, CORRECTIONS, as_prefix=True)]]
