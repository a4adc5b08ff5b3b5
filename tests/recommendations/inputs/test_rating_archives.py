import gzip

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from recommendations.inputs import rating_archives as archives
from recommendations.inputs.rating_archives import ArchiveError, import_archive, read_ratings
from recommendations.models import RatingArchive


@pytest.fixture
def write(tmp_path):
    def write(text, name="ratings.csv"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def as_lists(columns):
    return [column.tolist() for column in columns]


def test_csv_with_other_columns_and_other_names(write):
    path = write("source,username,anime_id,rating\na,7,20,9\na,8,21,-1\nb,7,1,0\n")

    assert as_lists(read_ratings(path)) == [[7, 8, 7], [20, 21, 1], [9, 0, 0]]


def test_names_become_numbers_and_are_not_kept(write):
    users, _, _ = read_ratings(write("user,mal_id,score\nada,1,9\nbob,1,8\nada,2,7\n"))

    assert users.tolist() == [0, 1, 0]


def test_a_missing_score_means_watched(write):
    assert read_ratings(write("user_id,mal_id,score\n1,1,\n1,2,10\n"))[2].tolist() == [0, 10]


def test_compressed_csv(tmp_path):
    path = tmp_path / "ratings.csv.gz"
    path.write_bytes(gzip.compress(b"user_id,mal_id,score\n1,2,3\n"))

    assert as_lists(read_ratings(path)) == [[1], [2], [3]]


def test_parquet(tmp_path):
    path = tmp_path / "ratings.parquet"
    pq.write_table(pa.table({"score": [9.0, None], "mal_id": pa.array([5, 6], pa.int32()), "user_id": [1, 2]}), path)

    assert as_lists(read_ratings(path)) == [[1, 2], [5, 6], [9, 0]]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("user_id,mal_id,score\n1,2,3\n1,3,11\n", "row 2: 11 is not a score"),
        ("user_id,mal_id,score\n1,2,3\n1,3,-2\n", "row 2: -2 is not a score"),
        ("user_id,mal_id,score\n1,2,7.5\n", "row 1: '7.5' is not a score"),
        ("user_id,mal_id,score\n1,2,good\n", "row 1: 'good' is not a score"),
        ("user_id,mal_id,score\n1,2,9\n1,Monster,9\n", "row 2: 'Monster' is not a MAL id"),
        ("user_id,mal_id,score\n1,0,9\n", "row 1: 0 is not a MAL id"),
        ("user_id,mal_id,score\n,2,9\n", "row 1: no user"),
        ("user_id,score\n1,9\n", "no column for the title"),
        ("user_id,mal_id,score\n", "after row 0: Empty CSV file"),
        ("user_id,mal_id,score\n1,2,9\n1,2\n", "after row"),
        ("", "no column for the user"),
    ],
)
def test_bad_input_is_named(write, text, message):
    with pytest.raises(ArchiveError, match=message):
        read_ratings(write(text))


def test_broken_parquet_is_named(tmp_path):
    path = tmp_path / "broken.parquet"
    path.write_bytes(b"PAR1 this is no parquet file PAR1")

    with pytest.raises(ArchiveError, match=r"broken\.parquet"):
        read_ratings(path)


def test_broken_gzip_is_named(tmp_path):
    path = tmp_path / "broken.csv.gz"
    path.write_bytes(gzip.compress(b"user_id,mal_id,score\n" + b"1,2,3\n" * 10_000)[:60])

    with pytest.raises(ArchiveError, match=r"broken\.csv\.gz"):
        read_ratings(path)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(ArchiveError, match="no such file"):
        read_ratings(tmp_path / "none.csv")


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_any_bytes_are_ratings_or_a_clear_error(tmp_path, data):
    path = tmp_path / "any"
    path.write_bytes(data)

    try:
        lengths = {len(column) for column in read_ratings(path)}
    except ArchiveError as error:
        message = str(error)
    else:
        message, [length] = str(path), lengths
        assert length > 0
    assert str(path) in message


@pytest.mark.django_db
class TestImport:
    def test_an_archive_is_kept_and_counted(self, write):
        archive = import_archive(write("user,mal_id,score\nada,1,9\nbob,1,8\nada,2,0\n"), "friends")

        assert (archive.n_ratings, archive.n_members, archive.n_titles) == (3, 2, 2)
        assert as_lists(archives.read(archive)) == [[0, 1, 0], [1, 1, 2], [9, 8, 0]]

    def test_importing_again_replaces_it_and_its_file(self, write, settings):
        import_archive(write("user_id,mal_id,score\n1,1,9\n"), "friends")

        import_archive(write("user_id,mal_id,score\n1,1,2\n1,5,3\n"), "friends")

        archive = RatingArchive.objects.get()
        assert archive.n_ratings == 2
        assert [path.stem for path in settings.ARCHIVE_DIR.iterdir()] == [archive.fingerprint]

    def test_a_bad_row_leaves_the_earlier_archive_as_it_was(self, write, settings):
        before = import_archive(write("user_id,mal_id,score\n1,1,9\n"), "friends")

        with pytest.raises(ArchiveError):
            import_archive(write("user_id,mal_id,score\n1,1,2\n1,5,30\n"), "friends")

        archive = RatingArchive.objects.get()
        assert archive.fingerprint == before.fingerprint
        assert as_lists(archives.read(archive)) == [[1], [1], [9]]

    def test_two_archives_may_hold_the_same(self, write):
        path = write("user_id,mal_id,score\n1,1,9\n")
        one, two = import_archive(path, "one"), import_archive(path, "two")

        assert as_lists(archives.read(one)) == as_lists(archives.read(two))


def test_large_files_are_checked_in_pieces(tmp_path):
    path = tmp_path / "large.csv"
    n = 200_000
    rows = "\n".join(f"{i},{i % 50 + 1},{i % 10 + 1}" for i in range(n))
    path.write_text(f"user_id,mal_id,score\n{rows}\n{n},1,12\n")

    with pytest.raises(ArchiveError, match=f"row {n + 1}: 12 is not a score"):
        read_ratings(path)

    assert np.sum(path.stat().st_size) > 2_000_000  # more than one chunk of the reader
