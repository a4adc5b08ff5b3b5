"""One odd value costs its field, one odd row itself; bytes that are no answer cost a sentence, never an exception."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import fields
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.parsers.base import RejectedRow, SourceTitle
from catalog.importing.parsers.services import anidb, anilist, id_map, jikan, kitsu, myanimelist, shikimori
from catalog.importing.parsers.services.answers import Answer, AnswerError
from tests.catalog.importing.parsers import samples

Parse = Callable[[bytes], Answer]
SERVICES: dict[str, tuple[dict[str, Any], Callable[..., bytes], Parse]] = {
    "myanimelist": (samples.MAL_NODE, samples.mal_list, myanimelist.parse_list),
    "anilist": (samples.ANILIST_MEDIA, samples.anilist_page, anilist.parse_media),
    "jikan": (samples.JIKAN_TITLE, samples.jikan_list, lambda body: jikan.parse_titles(body, "https://j.example")),
    "kitsu": (samples.KITSU_ATTRIBUTES, samples.kitsu_list, kitsu.parse_titles),
    "shikimori": (samples.SHIKIMORI_TITLE, samples.shikimori_list, shikimori.parse_titles),
}
PARSERS: list[Parse] = [
    *(parse for _, _, parse in SERVICES.values()),
    myanimelist.parse_details,
    anilist.parse_airing,
    lambda body: Answer(tuple(anidb.parse_titles(BytesIO(body)))),
    lambda body: Answer(tuple(id_map.parse(BytesIO(body)))),
]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
odd_values = json_values | st.sampled_from(
    ["x" * 400, "0", "-1", -1, 10**30, 1e300, "9" * 500, "?", "N/A", "\x00", "\ud800", "1e5", [None], [[]], {"id": {}}]
)


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value inside `value`."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield (*path, key)
        yield from paths(one, (*path, key))


IDS, IGNORED = [("id",), ("mal_id",), ("malId",)], {"external_ids": {}}
PATHS = [(service, path) for service, (row, _, _) in SERVICES.items() for path in paths(row)]


def changed(row: dict[str, Any], path: tuple[Any, ...], value: Any) -> dict[str, Any]:
    row = deepcopy(row)
    place: Any = row
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return row


def fields_of(title: SourceTitle) -> dict[str, Any]:
    return {field.name: getattr(title, field.name) for field in fields(title) if field.name not in ("row", "source")}


def one_row(answer: Answer) -> SourceTitle | RejectedRow:
    [row] = answer.rows
    return row


@pytest.mark.property
@given(st.sampled_from(PATHS), odd_values)
def test_any_value_in_any_place_costs_no_more_than_what_is_read_there(
    place: tuple[str, tuple[Any, ...]], value: Any
) -> None:
    """The row keeps what it has with nothing in that place. Only without a valid id it is refused."""
    service, path = place
    row, wrapped, parse = SERVICES[service]

    odd, whole, without = (
        one_row(parse(wrapped(one))) for one in (changed(row, path, value), row, changed(row, path, None))
    )

    if isinstance(without, RejectedRow):
        assert path in IDS
        assert isinstance(odd, RejectedRow) or fields_of(odd) | IGNORED == fields_of(whole) | IGNORED
        return
    assert isinstance(odd, SourceTitle)
    unaffected = {name for name, value in fields_of(without).items() if value == fields_of(whole)[name]}
    assert {name: fields_of(odd)[name] for name in unaffected} == {name: fields_of(whole)[name] for name in unaffected}


DOCUMENTS = {service: json.loads(wrapped(row)) for service, (row, wrapped, _) in SERVICES.items()}


@pytest.mark.property
@pytest.mark.parametrize("service", SERVICES)
@given(data=st.data(), value=odd_values)
def test_any_value_around_the_titles_is_parsed_or_refused_with_a_sentence(
    service: str, data: st.DataObject, value: Any
) -> None:
    document = DOCUMENTS[service]
    body = json.dumps(changed(document, data.draw(st.sampled_from(list(paths(document)))), value)).encode()

    assert (sentence := refusal(SERVICES[service][2], body)) is None or sentence.isprintable()


@pytest.mark.property
@given(st.sampled_from(list(SERVICES)), odd_values)
def test_an_odd_row_leaves_the_others(service: str, value: Any) -> None:
    row, wrapped, parse = SERVICES[service]

    first, *_, last = parse(wrapped(row, value, row)).rows

    assert isinstance(first, SourceTitle)
    assert isinstance(last, SourceTitle)


@pytest.mark.property
@pytest.mark.parametrize("parse", PARSERS)
@given(body=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_parsed_or_refused_with_a_sentence(parse: Parse, body: bytes) -> None:
    assert (sentence := refusal(parse, body)) is None or sentence.isprintable()


def refusal(parse: Parse, body: bytes) -> str | None:
    """Return the sentence that refuses the bytes; None if they are parsed. Anything else is raised."""
    try:
        parse(body)
    except AnswerError as error:
        return str(error)
    return None


@pytest.mark.property
@pytest.mark.parametrize("service", SERVICES)
@given(data=st.data())
def test_a_truncated_answer_is_refused(service: str, data: st.DataObject) -> None:
    row, wrapped, parse = SERVICES[service]
    body = wrapped(row)

    with pytest.raises(AnswerError, match="instead of JSON"):
        parse(body[: data.draw(st.integers(0, len(body) - 1))])


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"", "an empty page"),
        (b"<html><title>Just a moment...</title>", "the web page “Just a moment...”, perhaps of a firewall,"),
        (b'{"data": [', "broken or truncated data"),
        (b"[" * 100_000, "broken or truncated data"),
    ],
)
def test_what_came_instead_of_an_answer_is_named(body: bytes, found: str) -> None:
    with pytest.raises(AnswerError) as error:
        myanimelist.parse_list(body)

    assert str(error.value) == f"MyAnimeList answered with {found} instead of JSON"


def test_words_of_a_service_are_quoted_on_one_line_without_control_characters() -> None:
    body = samples.encoded({"error": "x", "message": "No\x1b[31m\nsuch\x00 season " + "x" * 1000})

    with pytest.raises(AnswerError) as error:
        myanimelist.parse_list(body)

    assert str(error.value).startswith("MyAnimeList answered with an error: No [31m such season xxx")
    assert len(str(error.value)) == 300


def test_what_is_left_out_is_remarked_on() -> None:
    node = samples.MAL_NODE | {"num_episodes": 99_999, "media_type": "opera", "mean": "high", "status": ["airing"]}

    answer = myanimelist.parse_list(samples.mal_list(samples.MAL_NODE, node))

    assert answer.remarks == (
        "row 2, media_type: type: 'opera' is not a type we know",
        "row 2, status: a list was not expected",
        "row 2, mean: score: 'high' is not a number",
        "row 2, episodes: 99999 is not between 0 and 32767",
    )
    assert answer.rows[1].members == 900


def test_a_row_without_an_id_is_refused() -> None:
    assert myanimelist.parse_list(samples.mal_list({"id": "x", "title": "Kumo"}, None)).rows == (
        RejectedRow(1, "the id is missing"),
        RejectedRow(2, "a title was expected, found nothing"),
    )
