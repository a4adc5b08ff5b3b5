"""Answers in the services' layouts, with fictional titles. Each field has a value of its own."""

from __future__ import annotations

import json
from typing import Any

MAL_NODE: dict[str, Any] = {
    "id": 1, "title": "Mokomoko", "main_picture": {"medium": "https://img.example/m.jpg",
    "large": "https://img.example/l.jpg"},
    "alternative_titles": {"synonyms": ["Moko", "The Cloud"], "en": "Fluffy", "ja": "もこもこ"},
    "start_date": "2019-04-03", "end_date": "2019-06", "synopsis": "A cloud &amp; a school.", "mean": 7.83, "rank": 12,
    "popularity": 7, "num_list_users": 900, "num_scoring_users": 500, "nsfw": "black", "media_type": "tv_special",
    "status": "finished_airing", "genres": [{"id": 4, "name": "Comedy"}, {"id": 24, "name": "Sci-Fi"}],
    "num_episodes": 12, "start_season": {"year": 2019, "season": "spring"},
    "broadcast": {"day_of_the_week": "saturday", "start_time": "23:30"}, "source": "4_koma_manga",
    "average_episode_duration": 1421, "rating": "r+", "studios": [{"id": 9, "name": "Studio Kumo"}],
    "related_anime": [{"node": {"id": 2, "title": "Mokomoko 2"}, "relation_type": "sequel"}],
    "opening_themes": [{"id": 1, "text": "#1: \"Kumo\" by Ame (eps 1-6)"}, {"id": 2, "text": "#2: \"Yuki\" by Kaze"}],
    "ending_themes": [{"id": 3, "text": "\"Sora\" by Hoshi (ep 12)"}],
    "statistics": {"status": {"watching": "5", "completed": "600", "on_hold": "4", "dropped": "3",
                              "plan_to_watch": "2"}, "num_list_users": 614},
}  # fmt: skip
ANILIST_MEDIA: dict[str, Any] = {
    "id": 101, "idMal": 1, "type": "ANIME", "format": "TV_SHORT", "status": "HIATUS",
    "description": "A <i>cloud</i>.<br>", "season": "WINTER", "seasonYear": 2020, "episodes": 12, "duration": 4,
    "source": "LIGHT_NOVEL", "isAdult": True, "meanScore": 74, "averageScore": 72, "popularity": 90,
    "title": {"romaji": "Mokomoko", "english": "Fluffy", "native": "もこもこ"}, "synonyms": ["Moko"],
    "genres": ["Comedy"],
    "tags": [{"name": "Clouds"}, {"name": "Rain Falls", "isMediaSpoiler": True}, {"name": "Steam", "isAdult": True}],
    "startDate": {"year": 2020, "month": 1, "day": None}, "endDate": {"year": 2021, "month": None, "day": None},
    "coverImage": {"extraLarge": "https://img.example/x.jpg", "large": "https://img.example/l.jpg"},
    "nextAiringEpisode": {"airingAt": 1787842800, "episode": 8},
    "studios": {"edges": [{"isMain": True, "node": {"name": "Studio Kumo"}},
                          {"node": {"name": "Ame Television"}}]},
    "staff": {"edges": [{"role": "Director", "node": {"name": {"full": "Haru Kaze"}}}]},
    "characterPreview": {"edges": [
        {"role": "MAIN", "node": {"name": {"userPreferred": "Moko"}},
         "voiceActors": [{"name": {"userPreferred": "Aki Sora"}, "language": "JAPANESE"}]},
        {"role": "SUPPORTING", "node": {"name": {"full": "Rain"}}, "voiceActors": []}]},
    "externalLinks": [
        {"site": "Crunchyroll", "url": "http://www.crunchyroll.com/moko", "type": "STREAMING", "language": "English"},
        {"site": "Netflix", "url": "https://www.netflix.com/title/1"},
        {"site": "YouTube", "url": "https://www.youtube.com/@moko", "type": None},
        {"site": "Hulu", "url": "https://www.hulu.com/moko", "type": "STREAMING", "isDisabled": True},
        {"site": "KissMoko", "url": "https://kiss.example/moko", "type": "STREAMING"},
        {"site": "OldMoko", "url": "https://old.example/moko"},
        {"site": "Official Site", "url": "https://moko.example/", "type": "INFO"}],
    "trailer": {"id": "abcdEFGH-_1", "site": "youtube"},
    "rankings": [{"rank": 3, "type": "RATED", "allTime": True}, {"rank": 1, "type": "RATED", "allTime": False},
                 {"rank": 9, "type": "POPULAR", "allTime": True}],
    "stats": {"statusDistribution": [{"status": "CURRENT", "amount": 20}, {"status": "PLANNING", "amount": 70}]},
    "relations": {"edges": [{"relationType": "SEQUEL", "node": {"id": 102, "type": "ANIME"}},
                            {"relationType": "SOURCE", "node": {"id": 103, "type": "MANGA"}}]},
}  # fmt: skip
JIKAN_TITLE: dict[str, Any] = {
    "mal_id": 1, "title": "Mokomoko", "title_english": "Fluffy", "title_japanese": "もこもこ",
    "title_synonyms": ["Moko"], "titles": [{"type": "German", "title": "Wolkig"}], "type": "TV", "source": "Manga",
    "episodes": 12, "status": "Currently Airing", "airing": True,
    "aired": {"from": "2019-04-01T00:00:00+00:00", "to": None, "string": "Apr 2019 to ?"}, "duration": "24 min per ep",
    "rating": "PG-13 - Teens 13 or older", "score": 7.8, "scored_by": 500, "members": 900, "synopsis": "A cloud.",
    "season": "spring", "year": 2019, "broadcast": {"day": "Sundays", "time": "03:40", "timezone": "Asia/Tokyo"},
    "studios": [{"name": "Studio Kumo"}], "genres": [{"name": "Comedy"}], "explicit_genres": [],
    "themes": [{"name": "School"}], "demographics": [{"name": "Shounen"}],
    "images": {"jpg": {"large_image_url": "https://img.example/l.jpg"}},
    "producers": [{"name": "Ame Television"}], "trailer": {"youtube_id": "abcdEFGH-_1", "embed_url": None}, "rank": 12,
    "popularity": 7, "theme": {"openings": ["1: \"Kumo\" by Ame (eps 1-6)"], "endings": ["Sora"]},
    "streaming": [{"name": "Crunchyroll", "url": "https://www.crunchyroll.com/moko"},
                  {"name": "KissMoko", "url": "https://kiss.example/moko"}],
    "external": [{"name": "Official Site", "url": "https://moko.example/"}, {"name": "Old", "url": "http://old.example"}],
    "relations": [{"relation": "Prequel", "entry": [{"mal_id": 3, "type": "anime"}, {"mal_id": 4, "type": "manga"}]}],
}  # fmt: skip
KITSU_ATTRIBUTES: dict[str, Any] = {
    "canonicalTitle": "Moko Moko", "titles": {"en": "Fluffy", "en_jp": "Mokomoko", "ja_jp": "もこもこ", "de": "Wolkig"},
    "abbreviatedTitles": ["Moko"], "averageRating": "82.8", "ratingFrequencies": {"2": "5", "20": "7"},
    "userCount": 900, "startDate": "2019-04-03", "endDate": "2019-06-19", "nextRelease": "2019-05-01T15:30:00.000Z",
    "ageRating": "R", "ageRatingGuide": "Mild Nudity", "subtype": "OVA", "status": "current", "episodeCount": 12,
    "episodeLength": 24, "nsfw": True, "synopsis": "A cloud.",
    "posterImage": {"large": "https://img.example/l.jpg", "original": "https://img.example/o.jpg"},
}  # fmt: skip
KITSU_LINKS: dict[str, Any] = {
    "categories": {"data": [{"type": "categories", "id": "1"}]},
    "mappings": {"data": [{"type": "mappings", "id": "1"}, {"type": "mappings", "id": "2"}]},
    "animeProductions": {"data": [{"type": "animeProductions", "id": "1"}, {"type": "animeProductions", "id": "2"}]},
    "mediaRelationships": {"data": [{"type": "mediaRelationships", "id": "1"},
                                    {"type": "mediaRelationships", "id": "2"}]},
}  # fmt: skip
KITSU_INCLUDED: list[dict[str, Any]] = [
    {"type": "categories", "id": "1", "attributes": {"title": "Science Fiction"}},
    {"type": "mappings", "id": "1", "attributes": {"externalSite": "myanimelist/anime", "externalId": "1"}},
    {"type": "mappings", "id": "2", "attributes": {"externalSite": "trakt", "externalId": "7"}},
    {"type": "animeProductions", "id": "1", "attributes": {"role": "studio"},
     "relationships": {"producer": {"data": {"type": "producers", "id": "1"}}}},
    {"type": "animeProductions", "id": "2", "attributes": {"role": "licensor"},
     "relationships": {"producer": {"data": {"type": "producers", "id": "1"}}}},
    {"type": "producers", "id": "1", "attributes": {"name": "Studio Kumo"}},
    {"type": "mediaRelationships", "id": "1", "attributes": {"role": "side_story"},
     "relationships": {"destination": {"data": {"type": "anime", "id": "56"}}}},
    {"type": "mediaRelationships", "id": "2", "attributes": {"role": "adaptation"},
     "relationships": {"destination": {"data": {"type": "manga", "id": "57"}}}},
]  # fmt: skip
SHIKIMORI_TITLE: dict[str, Any] = {
    "id": "1", "malId": "1", "name": "Mokomoko", "russian": "Пушинка", "licenseNameRu": "Облако", "english": "Fluffy",
    "japanese": "もこもこ", "synonyms": ["Moko"], "kind": "tv", "rating": "r_plus", "status": "anons", "episodes": 12,
    "duration": 24, "airedOn": {"year": 2026, "month": 10, "day": None}, "releasedOn": {"year": 2027},
    "season": "fall_2026", "nextEpisodeAt": "2026-10-01T23:30:00+03:00",
}  # fmt: skip


def mal_list(*nodes: Any, **document: Any) -> bytes:
    return encoded({"data": [{"node": node} for node in nodes], "paging": {}} | document)


def anilist_page(*media: Any) -> bytes:
    return encoded({"data": {"Page": {"pageInfo": {"hasNextPage": False}, "media": list(media)}}})


def jikan_list(*titles: Any, **document: Any) -> bytes:
    return encoded({"data": list(titles)} | document)


def kitsu_list(*attributes: Any, **document: Any) -> bytes:
    titles = [
        {"type": "anime", "id": str(55 + number), "attributes": one, "relationships": KITSU_LINKS}
        for number, one in enumerate(attributes)
    ]
    return encoded({"data": titles, "included": KITSU_INCLUDED} | document)


def shikimori_list(*titles: Any) -> bytes:
    return encoded({"data": {"animes": list(titles)}})


def encoded(document: Any) -> bytes:
    return json.dumps(document).encode()
