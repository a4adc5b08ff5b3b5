import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommendations.benchmark.in_time.events import EventsError, read_events

HEADER = "user_id:token\titem_id:token\trating:float\ttimestamp:float\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name="ratings.inter"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def test_ratings_are_in_the_order_of_time_on_a_scale_to_10(file):
    events = read_events(file(HEADER + "b\tx\t5\t300\na\ty\t1\t100\na\tx\t3.5\t200\n"))

    assert events.times.tolist() == [100, 200, 300]
    assert events.scores.tolist() == [2, 7, 10]
    assert events.users.tolist() == [0, 0, 1]
    assert events.items.tolist() == [1, 0, 0]
    assert events.n_items == 2


def test_scores_to_10_stay_as_they_are_and_columns_may_be_in_any_order(file):
    events = read_events(file("timestamp,rating,user_id,item_id,mood\n1,9,a,x,good\n2,4,a,y,\n", "ratings.csv"))

    assert events.scores.tolist() == [9, 4]


def test_of_several_ratings_of_a_title_the_first_counts(file):
    events = read_events(file(HEADER + "a\tx\t2\t200\na\tx\t5\t100\na\ty\t4\t50\n"))

    assert events.times.tolist() == [50, 100]
    assert events.scores.tolist() == [8, 10]


def test_odd_rows_are_named_and_left_out(file):
    odd = "a\ty\tgood\t100\na\tz\t4\t\n\tx\t4\t100\na\tx\t11\t100\na\n"

    events = read_events(file(HEADER + "a\tx\t4\t100\n" + odd))

    assert len(events) == 1
    assert events.left_out == 5
    assert events.problems == (
        "row 2: rating 'good' isn't a number",
        "row 3: timestamp '' isn't a number",
        "row 4: no user_id",
        "row 5: rating 11 isn't above 0 and at most 10",
        "row 6: no item_id",
    )


def test_parquet_is_read_too(tmp_path):
    columns = {"user_id": [1, 1, None], "item_id": [7, 8, 7], "rating": [4.0, 5.0, 3.0], "timestamp": [20, 10, 30]}
    pq.write_table(pa.table(columns), tmp_path / "ratings.parquet")

    events = read_events(tmp_path / "ratings.parquet")

    assert events.scores.tolist() == [10, 8]
    assert events.problems == ("row 3: no user_id",)
    assert np.array_equal(events.items, [1, 0])


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("ratings.inter", "user_id\titem_id\trating\n", "no column timestamp among user_id, item_id, rating"),
        ("ratings.inter", HEADER, "no ratings found"),
        ("ratings.inter", HEADER + "a\tx\tfine\t1\n", r"no ratings found \(row 1: rating 'fine' isn't a number\)"),
        ("ratings.csv", "", "no column user_id"),
        ("ratings.xlsx", "PK", "use a file of one of these kinds: .inter, .tsv, .csv, .parquet"),
        ("ratings.parquet", "no parquet", "ratings.parquet: "),
    ],
)
def test_what_is_wrong_with_a_file_is_said(file, name, text, message):
    with pytest.raises(EventsError, match=message):
        read_events(file(text, name))


def test_a_file_that_is_not_text_is_refused(tmp_path):
    (tmp_path / "ratings.csv").write_bytes(b"\xff\xfe\x00")

    with pytest.raises(EventsError, match=r"ratings\.csv: "):
        read_events(tmp_path / "ratings.csv")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(EventsError, match="no such file"):
        read_events(tmp_path / "absent.inter")
