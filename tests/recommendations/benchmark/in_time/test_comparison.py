from io import StringIO

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from recommendations.benchmark.in_time.comparison import measure, table
from recommendations.benchmark.in_time.contestants import (
    CONTESTANTS,
    Audience,
    Contestant,
    DatedLinear,
    InOrder,
    OneHalfLife,
    Undated,
    by_order,
    by_site_rules,
)
from recommendations.benchmark.in_time.events import Events
from recommendations.benchmark.in_time.splitting import in_time, leaving_one_out
from recommendations.engine.models.linear import RatingAwareEase
from recommendations.engine.models.self_attention import SelfAttention

N_ITEMS = 40


def members_who_turn(span=400, n=80, seed=0):
    """Members who rate ten titles of one half of the catalogue, then ten of the other; half of them of one only."""
    generator = np.random.default_rng(seed)
    rows = []
    for user in range(n):
        first, second = generator.permutation(2)
        halves = [generator.permutation(np.arange(half, N_ITEMS, 2)) for half in (first, second)]
        titles = halves[0][:14] if user % 2 else np.concatenate([half[:10] for half in halves])
        days = generator.uniform(0, 200) + np.linspace(0, span, len(titles))
        rows += [(user, title, day) for title, day in zip(titles.tolist(), days.tolist(), strict=True)]
    users, items, days = np.array(sorted(rows, key=lambda row: row[2])).T
    return Events(users.astype(int), items.astype(int), np.full(len(users), 8, np.float32), days * 86_400)


@pytest.fixture(scope="module")
def later():
    return leaving_one_out(members_who_turn())[1]


def found(model, stage):
    name = Contestant("one", "one", lambda: model)
    return measure(name, stage, stage).mean("ndcg_10_watched")


def linear(rule=None):
    model = RatingAwareEase(neighbours=80)
    return Undated(model) if rule is None else DatedLinear(model, rule)


def test_dates_help_where_tastes_turn(later):
    undated = found(linear(), later)

    assert found(linear(OneHalfLife(30.0)), later) > undated + 0.05
    assert found(linear(by_order), later) > undated + 0.05


def test_dates_that_say_nothing_by_the_site_s_rules_change_nothing():
    """All is rated within two months."""
    stage = leaving_one_out(members_who_turn(span=60))[1]
    undated, by_rules = (linear(rule).fit(stage) for rule in (None, by_site_rules))

    lists = stage.judged.inputs[:20]

    assert by_rules.score(lists) == pytest.approx(undated.score(lists), abs=1e-5)


def test_a_sequence_model_sees_the_order_that_it_is_given(later):
    model = SelfAttention(order="own", size=16, layers=1, window=20, learning_rate=0.01, epochs=15, lists_at_once=20)

    assert found(InOrder(model), later) > found(linear(), later) + 0.05


def test_recent_popularity_counts_the_last_weeks_and_then_all():
    users = np.arange(30)  # one a day
    items = np.where(users < 20, 0, np.where(users < 24, 1, 2))
    events = Events(users, items, np.full(30, 8, np.float32), np.arange(30) * 86_400.0)
    stage = in_time(events)[1]

    ever, recent = (Audience(weeks).fit(stage).score(stage.lists[:1])[0] for weeks in (float("inf"), 1))

    assert np.argsort(-ever).tolist() == [0, 1, 2]
    assert np.argsort(-recent).tolist() == [1, 2, 0]


def test_parameters_are_chosen_in_the_earlier_stage():
    stages = in_time(members_who_turn())
    calls = []

    class Spy(Audience):
        def fit(self, stage):
            calls.append((self.weeks, stage is stages[0]))
            return super().fit(stage)

    chosen = measure(Contestant("spy", "spy", Spy, {"weeks": (1, 50)}), *stages)

    assert [earlier for _weeks, earlier in calls] == [True, True, False]
    assert calls[-1][0] == chosen.parameters["weeks"]
    assert chosen.tried == 2


def test_the_table_gives_each_contestant_s_difference_from_the_linear_model(later):
    measured = {
        name: measure(Contestant(name, name, make), later, later)
        for name, make in (("popularity", Audience), ("linear", linear))
    }

    head, _line, popularity, own = table(measured)

    difference = measured["popularity"].by_member["ndcg_10_watched"] - measured["linear"].by_member["ndcg_10_watched"]
    assert "NDCG@10 | recall@20" in head
    assert f"{np.nanmean(difference):+.4f} (95 % from" in popularity
    assert "95 %" not in own
    assert len({row.count("|") for row in (head, popularity, own)}) == 1


class TestCommand:
    @pytest.fixture
    def file(self, tmp_path):
        events = members_who_turn(n=30)
        rows = zip(events.users, events.items, events.scores, events.times, strict=True)
        path = tmp_path / "ratings.csv"
        lines = [f"{user},{item},{score:g},{time:.0f}" for user, item, score, time in rows]
        path.write_text("\n".join(["user_id,item_id,rating,timestamp", *lines, "1,2,fine,3"]))
        return path

    def run(self, *arguments, **options):
        out, err = StringIO(), StringIO()
        call_command("bench_sequence", *map(str, arguments), stdout=out, stderr=err, **options)
        return out.getvalue(), err.getvalue()

    def test_it_says_who_is_judged_and_which_rows_were_left_out(self, file):
        out, err = self.run(file, models="popularity,recent", leave_one_out=True)

        assert "510 ratings of 40 titles; parameters chosen on 30 members, tested on 30 by 30 later ratings" in out
        assert "| popularity | 0." in out
        assert "weeks " in out
        assert "row 511: rating 'fine' isn't a number; left out" in err

    def test_without_a_file_it_says_where_to_get_one(self, tmp_path):
        for arguments in ((), (tmp_path / "absent.inter",)):
            with pytest.raises(CommandError, match=r"recbole==1\.2\.1"):
                self.run(*arguments)

    def test_unknown_models_are_named(self, file):
        with pytest.raises(CommandError, match="unknown models: lstm; known: popularity"):
            self.run(file, models="lstm")

    def test_too_few_ratings_are_an_error(self, tmp_path):
        (tmp_path / "few.csv").write_text("user_id,item_id,rating,timestamp\n1,2,3,4\n1,3,3,5\n")

        with pytest.raises(CommandError, match="No member has enough ratings"):
            self.run(tmp_path / "few.csv")


def test_every_contestant_can_be_made_with_each_of_its_choices():
    for contestant in CONTESTANTS:
        assert all(contestant.make(**choice) for choice in contestant.choices())
