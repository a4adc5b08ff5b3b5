"""The search index, derived from title names: keys, lexemes, and the vocabulary of all words.

A name of several words is also one lexeme without its spaces, so that "deathnote" finds "Death Note".
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cached_property, lru_cache

from django.db import connection
from rapidfuzz import process
from rapidfuzz.distance import OSA

from catalog.models import SearchWord, Title, TitleName
from catalog.models.titles import media_of
from catalog.search.keys import search_key
from catalog.versioning import catalogue_changed, catalogue_version
from catalog.viewers import Viewer

REFRESH_LEXEMES = """
    UPDATE catalog_title SET search_lexemes = array_to_tsvector(words.lexemes)
    FROM (
        SELECT title_id, array_agg(DISTINCT word) AS lexemes
        FROM catalog_titlename, unnest(string_to_array(key, ' ') || replace(key, ' ', '')) AS word
        WHERE word <> '' AND title_id = ANY(%s)
        GROUP BY title_id
    ) AS words
    WHERE catalog_title.id = words.title_id
"""
REFRESH_VOCABULARY = """
    INSERT INTO catalog_searchword (word, titles)
    SELECT word, ndoc FROM ts_stat(
        'SELECT search_lexemes FROM catalog_title WHERE search_lexemes IS NOT NULL AND medium = ''anime'''
    )
"""
# A title's words leave the vocabulary before its names change, and come back after.
FORGET_WORDS = """
    UPDATE catalog_searchword known SET titles = greatest(0, known.titles - gone.n)
    FROM (
        SELECT word, count(*) AS n FROM catalog_title, unnest(tsvector_to_array(search_lexemes)) AS word
        WHERE id = ANY(%s) AND medium = 'anime' GROUP BY word
    ) gone
    WHERE known.word = gone.word
"""
ADD_WORDS = """
    INSERT INTO catalog_searchword (word, titles)
    SELECT word, count(*) FROM catalog_title, unnest(tsvector_to_array(search_lexemes)) AS word
    WHERE id = ANY(%s) AND medium = 'anime' GROUP BY word
    ON CONFLICT (word) DO UPDATE SET titles = catalog_searchword.titles + excluded.titles
"""
# Other media have fewer titles and readers: their words are read when they are needed.
OTHER_WORDS = """
    SELECT DISTINCT unnest(tsvector_to_array(search_lexemes)) FROM catalog_title
    WHERE medium = ANY(%s) AND medium <> 'anime'
"""
MANY = 0.2  # share of the titles from which on the whole vocabulary is quicker


def index_titles(titles: Iterable[Title]) -> None:
    """Save the names in the titles' fields and index them, for titles changed outside an import.

    Other names, such as a field's previous value, become synonyms.
    """
    titles = list(titles)
    names = {(title.pk, name.key): name for title in titles for name in own_names(title)}
    TitleName.objects.filter(title__in=titles).update(kind=TitleName.Kind.SYNONYM)
    TitleName.objects.bulk_create(
        names.values(), update_conflicts=True, unique_fields=["title", "key"], update_fields=["kind", "text"]
    )
    refresh_lexemes(title.pk for title in titles)
    refresh_vocabulary()
    catalogue_changed()


def own_names(title: Title) -> list[TitleName]:
    """Return the names in the title's fields, without those whose key repeats an earlier one."""
    names: dict[str, TitleName] = {}
    for kind, text in (
        (TitleName.Kind.MAIN, title.name),
        (TitleName.Kind.ENGLISH, title.name_english),
        (TitleName.Kind.NATIVE, title.name_native),
    ):
        if text:
            key = search_key(text)
            names.setdefault(key, TitleName(title_id=title.pk, kind=kind, text=text, key=key))
    return list(names.values())


def refresh_lexemes(title_ids: Iterable[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_LEXEMES, [list(title_ids)])


def refresh_words(title_ids: Collection[int]) -> None:
    """Bring lexemes and vocabulary up to date with the names of these titles."""
    if len(title_ids) > MANY * Title.objects.count():
        refresh_lexemes(title_ids)
        refresh_vocabulary()
        return
    with connection.cursor() as cursor:
        cursor.execute(FORGET_WORDS, [list(title_ids)])
        refresh_lexemes(title_ids)
        cursor.execute(ADD_WORDS, [list(title_ids)])
    SearchWord.objects.filter(titles=0).delete()


def refresh_vocabulary() -> None:
    SearchWord.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_VOCABULARY)


class Vocabulary:
    """The words in title names, with corrections for misspelt words."""

    def __init__(self, words: Collection[str]) -> None:
        self.words = frozenset(words)
        self._by_length: defaultdict[int, list[str]] = defaultdict(list)
        for word in self.words:
            self._by_length[len(word)].append(word)
        self._prefixes = lru_cache(maxsize=16)(self._prefixes_of)

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.words)

    def has_prefix(self, prefix: str) -> bool:
        place = bisect_left(self._sorted, prefix)
        return place < len(self._sorted) and self._sorted[place].startswith(prefix)

    def corrections(self, word: str, limit: int, *, as_prefix: bool = False) -> list[str]:
        """Return the nearest words, nearest first; with `as_prefix`, also prefixes of longer words."""
        reach = mistakes_allowed(word)
        if not reach:
            return []
        lengths = range(len(word) - reach, len(word) + reach + 1)
        pools: list[Iterable[str]] = [[one for length in lengths for one in self._by_length.get(length, ())]]
        if as_prefix:
            pools.append(self._prefixes(len(word)))
        matches = [
            (distance, text)
            for pool in pools
            for text, distance, _ in process.extract(
                word,
                pool,
                scorer=OSA.distance,  # type: ignore[arg-type]
                processor=None,
                score_cutoff=reach,
                limit=limit,
            )
        ]
        return list(dict.fromkeys(text for _, text in sorted(matches)))[:limit]

    def _prefixes_of(self, length: int) -> list[str]:
        return list({word[:length] for size, words in self._by_length.items() if size > length for word in words})


def mistakes_allowed(word: str) -> int:
    """Return the number of allowed typos."""
    return 0 if len(word) < 3 else 1 if len(word) < 6 else 2


@lru_cache(maxsize=4)
def _vocabulary_of(version: str, media: tuple[str, ...]) -> Vocabulary:
    words = set(SearchWord.objects.values_list("word", flat=True))
    if len(media) > 1:
        with connection.cursor() as cursor:
            cursor.execute(OTHER_WORDS, [list(media)])
            words |= {word for (word,) in cursor.fetchall()}
    return Vocabulary(words)


def vocabulary(viewer: Viewer = None) -> Vocabulary:
    """Return the words in the names of titles of the viewer's media."""
    return _vocabulary_of(catalogue_version(), tuple(media_of(viewer)))
