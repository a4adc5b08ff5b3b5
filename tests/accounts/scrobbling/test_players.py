"""Reports of media servers become an event, or are refused by the name of a field."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.scrobbling.players import IgnoredError, NotAnEventError, Watched, parse, read
from tests.accounts.scrobbling.reports import emby, jellyfin, plex

EPISODE = Watched("ada", "Quiet Harbour", 1, 3)


@pytest.mark.parametrize(
    "report",
    [
        plex(), jellyfin(), emby(), emby("item.markplayed", {}),
        jellyfin(PlayedToCompletion="True", SeasonNumber="1", EpisodeNumber="03"),
        emby(info={"PositionTicks": 91}, RunTimeTicks=100),
        plex(guid="plex://episode/5d9c", Guid=[{"id": "tvdb://1"}], grandparentGuid="plex://show/5d9c"),
        jellyfin(Provider_anidb="238801", Provider_tvdb="1", Provider_imdb="tt0000001"),
        emby(ProviderIds={"AniDB": "238801", "Imdb": "tt0000001"}),
    ],
)  # fmt: skip
def test_a_finished_episode(report):
    assert read(report) == EPISODE


@pytest.mark.parametrize(
    ("report", "ids"),
    [
        (plex(grandparentGuid="com.plexapp.agents.hama://anidb-69?lang=en"), {"anidb": "69"}),
        (plex(guid="com.plexapp.agents.hama://anidb4-69/1/3?lang=en"), {"anidb": "69"}),
        (plex(grandparentGuid="com.plexapp.agents.hama://tvdb-69?lang=en"), {}),
        (
            jellyfin(Provider_anilist="21", Provider_myanimelist="22", Provider_kitsu="x"),
            {"anilist": "21", "mal": "22"},
        ),
        (jellyfin(ItemType="Movie", Provider_anidb="69"), {"anidb": "69"}),
        (emby(ProviderIds={"AniList": "21"}), {"anilist": "21"}),
        (emby(ProviderIds=None), {}),
    ],
)
def test_ids_of_the_show_but_not_of_the_episode(report, ids):
    assert read(report).ids == ids


@pytest.mark.parametrize(
    "report",
    [
        plex(type="movie", title="Fog", year=1999), jellyfin(ItemType="Movie", Year="1999"),
        emby(Type="Movie", ProductionYear=1999),
    ],
)  # fmt: skip
def test_a_film(report):
    film = read(report)
    assert (film.name, film.is_film, film.season, film.year) == ("Fog", True, None, 1999)


@pytest.mark.parametrize(
    "report",
    [
        {**plex(), "event": "media.play"}, plex(type="track"), jellyfin(NotificationType="ItemAdded"),
        jellyfin(PlayedToCompletion=False), jellyfin(ItemType="Audio"), emby("playback.start"),
        emby("system.notificationtest"), emby(info={"PlayedToCompletion": False}), emby(info={}, RunTimeTicks=100),
        emby(info={"PositionTicks": 89}, RunTimeTicks=100), emby(info={"PositionTicks": 0}, RunTimeTicks=0),
        {"Event": "system.notificationtest"},
    ],
)  # fmt: skip
def test_other_events_are_ignored(report):
    with pytest.raises(IgnoredError):
        read(report)


@pytest.mark.parametrize(
    ("report", "field"),
    [
        ({**plex(), "Account": None}, "Account"), ({**plex(), "Account": {"title": " "}}, "account name"),
        (plex(index="three"), "index"), (plex(index=True), "index"), (plex(index=-1), "index"),
        (plex(index=10_000), "index"), (plex(parentIndex=1.5), "parentIndex"),
        (plex(grandparentTitle="\0"), "grandparentTitle"),
        (jellyfin(SeriesName=None), "SeriesName"), (jellyfin(NotificationUsername=""), "account name"),
        (jellyfin(EpisodeNumber="²"), "EpisodeNumber"), ({**emby(), "Item": []}, "Item"), ({"x": 1}, ""), ([], ""),
    ],
)  # fmt: skip
def test_an_unreadable_field_is_named(report, field):
    with pytest.raises(NotAnEventError) as error:
        read(report)
    assert error.value.field == field
    assert field in str(error.value)


@pytest.mark.parametrize("text", ["", "{", b"\xff", "[" * 100_000, "9" * 5_000])
def test_what_is_no_json_is_refused(text):
    with pytest.raises(NotAnEventError, match="valid JSON"):
        parse(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda part: st.lists(part) | st.dictionaries(st.text(), part),
)
FIELDS = st.sampled_from(
    [
        *("event", "Event", "NotificationType", "Account", "Metadata", "Item", "User", "PlaybackInfo", "ItemType"),
        *("PlayedToCompletion", "SeriesName", "SeasonNumber", "EpisodeNumber", "Year", "Provider_mal", "ProviderIds"),
    ]
)


@given(st.sampled_from([plex, jellyfin, emby]), st.dictionaries(FIELDS, JSON), st.dictionaries(FIELDS, JSON))
def test_any_report_is_an_event_or_a_named_refusal(make, changes, item):
    report = {**make(**({} if make is emby else item)), **changes}
    try:
        watched = parse(json.dumps(report))
    except (NotAnEventError, IgnoredError):
        return
    text = watched.account + watched.name
    assert "\0" not in text
    assert text.encode()
    assert watched.account
    assert watched.name
    assert watched.is_film or (0 <= watched.season <= 9_999 and 0 <= watched.episode <= 9_999)


@given(JSON)
def test_any_json_without_a_players_fields_is_refused(report):
    with pytest.raises(NotAnEventError, match="The report"):
        parse(json.dumps(report))
