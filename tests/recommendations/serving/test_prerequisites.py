"""No surface suggests a title whose earlier part is unseen, nor a compilation or later season to begin with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from types import FunctionType

import numpy as np
import pytest
from django.http import QueryDict
from django.utils import timezone

from accounts.entries import writing as lists
from accounts.models import EntryStatus, User
from catalog import versioning
from catalog.browse.filters import TitleFilter
from catalog.franchises.grouping import refresh_franchises
from catalog.models import Relation, Tag, Title
from recommendations import serving
from recommendations.engine.ranking import MODELS, RankingOptions
from recommendations.models import Mood
from recommendations.serving import rows
from recommendations.serving.season import season_of
from social.people.relations import follow
from tests.recommendations.serving.impressions import shown

N_MEMBERS = 200 if os.environ.get("HYPOTHESIS_PROFILE") == "thorough" else 12
YEAR, SEASON = season_of(timezone.localdate())
ALL = 40  # titles to ask for
NOT_SUGGESTING = {
    *("filtered", "in_mood", "find_row", "rows_for", "fill", "taste_map"),
    *("predicted_score", "predicted_scores", "prediction", "parts_to_see_first"),
}


def titles_in(items: Iterable[serving.Recommendation]) -> list[Title]:
    return [item.title for item in items]


def row(slug: str) -> Callable[[User], list[Title]]:
    def of(member: User) -> list[Title]:
        matching = [
            one for one in [rows.find_row(member, rows.PICKS), *serving.rows_for(member)] if one.slug.startswith(slug)
        ]
        return [item.title for one in matching for item in serving.fill(one, member, ALL, with_extras=True)]

    return of


def with_filter(query: str) -> Callable[[User], list[Title]]:
    def of(member: User) -> list[Title]:
        filters = TitleFilter(QueryDict(query), Title.objects.visible_to(member), viewer=member)
        return shown(serving.recommend_for(member, ALL, choice=serving.filtered(filters)))

    return of


def by_model(model: str) -> Callable[[User], list[Title]]:
    return lambda member: shown(serving.recommend_for(member, ALL, options=RankingOptions(model=model)))


def mood(member: User) -> list[Title]:
    return shown(serving.recommend_for(member, ALL, choice=serving.in_mood(Mood.objects.get(slug="music"))))


def surprise(member: User) -> list[Title]:
    return [found.title for _ in range(5) if (found := serving.surprise(serving.Reader(member)))]


def season(member: User) -> list[Title]:
    return titles_in(serving.season_ranking(serving.Reader(member), YEAR, SEASON))


def similar(member: User) -> list[Title]:
    return [
        one.title for title in Title.objects.order_by("pk")[:ALL:5] for one in serving.similar_to(title, member, 12)
    ]


def group(member: User) -> list[Title]:
    other = User.objects.exclude(pk=member.pk).order_by("pk")[0]
    return titles_in(serving.recommend_for_group(member, [other], ALL).items)


def guest(member: User) -> list[Title]:
    scores = {pk: score or 5 for pk, score in member.entries.values_list("title", "score")[:5]}
    return shown(serving.recommend_for_guest(scores, ALL))


def of_theirs(member: User) -> list[Title]:
    return titles_in(
        serving.loved_by(serving.Reader(member), User.objects.exclude(pk=member.pk).order_by("pk")[0], ALL)
    )


SURFACES: dict[str, Callable[[User], list[Title]]] = {
    **{f"row {slug}": row(slug) for slug in ("picks", "continue", "friends", "season", "gems", "because")},
    **{f"model {model}": by_model(model) for model in MODELS},
    **{f"filter {query}": with_filter(query) for query in ("format=movie", "year_min=2015", "tag=music")},
    "sliders": lambda member: shown(serving.recommend_for(member, ALL, options=RankingOptions(0.5, 0.5))),
    "mood": mood,
    "surprise": surprise,
    "season_ranking": season,
    "similar_to": similar,
    "recommend_for_group": group,
    "recommend_for_guest": guest,
    "loved_by": of_theirs,
    "onboarding_titles": lambda member: serving.onboarding_titles(member),
    "continue_series": lambda member: titles_in(serving.continue_series(member, ALL, extras=True)),
}
COVERED_BY = {"recommend": "sliders", "recommend_for": "sliders"}


@pytest.fixture
def franchises(catalogue: list[Title]) -> dict[int, int]:
    """Make six franchises of a series, two sequels and a compilation film. Return {part: earlier part}."""
    earlier: dict[int, int] = {}
    for place in range(0, 24, 4):
        first, second, third, film = catalogue[place : place + 4]
        links = ((first, second, "sequel"), (second, third, "sequel"), (first, film, "summary"))
        Relation.objects.bulk_create(Relation(from_title=a, to_title=b, kind=kind) for a, b, kind in links)
        earlier |= {b.pk: a.pk for a, b, _ in links}
        for part, year in ((first, 2010), (second, 2012), (third, YEAR), (film, 2016)):
            # later parts are better known than the first, which must not matter
            Title.objects.filter(pk=part.pk).update(started_on=str(year), season_year=year, members=year)
        Title.objects.filter(pk=film.pk).update(format="movie")
    Title.objects.filter(pk__in=[title.pk for title in catalogue[28:34]]).update(season_year=YEAR, format="movie")
    Title.objects.filter(season_year=YEAR).update(season=SEASON)
    music = Tag.objects.create(kind="genre", name="Music", slug="music")
    music.titles.set(catalogue[::2])
    Mood.objects.create(name="Music", slug="music", weights={"music": 1})
    refresh_franchises()
    versioning.forget()
    return earlier


@pytest.fixture
def members(make_member: Callable[..., User], catalogue: list[Title]) -> list[User]:
    """Members with lists of every status, whose lists end anywhere in a franchise."""
    generator = np.random.default_rng(0)
    made = [make_member() for _ in range(N_MEMBERS)]
    for member in made:
        chosen = generator.choice(len(catalogue), generator.integers(0, 14), replace=False)
        statuses = generator.choice(EntryStatus.values, len(chosen), p=[0.1, 0.45, 0.15, 0.05, 0.1, 0.15])
        drafts = [
            lists.EntryDraft(catalogue[place].pk, status, score=int(score) or None)
            for place, status, score in zip(chosen, statuses, generator.integers(0, 11, len(chosen)), strict=True)
        ]
        lists.write_entries(member, drafts)
        follow(member, made[0]) if member != made[0] else None
        member.refresh_from_db()
    return made


@pytest.mark.parametrize("surface", SURFACES)
def test_no_surface_suggests_a_title_whose_earlier_part_is_unseen(franchises, members, publish_model, surface):
    publish_model()
    offered = {member.pk: SURFACES[surface](member) for member in members}

    listed = {
        member.pk: set(member.entries.exclude(status="planned").values_list("title", flat=True)) for member in members
    }
    broken = [
        (member, title)
        for member, titles in offered.items()
        for title in titles
        if title.pk in franchises and title.pk not in listed[member] and franchises[title.pk] not in listed[member]
    ]
    assert broken == []
    assert any(offered.values()), "the surface offers nothing to anybody, so this proves nothing"


def test_every_function_that_suggests_titles_is_a_surface_above() -> None:
    functions = {name for name in serving.__all__ if isinstance(getattr(serving, name), FunctionType)}

    assert functions - NOT_SUGGESTING - set(COVERED_BY) <= set(SURFACES)
    assert {getattr(rows, name) for name in ("PICKS", "CONTINUE", "FRIENDS", "SEASON", "GEMS", "BECAUSE")} == {
        name.removeprefix("row ") for name in SURFACES if name.startswith("row ")
    }
