from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anirec.lib.partial_dates import PartialDate
from catalog.importing.parsers.base import SourceCredit, SourceRelation, SourceTag, SourceTheme, SourceTitle
from catalog.importing.parsers.pages import SITES, parse_page
from catalog.importing.parsers.pages.anidb import dates, kind_and_episodes
from catalog.importing.parsers.services.answers import AnswerError
from tests.catalog.shared import shared_file

COMMON = {"row": 1, "name": "Mokomoko", "name_english": "Fluffy", "name_native": "もこもこ"}
COMEDY, SCHOOL = SourceTag("Comedy", "genre"), SourceTag("School", "theme")
MYANIMELIST = """<title>Mokomoko - MyAnimeList.net</title>
<link rel="canonical" href="https://myanimelist.net/anime/1/Mokomoko">
<h1 class="title-name">Mokomoko</h1><p itemprop="description">A cloud &amp; a <b>school</b>.<br>The end.</p>
<div itemprop="image" content="https://img.example/1.jpg"></div>
<span itemprop="ratingValue"> 7.33 </span><span itemprop="ratingCount" style="display: none">441</span> 441 users
<table>
<tr><td class="list-title">Alternative<br>Titles</td><td><span itemprop="name">Mokomoko</span>
<span>English</span><br>Fluffy<br><span>German</span><br>Wolkig<br><span>Synonyms</span><br>Moko; Cloud, The<br>
<span>Japanese</span><br>もこもこ<br></td></tr>
<tr><td class="list-title">Type</td><td><a>TV</a></td></tr><tr><td class="list-title">Episodes</td><td>Unknown</td></tr>
<tr><td class="list-title">Status</td><td>Currently Airing</td></tr>
<tr><td class="list-title">Aired</td><td>Apr 6, 2019 to ?</td></tr>
<tr><td class="list-title">Premiered</td><td><a>Spring 2019</a></td></tr>
<tr><td class="list-title">Broadcast</td><td>Saturdays at 23:30 (JST)</td></tr>
<tr><td class="list-title">Studios</td><td><a>Studio Kumo</a>, <a>Ame, Works</a></td></tr>
<tr><td class="list-title">Source</td><td>Manga</td></tr><tr><td class="list-title">Duration</td><td>24 min.</td></tr>
<tr><td class="list-title">Genre</td><td>
<span itemprop="genre" style="display: none">Comedy</span><a>Comedy</a></td></tr>
<tr><td class="list-title">Rating</td><td>G - All Ages</td></tr></table>
<div class="anime-detail-related-entries"><a class="thumb" href="/manga/9/M"></a>
<div class="text">Adaptation</div></div>
<div class="anime-detail-related-entries"><a class="thumb" href="/anime/2/M"></a><div class="text">Sequel</div></div>
<table class="entries-table"><tr><td>Side Story</td><td><a href="https://myanimelist.net/anime/3/M">M</a></td></tr></table>
<table><tr><td class="ar">Ranked</td><td>#152<sup>**</sup></td></tr>
<tr><td class="ar">Popularity</td><td>#6</td></tr></table>
<div class="slider anime-detail-actors"><h3 class="name">Mofu, Moko</h3><span class="name">Sora, Aki</span></div>
<div class="slider anime-detail-staff"><span class="role">Director</span><a class="title">Kaze, Haru</a></div>
<span class="theme-songs-op">Opening</span><div><div><table><tr><td></td><td>Music shop</td></tr></table></div>
<table><tr><td></td><td>1:&nbsp;<a>"Kumo"</a>&nbsp;by Ame&nbsp;(eps 1-6)</td></tr></table></div>
"""
ANIDB = """<link rel="canonical" href="https://anidb.net/anime/3"><div itemprop="description">A cloud.</div>
<img itemprop="image" src="https://img.example/3.jpg">
<div id="tab_1_pane"><table>
<tr class="romaji"><td class="value"><span itemprop="name">Mokomoko</span>
<meta itemprop="isFamilyFriendly" content="false"></td></tr>
<tr class="type"><td class="value">TV Series, unknown number of episodes</td></tr>
<tr class="year"><td class="value">??.04.2019 until ?</td></tr>
<tr class="season"><td class="value">Spring 2019</td></tr>
<tr class="tags"><td class="value"><span class="tagname">manga</span>, <span class="tagname">comedy</span></td></tr>
<tr class="resources"><td><a href="https://myanimelist.net/anime/1">MAL</a></td></tr>
<tr class="rating"><td><span itemprop="ratingValue">6.88</span>
<span itemprop="ratingCount" content="351">(351)</span></td></tr></table></div>
<div id="tab_2_pane"><table>
<tr class="official"><td><span class="icons">en</span><label itemprop="alternateName">Fluffy</label></td></tr>
<tr class="official"><td><span class="icons">ja</span><label itemprop="alternateName">もこもこ</label></td></tr>
<tr class="syn"><td class="value">Moko, Wolkig</td></tr></table></div>
<table id="staffoverview"><tr><td class="credit">Animation Work:</td>
<td class="creator"><a>Studio Kumo</a></td></tr></table>
<div id="relations_direct"><div class="stripe"><div class="name"><a href="/anime/4">M 2</a></div>
<div class="info"><div class="type">Sequel </div></div></div></div>
"""
ANISEARCH = """<link rel="canonical" href="https://www.anisearch.com/anime/7,mokomoko">
<script type="application/ld+json">{"@type": "BreadcrumbList"}</script>
<script type="application/ld+json">{"@type": "TVSeries", "name": "Mokomoko", "numberOfEpisodes": "12",
"image": "https://img.example/7.webp", "startDate": "2019-04-03", "endDate": "2019-06",
"aggregateRating": {"ratingValue": "4.5", "ratingCount": "90", "bestRating": "5"}, "genre": ["Comedy"]}</script>
<section id="information"><ul class="infoblock"><li>
<div class="title" lang="ja"><strong>Mokomoko</strong> <div class="grey">もこもこ</div></div>
<div class="type"><span>Type:</span> TV-Series, 12 (~<time>24 min</time>)</div>
<div class="status"><span>Status:</span> Completed</div><div class="company"><a>Studio Kumo</a></div>
<div class="adapted"><span>Adapted From:</span> Light Novel</div></li>
<li><div class="title" lang="en"><strong>Fluffy</strong></div><div class="status">Status: Ongoing</div></li>
<li class="hidden"><div class="title" lang="de"><strong>Wolkig</strong></div></li>
<li><div class="synonyms"><span>Synonyms:</span> Moko, <i>M.</i></div></li></ul></section>
<section id="description"><div lang="en">A <a>cloud</a>.<i class="hidden"><br>Source: nobody</i></div>
<div lang="de">Eine Wolke.</div><ul class="cloud"><li><a>School</a></li></ul></section>
<section id="relations2"><ul><li><a href="anime/8,m-2">M 2</a><span>Anime: Sequel</span></li>
<li><a href="manga/9,m">M</a><span>Manga: Original Work</span></li></ul></section>
"""
LIVECHART = """<meta property="og:url" content="https://www.livechart.me/anime/5">
<script type="application/ld+json">{"@type": "TVSeries", "name": "Mokomoko", "description": "A cloud &#39;n&#39; rain.",
"numberOfEpisodes": null, "datePublished": "2019-04-03", "alternateName": ["Moko"], "genre": ["Comedy", "School"],
"image": "https://img.example/5.jpg", "productionCompany": [{"name": "Studio Kumo"}],
"aggregateRating": {"ratingCount": 90, "ratingValue": "7.50"}}</script>
<div data-controller="anime-details" data-anime-details-romaji-title="Mokomoko"
data-anime-details-english-title="Fluffy">
<div><div class="font-bold">Original title</div>もこもこ</div><div><div class="font-bold">Status</div>Releasing</div>
<div><div class="font-bold">Season</div><a>Spring 2019</a></div><div><div class="text-xs">Format</div>TV Short</div>
<div><div class="text-xs">Source</div><a>Manga</a></div><div><div class="text-xs">Run time</div>1h 2m</div></div>
<div data-countdown-bar-timestamp="1787842800"><div class="text-2xl">EP8</div></div>
<article data-compact-anime-card-id="6">M 2</article>
"""


