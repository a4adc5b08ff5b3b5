"""Group titles by name alone, such as "Haikyuu!!", "Haikyuu!! Second Season" and "Haikyuu!! Movie 1: …".

A shorter name may end at a *cut* (a colon, "2nd Season", "Movie" …), where the rest is clearly an addition, or at a
space, where the rest may make it another story ("Monster Musume"), so only longer beginnings count there.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from catalog.search.keys import search_key

ORDINALS = "first|second|third|fourth|fifth|sixth|final|last|new|extra|1st|2nd|3rd|[4-9]th|1\\dth"
ADDITIONS = (
    rf"the animation|the movie|movies?|film|gekijou-?ban|ovas?|onas?|oads?|oav|specials?|special edition|tv|"
    rf"picture drama|"
    rf"recaps?|pilot|gaiden|episode|season|part|cour|act|chapter|(?:{ORDINALS}) (?:season|series|stage|part|"
    rf"act|chapter|gig|movie)|"
    rf"second|third|final|prologue|epilogue|mini anime|short anime|summary|digest|shippuuden|kanketsu-hen|x|vs\.?"
)
CUT = re.compile(
    rf"(?<=[!?])\s|\s*[:：;](?=\s)|\s+[-–—~～](?=\s?\S)|[~～]|\s*[(\[「『]|\s+(?:{ADDITIONS})(?![\w'])|\s+(?:\d{{1,2}}|[IVX]{{1,5}})(?=$|[\s:.!])",
    re.IGNORECASE,
)
SPACE = re.compile(r"\s+")
PARENTHESES = re.compile(r"\s*\((?:TV|OVA|ONA|Movie|Special|\d{4})\)|\s+(?:the animation|TV)$", re.IGNORECASE)
LEADING = re.compile(r"^(?:zoku|shin|gekijou-?ban|eiga|new|tokubetsu-hen)[:\s]+(?=\S{3})", re.IGNORECASE)
PARTICLES = frozenset({"no", "ni", "wo", "ga", "wa", "to", "de", "e", "mo", "of", "the", "and"})
TINY = 2  # letters: "K", "I's"
LONG_WORDS, LONG_LETTERS = 2, 8  # beginnings this long rarely belong to another story by accident


@dataclass(frozen=True)
class Stems:
    """Keys of the whole name and of its possible shorter names, longest first."""

    whole: str
    at_cuts: tuple[str, ...]
    at_spaces: tuple[str, ...]


def stems(name: str) -> Stems:
    bare = PARENTHESES.sub("", name) or name
    variants = list(dict.fromkeys([bare, LEADING.sub("", bare)]))
    cuts = [key for text in variants for key in _beginnings(CUT, text)]
    cuts += [search_key(text) for text in variants[1:]]
    spaces = [key for key in _beginnings(SPACE, bare) if is_distinctive(key)]
    return Stems(search_key(bare), tuple(dict.fromkeys(cuts)), tuple(dict.fromkeys(spaces)))


def _beginnings(pattern: re.Pattern[str], text: str) -> list[str]:
    keys = [search_key(text[: cut.start()]) for cut in pattern.finditer(text) if cut.start()]
    return [key for key in reversed(keys) if any(letter.isalnum() for letter in key)]


def is_long(key: str) -> bool:
    words = key.split()
    return len(words) >= LONG_WORDS and sum(map(len, words)) >= LONG_LETTERS


def is_distinctive(key: str) -> bool:
    return is_long(key) or len(key) >= LONG_LETTERS


def goes_on(beginning: str, whole: str) -> bool:
    """Return whether a particle joins the rest to the start: "Kimi to Boku | no Senjou", "Bokura no | Nanokakan"."""
    words = beginning.split()
    following = whole.removeprefix(beginning).split()
    is_cut_off = len(words) <= LONG_WORDS and words[-1] in PARTICLES
    return is_cut_off or bool(following and following[0] in PARTICLES)


def names_agree(one: Iterable[str], other: Iterable[str]) -> bool:
    """Return whether the names share a start of at least one long word."""
    return bool(_openings(one) & _openings(other))


def _openings(names: Iterable[str]) -> set[str]:
    return {word for name in names for word in search_key(name).split()[:1] if len(word) >= 4}


def linked_by_name(
    names: Iterable[tuple[int, str]],
    translated: Iterable[tuple[int, str]] = (),
    confirm: Callable[[int, int], bool] = lambda head, title: False,
) -> Iterator[tuple[int, int]]:
    """Yield pairs of related title ids, from (title id, name) of all titles.

    Translated names are shorter and more generic ("Love"), and a single word before a space may be any word. Both count
    only if long, or if `confirm(head, title)` is true ("Noragami Aragoto", but not "Mononoke Hime").
    """
    entries = [(title_id, stems(name), False) for title_id, name in names]
    entries += [(title_id, stem, True) for title_id, name in translated if is_distinctive((stem := stems(name)).whole)]
    heads: defaultdict[str, list[int]] = defaultdict(list)
    for title_id, stem, _ in entries:
        heads[stem.whole].append(title_id)
    shared: defaultdict[str, list[int]] = defaultdict(list)
    for title_id, stem, is_translated in entries:
        for key in stem.at_cuts:
            is_clear = is_distinctive(key) or (len(key) > TINY and not is_translated)
            if is_clear or _head(heads, key, title_id, confirm):
                shared[key].append(title_id)
        for key in stem.at_spaces:
            is_clear = is_long(key) and not goes_on(key, stem.whole)
            head = heads[key][0] if is_clear and key in heads else _head(heads, key, title_id, confirm)
            if head:
                yield head, title_id
                break
    for title_ids in heads.values():
        yield from pairwise(title_ids)
    for key, title_ids in shared.items():
        if key in heads:
            yield from ((heads[key][0], title_id) for title_id in title_ids)
        elif is_distinctive(key):
            yield from pairwise(title_ids)


def _head(heads: dict[str, list[int]], key: str, title_id: int, confirm: Callable[[int, int], bool]) -> int | None:
    return next((head for head in heads.get(key, ()) if confirm(head, title_id)), None)
