"""Covers are read once, again when they change, and get vectors that are near where covers look alike."""

from __future__ import annotations

import numpy as np
import pytest

from catalog.looks import vector_index
from catalog.looks.pictures import embedding, placing
from catalog.looks.tasks import embed_covers
from catalog.models import CoverLook, LookSpace, Title
from catalog.titles.merging import merge_titles
from tests.catalog.looks.conftest import GREY, NAVY, PINK, cover, give_cover

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _few(monkeypatch):
    monkeypatch.setattr(placing, "LEAST", 5)


def vectors():
    return {look.title.name: np.array(look.vector) for look in CoverLook.objects.select_related("title")}


def test_covers_that_look_alike_are_near(covered):
    embed_covers()

    found = vectors()
    assert np.allclose([np.linalg.norm(vector) for vector in found.values()], 1, atol=1e-3)
    assert found["Ember"] @ found["Lava"] > 0.95 > found["Ember"] @ found["Tide"]
    assert found["Tide"] @ found["Rain"] > 0.95 > found["Tide"] @ found["Ink"]
    assert vector_index.nearest_looks(found["Tide"].tolist(), 2) in (
        [covered["Tide"].pk, covered["Rain"].pk], [covered["Rain"].pk, covered["Tide"].pk],
    )  # fmt: skip


def test_only_what_changed_is_read_again(covered, make_title):
    embed_covers()
    assert (embedding.read_covers(60), placing.place_covers()) == (0, 0)
    give_cover(covered["Ink"], cover(PINK))

    assert embedding.read_covers(60) == 1
    assert placing.place_covers() == 1
    assert CoverLook.objects.get(title=covered["Ink"]).digest == covered["Ink"].cover_digest


def test_a_cover_that_goes_takes_its_look_along(covered):
    embed_covers()
    Title.objects.filter(name="Ink").update(cover_digest="")

    embedding.read_covers(60)

    assert not CoverLook.objects.filter(title__name="Ink").exists()


def test_a_damaged_file_is_tried_once_and_spoils_nothing(covered, make_title):
    give_cover(make_title("Broken"), b"RIFF no picture")
    assert embedding.read_covers(60) == 6
    assert embedding.read_covers(60) == 0
    assert placing.place_covers() == 5


def test_reading_stops_when_its_time_is_up_and_goes_on_later(covered):
    assert embedding.read_covers(0) == 0
    assert embedding.read_covers(60) == 5


def test_few_covers_have_no_vectors(covered, monkeypatch):
    monkeypatch.setattr(placing, "LEAST", 6)
    embed_covers()

    assert set(CoverLook.objects.values_list("vector", flat=True)) == {None}


def test_many_more_covers_decide_anew(covered, make_title):
    embed_covers()
    assert LookSpace.objects.get().n_covers == 5
    give_cover(make_title("Dusk"), cover(NAVY, GREY))
    embed_covers()
    assert LookSpace.objects.get().n_covers == 5
    give_cover(make_title("Dawn"), cover(PINK, GREY))
    embed_covers()
    assert LookSpace.objects.get().n_covers == 7
    assert None not in CoverLook.objects.values_list("vector", flat=True)


def test_nothing_is_read_where_covers_are_off(covered, settings):
    settings.COVERS = False
    embed_covers()

    assert not CoverLook.objects.exists()


def test_a_merged_title_keeps_its_look(covered):
    embed_covers()
    kept = CoverLook.objects.get(title=covered["Ember"]).vector
    merge_titles(covered["Ember"].pk, covered["Lava"].pk)

    assert CoverLook.objects.get(title=covered["Ember"]).vector == kept