def title(site: str, html: str) -> SourceTitle:
    return parse_page(site, html.encode())


def test_a_page_of_myanimelist() -> None:
    assert title("myanimelist-page", MYANIMELIST) == SourceTitle(
        **COMMON, source="myanimelist-page", external_ids={"mal": "1"}, synonyms=("Moko", "Cloud, The", "Wolkig"),
        format="tv", status="airing", started_on=PartialDate(2019, 4, 6), season="spring", season_year=2019,
        broadcast_day=6, broadcast_time=time(23, 30), episode_seconds=1440, source_material="manga", age_rating="g",
        is_adult=False, score=7.33, scored_by=441, synopsis="A cloud & a school.\nThe end.",
        cover_url="https://img.example/1.jpg", tags=(COMEDY,), studios=("Studio Kumo", "Ame, Works"),
        relations=(SourceRelation("mal", "2", "sequel"), SourceRelation("mal", "3", "side_story")),
        credits=(
            SourceCredit("staff", "Haru Kaze", "Director"),
            SourceCredit("cast", "Aki Sora", "main", "Moko Mofu", "Japanese"),
        ),
        themes=(SourceTheme("opening", 1, "Kumo", "Ame", "1-6"),), ranks={"score": 152, "members": 6},
    )  # fmt: skip


