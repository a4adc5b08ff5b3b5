"""The name by which a search found a title, when it isn't the one that is shown."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from rapidfuzz.distance import OSA

from catalog.models import Title, TitleName
from catalog.search.index import mistakes_allowed
from catalog.search.keys import CJK, search_key

WORD = re.compile(r"\w[\w'’]*")
NONE, TYPOS, INITIALS, WORDS, WITHIN, START, EXACT = range(7)  # how well a name matches, from not at all


def other_names(query: str, titles: Iterable[Title], shown: Mapping[int, str]) -> dict[int, SafeString]:
    """Return the matching names, with marked words, of the titles whose shown name doesn't match.

    shown: the name that the page shows, by title ID.
    """
    key = search_key(query)
    unclear = [title.pk for title in titles if key and match(key, search_key(shown[title.pk])) <= TYPOS]
    names: defaultdict[int, list[TitleName]] = defaultdict(list)
    for name in TitleName.objects.filter(title__in=unclear).order_by("pk") if unclear else ():
        names[name.title_id].append(name)
    best = {pk: max(some, key=lambda name: match(key, name.key)) for pk, some in names.items()}
    return {
        pk: marked(name.text, key)
        for pk, name in best.items()
        if match(key, name.key) > match(key, search_key(shown[pk]))
    }


def match(key: str, name: str) -> int:
    """Return how well a name's key matches a search's: a name that the search found is above NONE.

    >>> [match("attack on", name) for name in ("attack on titan", "titan on attack", "shingeki no kyojin")]
    [5, 3, 0]
    """
    words, of_name = key.split(), name.split()
    if key == name or not words:
        return EXACT
    if name.startswith(key):
        return START
    if "".join(words) in "".join(of_name) and (len(words) > 1 or CJK.search(key)):
        return WITHIN
    if all(_is_in(word, of_name) for word in words):
        return WORDS
    if key == "".join(word if word.isdigit() else word[0] for word in of_name):
        return INITIALS
    return TYPOS if all(any(_is_typo(word, other) for other in of_name) for word in words) else NONE


def marked(text: str, key: str) -> SafeString:
    """Return the text as HTML, with marks around the words that a search's key has."""
    words = key.split()
    if CJK.search(key) and (start := text.casefold().find(key)) >= 0:
        return _with_marks(text, [(start, start + len(key))])
    spans = [found.span() for found in WORD.finditer(text) if _matches(search_key(found[0]), words)]
    return _with_marks(text, spans)


def _matches(word: str, words: Sequence[str]) -> bool:
    return any(word.startswith(other) for other in words) or any(_is_typo(other, word) for other in words)


def _is_in(word: str, of_name: Sequence[str]) -> bool:
    return any(other.startswith(word) for other in of_name)


def _is_typo(word: str, other: str) -> bool:
    reach = mistakes_allowed(word)
    return (
        any(
            OSA.distance(word, part, score_cutoff=reach) <= reach
            for part in {other, other[: len(word)]}
            if word != part
        )
        or word == other
    )


def _with_marks(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    html, end = "", 0
    for start, stop in spans:
        html += f"{escape(text[end:start])}<mark>{escape(text[start:stop])}</mark>"
        end = stop
    return mark_safe(html + escape(text[end:]))
