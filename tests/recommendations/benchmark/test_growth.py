import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from recommendations.benchmark.growth import Run, Stage, StageClock, draw, measure, table
from tests.recommendations.engine.toys import clusters

RUNS = [
    Run(1, 1_000_000, 50, 0.1, [Stage("reading", 1.0, 0.5, 100), Stage("fitting", 3.0, 5.5, 400)]),
    Run(10, 10_000_000, 60, 0.2, [Stage("reading", 12.0, 5.0, 900), Stage("fitting", 20.0, 37.0, 2000)]),
]


def test_a_clock_measures_from_one_stage_to_the_next():
    clock = StageClock()

    for name in ("one", "two", "end"):
        clock(name)

    assert [stage.name for stage in clock.stages] == ["one", "two"]
    assert all(stage.peak_mb > 10 and 0 <= stage.seconds < 5 for stage in clock.stages)


def test_the_table_ends_with_sums_and_ratios():
    *_, together, ratios = table(RUNS)

    assert together.split() == ["together", "4.0", "6.0", "400", "32.0", "42.0", "2,000"]
    assert ratios.split() == ["×", "the", "first", "1.0×", "1.0×", "1.0×", "8.0×", "7.0×", "5.0×"]


def test_it_is_drawn(tmp_path):
    draw(RUNS, tmp_path / "growth.svg")

    assert "million ratings" in (tmp_path / "growth.svg").read_text()


@pytest.mark.django_db
def test_every_stage_of_a_rebuild_is_measured(tmp_path):
    data = clusters()
    columns = [data.users.ids[data.user_index], data.items.ids[data.item_index], data.score]
    pq.write_table(pa.table(columns, names=["user_id", "mal_id", "score"]), tmp_path / "ratings.parquet")

    run = measure(tmp_path / "ratings.parquet", times=1)

    assert (run.n_ratings, run.n_titles) == (len(data), 40)
    assert run.ndcg_10_liked > 0.1
    names = [stage.name for stage in run.stages]
    assert (names[:2], names[-1]) == (["reading", "splitting"], "evaluating")
    assert "fitting the linear model" in names
