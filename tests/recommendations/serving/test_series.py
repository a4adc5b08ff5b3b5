from __future__ import annotations

import pytest

from accounts.entries import writing as lists
from catalog.models import Relation, Title
from recommendations.serving import continue_series


def titles(member, **options):
    return [part.title for part in continue_series(member, **options)]


class TestContinueSeries:
    @pytest.fixture
    def series(self, make_title):
        first = make_title("Saga", started_on="2010")
        parts = [make_title(f"Saga {n}", started_on=f"201{n}-04", franchise_entry=first) for n in (2, 3)]
        first.franchise_entry = first
        first.save()
        return [first, *parts]

    def test_the_next_part_of_what_was_completed(self, member, series):
        lists.set_status(member, series[0], "completed")

        assert titles(member) == [series[1]]

    def test_after_a_title_on_hold_and_says_so(self, member, series):
        lists.set_status(member, series[0], "on_hold")

        (part,) = continue_series(member)

        assert (part.title, part.on_hold) == (series[1], series[0])

    def test_recaps_and_extras_are_no_next_part_and_extras_come_apart(self, member, series, make_title):
        part = {"franchise_entry": series[0]}
        recap = make_title("Saga Recap", started_on="2011-01", format="special", **part)
        special = make_title("Saga Beach Trip", started_on="2011-02", format="ova", **part)
        spin_off = make_title("Saga Kids", started_on="2011-03", **part)
        Relation.objects.create(from_title=series[0], to_title=recap, kind="summary")
        Relation.objects.create(from_title=series[0], to_title=spin_off, kind="spin_off")
        lists.set_status(member, series[0], "completed")

        assert titles(member) == [series[1]]
        assert [(one.title, one.role) for one in continue_series(member, extras=True)] == [
            (series[1], "main"), (special, "extra"), (spin_off, "side"),
        ]  # fmt: skip

    def test_starts_with_the_entry_point_if_only_an_extra_was_seen(self, member, series, make_title):
        special = make_title("Saga Beach Trip", started_on="2011-02", format="ova", franchise_entry=series[0])
        lists.set_status(member, special, "completed")

        assert titles(member) == [series[0]]

    def test_not_what_lies_before_the_latest_part_seen(self, member, series):
        lists.set_status(member, series[1], "completed")

        assert titles(member) == [series[2]]

    @pytest.mark.parametrize("status", ["dropped", "planned", "watching"])
    def test_not_when_another_part_was_dropped_or_is_taken_up_already(self, member, series, status):
        lists.set_status(member, series[0], "completed")
        lists.set_status(member, series[1], status)

        assert continue_series(member) == []

    def test_not_when_a_part_is_hidden(self, member, series):
        lists.set_status(member, series[0], "completed")
        lists.hide_title(member, series[2])

        assert continue_series(member) == []

    def test_not_what_is_yet_to_air_or_adult(self, member, series):
        lists.set_status(member, series[0], "completed")
        Title.objects.filter(pk=series[1].pk).update(status="upcoming")
        Title.objects.filter(pk=series[2].pk).update(is_adult=True)

        assert continue_series(member) == []

    @pytest.mark.parametrize("n_series", [1, 3])
    def test_queries(self, member, make_title, n_series, django_assert_num_queries):
        for number in range(n_series):
            first = make_title(f"Saga {number}", started_on="2010")
            second = make_title(f"Saga {number} again", started_on="2012", franchise_entry=first)
            Title.objects.filter(pk=first.pk).update(franchise_entry=first)
            lists.set_status(member, first, "completed")
            assert second

        with django_assert_num_queries(5):
            assert len(continue_series(member)) == n_series
