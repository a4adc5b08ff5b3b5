"""Workers for questions are ready before the first one, and take no memory where there is nothing to answer with."""

import pytest

from catalog.meaning import vector_index
from catalog.meaning.tasks import prepare_for_questions
from catalog.meaning.texts import encoder, vocabulary

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_worker(monkeypatch):
    encoder._encoder.cache_clear()
    monkeypatch.setattr(vocabulary, "_latest", None)


def is_loaded() -> bool:
    return encoder._encoder.cache_info().currsize == 1


def test_a_worker_loads_the_encoder_and_the_words_before_a_question_comes(embedded):
    encoder._encoder.cache_clear()

    prepare_for_questions()

    assert is_loaded()
    assert vocabulary._latest is not None


def test_without_synopses_the_encoder_is_not_loaded(make_title):
    make_title("No synopsis")
    assert vector_index.prepare()

    prepare_for_questions()

    assert not is_loaded()


def test_without_pgvector_the_encoder_is_not_loaded(embedded):
    from django.db import connection

    with connection.cursor() as cursor:
        for name in (index.name for index in vector_index.INDICES):
            cursor.execute(f"DROP INDEX {name}")
    encoder._encoder.cache_clear()

    prepare_for_questions()

    assert not is_loaded()


def test_an_old_list_of_words_is_used_while_a_new_one_is_made(embedded, monkeypatch):
    monkeypatch.setattr(vocabulary, "LEAST_TITLES", 1)
    first = vocabulary.vocabulary()
    monkeypatch.setattr(vocabulary, "KEPT_SECONDS", -1)
    started = []
    monkeypatch.setattr(vocabulary.Thread, "start", lambda thread: started.append(thread))

    try:
        assert vocabulary.vocabulary() is first
        assert vocabulary.vocabulary() is first
        assert len(started) == 1  # one thread is enough
    finally:
        vocabulary._making.release()


def test_renewed_words_encode_only_the_new_ones(embedded, make_title, monkeypatch):
    monkeypatch.setattr(vocabulary, "LEAST_TITLES", 1)
    vocabulary.vocabulary()
    make_title("New", synopsis="A zeppelin.")
    encoded = []
    encode = vocabulary.encode
    monkeypatch.setattr(vocabulary, "encode", lambda words: encoded.extend(words) or encode(words))

    vocabulary._renew()

    assert encoded == ["zeppelin"]
