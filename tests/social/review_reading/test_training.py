from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.core.management import CommandError, call_command

from social.models import Review, ReviewArchive, ReviewReader, ReviewReading
from social.review_reading.learning import gate
from social.review_reading.learning.archives import import_archive
from social.review_reading.learning.training import is_held_out, is_worth_training, own_texts
from social.review_reading.live import live_reader
from social.review_reading.reading import read_unread
from social.review_reading.tasks import train_review_reader
from tests.social.review_reading.conftest import sample

pytestmark = pytest.mark.django_db


@pytest.fixture
def few_suffice(monkeypatch, settings, tmp_path):
    settings.REVIEW_READER_DIR = tmp_path / "readers"
    for name, value in (("LEAST_REVIEWS", 100), ("LEAST_JUDGES", 20), ("LEAST_TITLES", 3)):
        monkeypatch.setattr(gate, name, value)


def write(path, **changes):
    data = sample()
    columns = {"mal_id": data.titles, "overall": data.scores.astype(int), "text": data.texts} | changes
    pq.write_table(pa.table({name: column for name, column in columns.items() if column is not None}), path)
    return path


def test_a_file_of_reviews_makes_a_reader_that_reads_all_reviews(
    few_suffice, tmp_path, member, make_title, praise, capsys
):
    review = Review.objects.create(author=member, title=make_title(), text=praise)
    call_command("train_review_reader", str(write(tmp_path / "reviews.parquet")))
    assert "1 reviews read" in capsys.readouterr().out
    reader = ReviewReader.objects.get()
    assert (reader.is_active, reader.n_reviews, reader.n_own) == (True, 240, 0)
    assert review.reading.reader == reader
    assert review.reading.score > 7


def test_one_that_is_not_worse_replaces_the_live_one_and_empties_its_tables(few_suffice, tmp_path):
    path = str(write(tmp_path / "reviews.parquet"))
    call_command("train_review_reader", path)
    call_command("train_review_reader", path)
    new, old = ReviewReader.objects.all()
    assert (new.is_active, old.is_active, bytes(old.table), len(new.table) > 0) == (True, False, b"", True)
    assert "of the live reader's" in new.message
    assert live_reader().pk == new.pk
    assert ReviewArchive.objects.count() == 1


def test_too_few_reviews_are_refused_and_recorded(tmp_path):
    with pytest.raises(CommandError, match="400, 100 and 10 are needed"):
        call_command("train_review_reader", str(write(tmp_path / "reviews.parquet")))
    reader = ReviewReader.objects.get()
    assert (reader.status, reader.is_active) == ("refused", False)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"text": None}, "no column text among mal_id, overall"),
        ({"overall": [11] * 240}, "row 1: overall is not a score from 1 to 10"),
        ({"overall": [5] * 239 + [None]}, "row 240: overall is not a score from 1 to 10"),
        ({"mal_id": [0] * 240}, "row 1: mal_id is not a MAL id"),
        ({"mal_id": ["x"] * 240}, "mal_id and overall must be whole numbers"),
        ({"text": ["x"] * 10 + [""] * 230}, "row 11: no text"),
    ],
)
def test_says_what_is_wrong_with_a_file(tmp_path, changes, message):
    with pytest.raises(CommandError, match=message):
        call_command("train_review_reader", str(write(tmp_path / "reviews.parquet", **changes)))
    assert not ReviewArchive.objects.exists()


def test_says_what_is_no_file_of_reviews(tmp_path):
    (tmp_path / "x.parquet").write_text("no")
    with pytest.raises(CommandError, match="not a Parquet file"):
        call_command("train_review_reader", str(tmp_path / "x.parquet"))
    with pytest.raises(CommandError, match="no such file"):
        call_command("train_review_reader", str(tmp_path / "y.parquet"))


def test_learns_from_members_reviews_with_scores(make_member, make_title, make_entry, praise):
    scored, unscored, suspended = make_member(), make_member(), make_member(is_active=False)
    title = make_title()
    for author in (scored, unscored, suspended):
        Review.objects.create(author=author, title=title, text=praise)
    make_entry(scored, title=title, score=9)
    make_entry(suspended, title=title, score=9)
    data = own_texts()
    assert (data.texts, data.scores.tolist(), data.titles.tolist()) == ([praise], [9.0], [-title.pk])


def test_trains_by_itself_only_with_something_new(few_suffice, tmp_path, make_member, make_title, make_entry, praise):
    assert not is_worth_training()
    train_review_reader()
    assert not ReviewReader.objects.exists()
    call_command("train_review_reader", str(write(tmp_path / "reviews.parquet")))
    assert not is_worth_training()
    import_archive(write(tmp_path / "others.parquet"))
    assert is_worth_training()


def test_a_title_is_always_on_the_same_side():
    titles = np.arange(1, 2001)
    assert (is_held_out(titles) == is_held_out(titles)).all()
    assert 0.15 < is_held_out(titles).mean() < 0.25


class TestReading:
    def test_a_new_review_is_read_and_an_edited_one_again(self, reader, member, make_title, praise, panning):
        text = f"The music is wonderful, moving and brilliant to me. {praise}"
        review = Review.objects.create(author=member, title=make_title(), text=text)
        assert (read_unread(), read_unread()) == (1, 0)
        before = ReviewReading.objects.get(review=review)
        assert (before.reader, before.score > 7, before.mentions != []) == (reader, True, True)

    def test_a_language_that_the_reader_does_not_know_is_recorded_as_unread(self, reader, member, make_title):
        text = (
            "Die Geschichte hat mich von Anfang an begeistert, und die Figuren sind liebevoll gezeichnet worden. " * 2
        )
        review = Review.objects.create(author=member, title=make_title(), text=text)
        read_unread()
        assert (review.reading.score, review.reading.error, review.reading.mentions) == (None, None, [])

    def test_a_new_reader_reads_everything_again(self, reader, fitted, member, make_title, praise):
        review = Review.objects.create(author=member, title=make_title(), text=praise)
        read_unread()
        ReviewReader.objects.update(is_active=False)
        reader.pk, reader.is_active = None, True
        reader.save()
        assert read_unread() == 1
        assert ReviewReading.objects.get(review=review).reader == reader

    def test_without_a_reader_nothing_is_read(self, member, make_title, praise):
        Review.objects.create(author=member, title=make_title(), text=praise)
        assert read_unread() == 0

    def test_a_reading_goes_with_its_review(self, reader, member, make_title, praise):
        review = Review.objects.create(author=member, title=make_title(), text=praise)
        read_unread()
        review.delete()
        assert not ReviewReading.objects.exists()
