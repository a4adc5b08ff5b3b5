from __future__ import annotations

import pytest

from accounts.lists import writing as lists
from catalog.models import Title
from recommendations.serving import continue_series


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

        assert continue_series(member) == [series[1]]

    def test_not_what_lies_before_the_latest_part_seen(self, member, series):
        lists.set_status(member, series[1], "completed")

        assert continue_series(member) == [series[2]]

    @pytest.mark.parametrize("status", ["dropped", "planned", "watching", "on_hold"])
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

        with django_assert_num_queries(3):
            assert len(continue_series(member)) == n_series
