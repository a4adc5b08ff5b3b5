"""For any list, catalogue and filters: hidden titles never appear, and restricted lists stay full."""

from __future__ import annotations

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.entries import writing as lists
from accounts.models import EntryStatus
from catalog import versioning
from catalog.browse.filters import TitleFilter
from catalog.models import Tag, Title
from recommendations import serving
from recommendations.models import Mood
from tests.recommendations.serving.impressions import forgotten, shown

PLACES = st.integers(0, 43)  # indices of the catalogue's titles, and of four newer than the model
GENRES = ("drama", "music", "sports")


@pytest.fixture
def titles(catalogue, make_title, publish_model):
    """Create the model's forty titles and four newer ones, with three genres, two formats and many years."""
    publish_model()
    made = [*catalogue, *(make_title(f"Newer {n}", members=10 + n) for n in range(4))]
    tags = [Tag.objects.create(kind="genre", name=slug.title(), slug=slug) for slug in GENRES]
    for place, title in enumerate(made):
        title.tags.add(tags[place % 3])
    Title.objects.filter(pk__in=[title.pk for title in made[::4]]).update(format="movie", season_year=2005)
    Mood.objects.create(name="Music", slug="music", weights={"music": 1}, without=["sports"])
    return made


STATES = st.fixed_dictionaries(
    {
        "entries": st.dictionaries(
            PLACES, st.tuples(st.sampled_from(EntryStatus.values), st.none() | st.integers(1, 10)), max_size=12
        ),
        "hidden": st.sets(PLACES, max_size=4),
        "adult": st.sets(PLACES, max_size=6),
        "upcoming": st.sets(PLACES, max_size=4),
        "franchise": st.sets(PLACES, max_size=6),
        "shows_adult": st.booleans(),
    }
)


class World:
    """A catalogue and a new member's list in a generated state."""

    def __init__(self, titles, make_member, state):
        pks = [title.pk for title in titles]
        self.pks, self.franchise = pks, {pks[place] for place in state["franchise"]}
        Title.objects.update(is_adult=False, status="finished", franchise_entry=None)
        for field, places in (("is_adult", state["adult"]), ("status", state["upcoming"])):
            value = True if field == "is_adult" else "upcoming"
            Title.objects.filter(pk__in=[pks[place] for place in places]).update(**{field: value})
        if self.franchise:
            Title.objects.filter(pk__in=self.franchise).update(franchise_entry=min(self.franchise))
        versioning.forget()
        self.member = make_member(shows_adult=state["shows_adult"])
        drafts = [lists.EntryDraft(pks[place], status, score=s) for place, (status, s) in state["entries"].items()]
        lists.write_entries(self.member, drafts)
        for place in state["hidden"]:
            lists.hide_title(self.member, titles[place])
        self.touched = {pks[place] for place in [*state["entries"], *state["hidden"]]}
        unfit = {*state["upcoming"], *(() if state["shows_adult"] else state["adult"])}
        self.never = self.touched | {pks[place] for place in unfit}

    def franchise_of(self, pk):
        return min(self.franchise) if pk in self.franchise else pk

    def showable(self, pks):
        """Return the titles that may be recommended: where to start, with franchises neither started nor declined."""
        begun = {self.franchise_of(pk) for pk in self.touched}
        return {pk for pk in pks if pk not in self.never and self.franchise_of(pk) == pk and pk not in begun}


ROWS = ("picks", "continue", "season", "gems", "because", "mood", "surprise")


def titles_of(row: str, member) -> list[Title]:
    if row == "mood":
        return shown(serving.recommend_for(member, 44, choice=serving.in_mood(Mood.objects.get(slug="music"))))
    if row == "surprise":
        found = serving.surprise(serving.Reader(member))
        return [found.title] if found else []
    slugs = ["picks", *(one.slug for one in serving.rows_for(member))]
    rows = [serving.find_row(member, slug) for slug in slugs if slug.startswith(row)]
    return [item.title for one in rows for item in serving.fill(one, member, 44)]


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=STATES, row=st.sampled_from(ROWS))
def test_no_row_shows_what_is_listed_hidden_adult_or_upcoming(titles, make_member, state, row):
    with forgotten():
        world = World(titles, make_member, state)

        assert {title.pk for title in titles_of(row, world.member)} & world.never == set()


@pytest.mark.property
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    state=STATES,
    query=st.sampled_from(
        ["tag=drama", "tag_not=music", "format=movie", "year_max=2010", "tag=sports&format=tv", "members_max=1980"]
    ),
    n=st.integers(1, 44),
)
def test_filters_never_thin_a_list_that_has_enough_matches(titles, make_member, state, query, n):
    with forgotten():
        world = World(titles, make_member, state)
        filters = TitleFilter(QueryDict(query), Title.objects.visible_to(world.member), viewer=world.member)

        found = serving.recommend_for(world.member, n, choice=serving.filtered(filters))

        fitting = world.showable(filters.qs.ids.tolist())
        franchises = {world.franchise_of(pk) for pk in fitting}
        ids = [title.pk for title in shown(found)]
        assert set(ids) <= fitting
        assert len({world.franchise_of(pk) for pk in ids}) == len(ids) == min(n, len(franchises))