def test_a_page_of_anidb() -> None:
    assert title("anidb-page", ANIDB) == SourceTitle(
        **COMMON, source="anidb-page", external_ids={"anidb": "3", "mal": "1"}, synonyms=("Moko", "Wolkig"),
        format="tv", started_on=PartialDate(2019, 4), season="spring", season_year=2019, source_material="manga",
        is_adult=True, score=6.88, scored_by=351, synopsis="A cloud.", cover_url="https://img.example/3.jpg",
        tags=(COMEDY,), studios=("Studio Kumo",), relations=(SourceRelation("anidb", "4", "sequel"),),
    )  # fmt: skip


def test_a_page_of_anisearch() -> None:
    assert title("anisearch-page", ANISEARCH) == SourceTitle(
        **COMMON, source="anisearch-page", external_ids={"anisearch": "7"}, synonyms=("Wolkig", "Moko", "M."),
        format="tv", status="finished", episodes=12, episode_seconds=1440, started_on=PartialDate(2019, 4, 3),
        ended_on=PartialDate(2019, 6), source_material="light_novel", score=9.0, scored_by=90, synopsis="A cloud.",
        cover_url="https://img.example/7.webp", tags=(COMEDY, SCHOOL), studios=("Studio Kumo",),
        relations=(SourceRelation("anisearch", "8", "sequel"),),
    )  # fmt: skip


def test_a_page_of_livechart() -> None:
    assert title("https://www.livechart.me/anime/5", LIVECHART) == SourceTitle(
        **COMMON, source="livechart-page", external_ids={"livechart": "5"}, synonyms=("Moko",), format="tv_short",
        status="airing", episode_seconds=3720, started_on=PartialDate(2019, 4, 3), season="spring", season_year=2019,
        source_material="manga", score=7.5, scored_by=90, next_airing_at=datetime(2026, 8, 27, 15, 0, tzinfo=UTC),
        next_episode=8, synopsis="A cloud 'n' rain.", cover_url="https://img.example/5.jpg", tags=(COMEDY, SCHOOL),
        studios=("Studio Kumo",), relations=(SourceRelation("livechart", "6", "related"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("TV Series, 26 episodes", ("TV Series", 26)), ("Movie, 3 movies", ("Movie", 3)), ("OVA", ("OVA", 1)),
        ("Web, unknown number of episodes", ("Web", None)),
    ],
)  # fmt: skip
def test_episodes_of_anidb(text: str, found: tuple[str, int | None]) -> None:
    assert kind_and_episodes(text) == found


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("23.08.2014 until 06.02.2016", "2014-08-23", "2016-02-06"), ("??.07.2007", "2007-07", "2007-07"),
        ("2014 until ?", "2014", None), ("?", None, None), ("??.??.2007", "2007", "2007"),
    ],
)  # fmt: skip
def test_dates_of_anidb(text: str, first: str | None, last: str | None) -> None:
    assert dates(text) == tuple(PartialDate.parse(day) if day else None for day in (first, last))


@pytest.mark.parametrize(
    ("site", "html", "sentence"),
    [
        ("https://kumo.example/anime/1", MYANIMELIST, "no parser reads pages of https://kumo.example/anime/1"),
        (
            "anidb-page",
            "<title>Just a moment...</title>",
            "AniDB's page “Just a moment...” isn't the page of one anime",
        ),
        ("myanimelist-page", MYANIMELIST.replace("/anime/1/", "/manga/1/"), "isn't the page of one anime"),
        ("livechart-page", "", "LiveChart's page “” isn't the page of one anime"),
        ("anidb-page", ANIDB.replace("https://anidb.net", "https://["), "isn't the page of one anime"),
    ],
)
def test_another_page_is_refused_with_a_sentence(site: str, html: str, sentence: str) -> None:
    with pytest.raises(AnswerError) as error:
        title(site, html)

    assert sentence in str(error.value)


def test_a_malformed_link_costs_only_itself() -> None:
    page = title("myanimelist-page", MYANIMELIST.replace("https://myanimelist.net/anime/3/M", "https://["))

    assert page.relations == (SourceRelation("mal", "2", "sequel"),)


