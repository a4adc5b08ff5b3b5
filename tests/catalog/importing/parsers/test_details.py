"""What only a title's page shows: odd values are left out, and nothing leads anywhere but to https."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.importing.parsers import details
from catalog.importing.parsers.base import SourceStream, SourceTheme

CRUNCHYROLL = SourceStream("crunchyroll", "", "https://www.crunchyroll.com/moko")


@pytest.mark.parametrize(
    "url", ["https://www.crunchyroll.com/moko", "http://www.crunchyroll.com/moko", " https://www.crunchyroll.com/moko "]
)
def test_a_service_is_known_by_its_host_and_linked_by_https(url: str) -> None:
    assert details.stream(url) == CRUNCHYROLL


@pytest.mark.parametrize(
    "url",
    [
        None, 5, [], "", "crunchyroll.com", "javascript:alert(1)", "https://crunchyroll.com.evil.example/moko",
        "https://evilcrunchyroll.com/moko", "https://user:secret@crunchyroll.com/", "https://crunchyroll.com:8443/",
        "https://crunchyroll.com/\n\"><script>", "https://[broken", "https://gogo.example/", "ftp://crunchyroll.com/",
        "https://www.crunchyroll.com/" + "x" * 500,
    ],
)  # fmt: skip
def test_no_other_address_is_a_service(url: object) -> None:
    assert details.stream(url) is None


def test_names_alone_are_services_except_youtube_and_unlicensed_ones() -> None:
    found = details.named_streams(["iQ", "Netflix", "YouTube", "Amazon Prime Video", "Prime Video", "KissMoko"])

    assert [one.service for one in found] == ["iqiyi", "netflix", "prime-video"]


@pytest.mark.parametrize(
    ("text", "theme"),
    [
        ('#1: "Kumo" by Ame (eps 1-6)', SourceTheme("opening", 1, "Kumo", "Ame", "1-6")),
        (
            '1: "Kumo (雲)" by Ame feat. Kaze (ep 1, 3)',
            SourceTheme("opening", 1, "Kumo (雲)", "Ame feat. Kaze", "1, 3"),
        ),
        ('"Kumo" by Ame (Band)', SourceTheme("opening", None, "Kumo", "Ame (Band)")),
        ('"Kumo"', SourceTheme("opening", None, "Kumo")),
        ("Kumo, by Ame", SourceTheme("opening", None, "Kumo, by Ame")),
        ("", None),
        (7, None),
    ],
)
def test_a_song_is_read_from_its_line(text: object, theme: SourceTheme | None) -> None:
    assert details.theme("opening", text) == theme


@pytest.mark.parametrize(
    "value", [None, "", "abc", "abcdEFGH-_1/", "https://youtu.be/abcdEFGH-_1", 12345678901, "é" * 11]
)
def test_a_trailer_is_eleven_characters_and_nothing_else(value: object) -> None:
    assert details.youtube_id(value) is None


@pytest.mark.property
@given(st.text(), st.text(), st.text())
def test_any_link_that_is_kept_is_https(name: str, url: str, kind: str) -> None:
    assert all(one.url.startswith("https://") for one in (details.link(name, url, kind), details.stream(url)) if one)


@pytest.mark.property
@given(st.none() | st.integers() | st.floats() | st.text() | st.lists(st.integers()))
def test_a_rank_is_a_positive_number_or_nothing(value: object) -> None:
    found = details.positive(value)

    assert found is None or 0 < found <= 2_147_483_647


def test_the_counts_of_statuses_are_ours_whatever_the_sources_words() -> None:
    row = {"Watching": "5", "On-Hold": 4, "Plan to Watch": 2.0, "Dropped": 0, "Members": 900}

    assert details.status_counts(details.columns_of_statuses(row)) == {"watching": 5, "on_hold": 4, "planned": 2}
