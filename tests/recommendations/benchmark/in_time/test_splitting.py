import numpy as np
import pytest

from recommendations.benchmark.in_time.events import Events
from recommendations.benchmark.in_time.splitting import in_time, leaving_one_out


@pytest.fixture(scope="module")
def events():
    """20 members who rate ten titles each: the first ten early, on days 0 to 9; the others on days 10 to 19."""
    users = np.repeat(np.arange(20), 10)
    days = np.tile(np.arange(10), 20) + np.where(users < 10, 0, 10)
    items = np.random.default_rng(0).permuted(np.tile(np.arange(10), (20, 1)), axis=1).ravel()
    order = np.argsort(days, kind="stable")
    return Events(users[order], items[order], np.full(200, 8, np.float32), days[order] * 86_400.0)


def test_nobody_is_judged_by_the_past_and_nothing_later_is_fitted_on(events):
    for stage, learned, until in zip(in_time(events), (0.8, 0.9), (0.9, 1.1), strict=True):
        cut, end = np.quantile(events.times, min(learned, 1)), np.quantile(events.times, min(until, 1))
        assert len(stage.train) == (events.times < cut).sum()
        assert stage.days.max() == (events.times[events.times < cut].max() / 86_400) + 1
        is_next = (events.times >= cut) & ((events.times < end) | (until > 1))
        assert stage.judged.targets.matrix.nnz == is_next.sum()


def test_only_who_has_a_list_before_and_ratings_after_is_judged(events):
    earlier, _later = in_time(events)

    assert len(earlier.judged.inputs) == 10  # the others rated nothing later, or nothing before
    assert (np.diff(earlier.judged.inputs.matrix.indptr) >= 5).all()


def test_a_list_before_the_split_has_nothing_of_after(events):
    for stage in (*in_time(events), *leaving_one_out(events)):
        assert not (stage.judged.inputs.watched().multiply(stage.judged.targets.watched())).nnz


def test_lists_are_read_in_the_order_in_which_they_were_made(events):
    _earlier, later = leaving_one_out(events)

    sequences = later.judged.inputs[3:5].in_order()

    for place, member in enumerate((3, 4)):
        own = events.items[events.users == member][:-1]
        assert sequences.items[sequences.indptr[place] : sequences.indptr[place + 1]].tolist() == own.tolist()


def test_each_entry_has_its_own_day(events):
    _earlier, later = leaving_one_out(events)

    items, _scores = later.judged.inputs.row(12)

    of_events = events.users == 12
    day_of = dict(zip(events.items[of_events].tolist(), events.times[of_events] / 86_400, strict=True))
    assert (later.judged.inputs.days_of(12) - 1).tolist() == [day_of[item] for item in items.tolist()]


def test_leaving_one_out_chooses_by_the_last_but_one_and_tests_by_the_last(events):
    earlier, later = leaving_one_out(events)

    for member in range(20):
        own = events.items[events.users == member]
        assert earlier.judged.targets.row(member)[0].tolist() == [own[-2]]
        assert later.judged.targets.row(member)[0].tolist() == [own[-1]]
    assert len(earlier.train) == 160
    assert len(later.train) == 180
