"""Figures of what members are shown, on lists whose right answer is known."""

from types import SimpleNamespace

import numpy as np
import pytest
import scipy.sparse as sp

from recommendations.benchmark.served import mean_scores, order_of_planned, recency_of_new_titles, recency_of_their_time
from recommendations.engine.data.interactions import Histories, IdMap, Interactions
from recommendations.engine.data.splitting import HeldOut
from recommendations.engine.ranking import TitleRules

N = 12
YEARS = np.array([2000] * 6 + [2019, 2019, 2020, 2020, 2020, 2021])


def histories(*lists: dict[int, int]) -> Histories:
    """Each list: {title: score, 0 for none}."""
    rows = [(row, item, score + 1) for row, one in enumerate(lists) for item, score in one.items()]
    row, item, value = zip(*rows, strict=True)
    return Histories(sp.csr_matrix((value, (row, item)), shape=(len(lists), N), dtype=float))


def train(*rows: tuple[int, int, int]) -> Interactions:
    return Interactions.from_ids(*(np.array(column) for column in zip(*rows, strict=True)))


class TestOrderOfPlanned:
    scores = train(*((user, item, 5) for user in range(3) for item in range(N)))

    @pytest.mark.parametrize(("sign", "correlation"), [(1, 1.0), (-1, -1.0)])
    def test_is_the_rank_correlation_with_later_scores(self, sign, correlation):
        targets = {item: item + 1 for item in range(2, 9)}
        held_out = HeldOut(histories({0: 5, 1: 6}, {0: 5}), histories(targets, {1: 7}))
        foresees = SimpleNamespace(predict=lambda items, scores, targets: sign * targets)
        expected, by_mean, difference = order_of_planned(foresees, self.scores, held_out)
        assert (expected.mean, expected.members) == (correlation, 1)  # one title alone has no order
        assert by_mean.mean == 0  # every title has the same mean
        assert difference.mean == correlation

    def test_a_mean_of_few_scores_is_close_to_that_of_all(self):
        means = mean_scores(train((1, 0, 10), *((user, 1, 4) for user in range(40))))
        assert 4 < means[0] < 6
        assert means[1] == pytest.approx(4, abs=0.1)


class TestRecency:
    rules = TitleRules(
        recommendable=np.ones(N, bool), adult=np.zeros(N, bool), franchise=np.arange(N), entry=np.arange(N),
        audience=np.full(N, np.nan), is_new=np.zeros(N, bool), minutes=np.full(N, np.nan), genres=sp.csr_matrix((N, 1)),
    )  # fmt: skip

    def measure(self, suggestions: list[int], held_out: HeldOut, rules: TitleRules | None = None) -> list[float]:
        shown = [SimpleNamespace(ids=np.array(suggestions))] * len(held_out.inputs)
        recommender = SimpleNamespace(items=IdMap(np.arange(N)), recommend_many=lambda *_: shown)
        return [f.mean for f in recency_of_their_time(recommender, held_out, rules or self.rules, YEARS)]

    def test_compares_suggestions_with_what_was_watched_besides(self):
        held_out = HeldOut(histories({0: 0, 6: 0, 8: 0, 9: 0}), histories({1: 0, 10: 0}))
        own, watched, served, difference = self.measure([2, 3, 4, 7], held_out)
        assert (own, watched, served, difference) == (0.75, 0.5, 0.25, -0.25)

    def test_judges_the_most_recent_lists_alone(self):
        others = [{0: 0, 1: 0, 2: 0, 8: 0, 9: 0}] * 9
        held_out = HeldOut(histories({8: 0, 9: 0}, *others), histories({10: 0}, *[{3: 0}] * 9))
        assert self.measure([10], held_out)[:3] == [1.0, 1.0, 1.0]

    def test_counts_no_sequels_of_what_was_begun(self):
        franchise = np.arange(N)
        franchise[10] = 8
        rules = TitleRules(**{**vars(self.rules), "franchise": franchise})
        held_out = HeldOut(histories({8: 0, 9: 0}), histories({1: 0, 10: 0}))
        assert self.measure([2], held_out, rules)[1] == 0.0

    def test_of_new_titles_is_of_those_that_had_just_appeared(self):
        held_out = HeldOut(histories({0: 0, 1: 0, 10: 0, 11: 0}), histories({2: 0, 3: 0, 4: 0, 9: 0}))
        shown = [SimpleNamespace(ids=np.array([5, 9]))]
        recommender = SimpleNamespace(items=IdMap(np.arange(N)), recommend_many=lambda *_: shown)
        figures = recency_of_new_titles(recommender, held_out, self.rules, np.arange(N) >= 9)
        assert [figure.mean for figure in figures] == [0.5, 0.25, 0.5, 0.25]