PAGES = dict(zip(SITES, (MYANIMELIST, ANIDB, ANISEARCH, LIVECHART), strict=True))


@pytest.mark.property
@pytest.mark.parametrize("site", PAGES)
@given(data=st.data())
def test_a_page_that_is_cut_or_garbled_anywhere_is_parsed_or_refused(site: str, data: st.DataObject) -> None:
    body = PAGES[site].encode()
    place = data.draw(st.integers(0, len(body)))
    garbled = body[:place] + data.draw(st.binary(max_size=8)) + body[data.draw(st.integers(place, len(body))) :]

    assert title_or_sentence(site, garbled)


def title_or_sentence(site: str, body: bytes) -> SourceTitle | str:
    try:
        return parse_page(site, body)
    except AnswerError as error:
        return str(error)


def recorded(name: str) -> SourceTitle:
    """Return the title of a page as a reader gets it."""
    body = shared_file(f"recorded/{name}").read_bytes()
    return parse_page({"mal": "myanimelist"}.get(name.partition("_")[0], name.partition("_")[0]) + "-page", body)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mal_html/anime_season__spring.html", {
            "external_ids": {"mal": "38000"}, "name": "Kimetsu no Yaiba", "name_native": "鬼滅の刃",
            "name_english": "Demon Slayer: Kimetsu no Yaiba", "episodes": 26, "episode_seconds": 1380,
            "ended_on": PartialDate(2019, 9, 28), "score": 8.46, "scored_by": 2_100_562, "age_rating": "r_17",
            "score_counts": [6272, 2422, 4539, 11134, 32977, 80115, 267554, 583530, 619219, 492801],
            "relations": tuple(SourceRelation("mal", value, kind) for value, kind in (
                ("40456", "sequel"), ("49926", "sequel"), ("48861", "related"), ("47398", "related"))),
        }),
        ("mal_html/type__movie.html", {
            "format": "movie", "episodes": 1, "episode_seconds": 7800, "started_on": PartialDate(2016, 9, 17),
            "ended_on": PartialDate(2016, 9, 17), "broadcast_day": None, "season": None, "name_native": "聲の形",
            "synonyms": ("The Shape of Voice", "Una Voz Silenciosa"),
        }),
        ("anidb_html/anime_season__date_published_but_with_time_period.html", {
            "external_ids": {"anidb": "9987"}, "format": "movie", "episodes": 3, "name_english": "Initial D: Legend",
            "started_on": PartialDate(2014, 8, 23), "ended_on": PartialDate(2016, 2, 6), "is_adult": False,
            "studios": ("Liden Films", "Sanzigen"), "source_material": "manga", "scored_by": 351,
        }),
        ("anidb_html/episodes__1.html", {
            "external_ids": {"anidb": "5391", "mal": "2928"}, "format": "ova", "episodes": 1,
            "started_on": PartialDate(2007, 7), "source_material": "original",
            "relations": (SourceRelation("anidb", "5459", "prequel"),),
        }),
        ("anisearch_html/status__completed.html", {
            "external_ids": {"anisearch": "3633"}, "name": "Death Note", "name_native": "デスノート", "episodes": 37,
            "status": "finished", "started_on": PartialDate(2006, 10, 4), "ended_on": PartialDate(2007, 6, 27),
            "score": 9.0, "scored_by": 13_312, "synonyms": ("DN",), "studios": ("MADHOUSE Inc.",),
            "relations": (SourceRelation("anisearch", "5194", "summary"),
                          SourceRelation("anisearch", "4441", "summary")),
        }),
        ("livechart_html/status__ongoing.html", {
            "external_ids": {"livechart": "321"}, "name": "One Piece", "name_native": "ワンピース", "status": "airing",
            "episodes": None, "episode_seconds": 1440, "started_on": PartialDate(1999, 10, 20), "next_episode": 1072,
            "next_airing_at": datetime(2023, 8, 13, 0, 30, tzinfo=UTC), "score": 9.1, "scored_by": 8352,
        }),
        ("livechart_html/related_anime__multiple_relations_with_scrolling.html", {
            "name": "Koukaku Kidoutai", "name_english": "Ghost in the Shell", "format": "movie",
            "episode_seconds": 4920, "next_airing_at": None, "studios": ("Production I.G",),
        }),
    ],
)  # fmt: skip
def test_recorded_pages(name: str, expected: dict[str, Any]) -> None:
    page = recorded(name)

    assert {field: getattr(page, field) for field in expected} == expected
