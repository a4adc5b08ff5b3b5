"""Words and vectors follow the synopses."""

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from anirec.lib.database import locks
from catalog.meaning.texts import embedding
from catalog.models import SynopsisSentence, TitleText
from catalog.search.index import index_titles
from tests.catalog.meaning.conftest import SYNOPSES, embed

pytestmark = pytest.mark.django_db


def test_each_sentence_and_synopsis_has_a_vector_of_length_one(embedded):
    sentences = SynopsisSentence.objects.filter(title=embedded["Tent Girls"]).order_by("position")

    assert [one.text for one in sentences] == [
        "Three schoolgirls go camping at the foot of Mount Fuji.", "They cook noodles over a fire.",
    ]  # fmt: skip
    vectors = [one.vector for one in sentences] + list(TitleText.objects.values_list("vector", flat=True))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)


def test_only_what_changed_is_embedded_again(embedded):
    assert embed() == 0
    before = set(SynopsisSentence.objects.values_list("pk", flat=True))
    title = embedded["Steel Orbit"]
    title.synopsis = "A detective looks for a murderer in Tokyo."
    title.save()

    assert embed() == 1
    assert [one.text for one in title.sentences.all()] == ["A detective looks for a murderer in Tokyo."]
    kept = SynopsisSentence.objects.exclude(title=title)
    assert set(kept.values_list("pk", flat=True)) <= before
    assert kept.count() == 2 * (len(SYNOPSES) - 1)


def test_a_synopsis_that_is_removed_takes_its_vectors_along(embedded):
    title = embedded["Night Kiss"]
    title.synopsis = ""
    title.save()

    assert embed() == 1
    assert not title.sentences.exists()
    assert TitleText.objects.get(title=title).vector is None
    assert embed() == 0


def test_embedding_stops_when_its_time_is_up_and_goes_on_later(embedded, make_title, monkeypatch):
    for n in range(3):
        make_title(f"New {n}", synopsis=f"The hero number {n} travels to an island far away.")
    embedding.refresh_words()
    monkeypatch.setattr(embedding, "BATCH", 2)

    assert embedding.embed_synopses(0) == 0
    assert embedding.embed_synopses(60) == 3


def test_words_weigh_more_in_a_name_than_in_a_synopsis(embedded, make_title):
    from catalog.meaning.nearest import titles_with_words

    named = make_title("Camping!")
    index_titles([named])
    embed()

    assert titles_with_words("camping", 10) == [named.pk, embedded["Tent Girls"].pk]


def test_a_merged_title_keeps_its_own_sentences_or_gets_those_it_had_none_of(embedded, make_title):
    from catalog.titles.merging import merge_titles

    kept, twin, bare = embedded["Tent Girls"], embedded["Steel Orbit"], make_title("No synopsis")
    vampire = embedded["Night Kiss"]
    merge_titles(kept.pk, twin.pk)
    merge_titles(bare.pk, vampire.pk)

    assert embed() == 1
    assert {one.text for one in kept.sentences.all()} == set(SYNOPSES["Tent Girls"].replace(". ", ".\n").split("\n"))
    assert bare.sentences.count() == 2
    assert TitleText.objects.filter(title__in=[twin.pk, vampire.pk]).count() == 0


class TestCommand:
    def test_everything_is_embedded_at_once(self, embedded, make_title, capsys):
        make_title("New", synopsis="The hero travels to an island far away.")
        call_command("embed_synopses")
        assert "1 synopses embedded" in capsys.readouterr().out
        assert TitleText.objects.filter(vector=None).count() == 0

    def test_it_says_so_if_a_worker_embeds(self, embedded):
        worker = connection.get_new_connection(connection.get_connection_params())
        worker.execute("SELECT pg_advisory_lock(%s)", [locks.key_of(locks.SYNOPSES)])
        with pytest.raises(CommandError, match="at the moment"):
            call_command("embed_synopses")
        worker.close()
