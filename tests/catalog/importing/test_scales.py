"""Audiences and scores of several sources on one scale."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from catalog.importing.imports import import_rows
from catalog.importing.parsers.base import SourceTitle
from catalog.importing.scales import ENOUGH, Line, fit_line, theil_sen
from catalog.index.titles import title_index
from catalog.models import SourceScale, Title
from catalog.search.find import search_titles

N = 60


def rows(source: str, numbers: range, members, scores=lambda n: None) -> list[SourceTitle]:
    return [
        SourceTitle(
            source=source, row=n, external_ids={"mal": str(n)}, name=f"Cloud {n}", format="tv", season_year=2000,
            members=members(n), score=scores(n),
        )
        for n in numbers
    ]  # fmt: skip


def real(n: int) -> int:
    return 1000 * n


class TestLines:
    def test_most_points_decide(self) -> None:
        x = np.arange(50, dtype=float)
        y = 3 + 2 * x
        y[::5] = 500  # a fifth is wrong

        line = theil_sen(x, y)

        assert (line.slope, line.intercept) == pytest.approx((2, 3))

    def test_a_line_never_falls(self) -> None:
        x = np.arange(50, dtype=float)
        assert theil_sen(x, -x).slope > 0

    def test_two_lines_in_a_row(self) -> None:
        assert Line(2, 1).then(Line(3, 5)) == Line(6, 8)

    def test_errors_are_measured_on_points_it_was_not_fitted_on(self) -> None:
        noise = np.random.default_rng(1).normal(size=200) / 10
        x = np.linspace(2, 6, 200)

        fit = fit_line(x, x + 0.4 + noise)

        assert (fit.is_used, fit.n) == (True, 200)
        assert fit.error_before == pytest.approx(0.4, abs=0.03)
        assert fit.error_after == pytest.approx(np.median(np.abs(noise)), abs=0.02)

    def test_few_points_and_no_gain_leave_the_numbers_alone(self) -> None:
        x = np.arange(ENOUGH - 1, dtype=float)
        noise = np.random.default_rng(2).normal(size=300)
        assert not fit_line(x, x + 9).is_used
        assert not fit_line(np.zeros(300), noise - np.median(noise)).is_used


@pytest.mark.django_db
class TestTitles:
    def test_an_old_snapshot_and_a_new_one_are_compared(self) -> None:
        """Season 1 is known from the old snapshot alone: its half as many members are more than season 2 has."""
        old = datetime(2021, 1, 1, tzinfo=UTC)
        import_rows(rows("mal-2020", range(1, N), lambda n: real(n) // 2, lambda n: 5 + n / 20), "old", as_of=old)
        import_rows(rows("mal-2020", range(100, 101), lambda n: 90_000), "old", as_of=old)

        import_rows(rows("jikan", range(1, N), real, lambda n: 4.5 + n / 20), "new")
        import_rows(rows("jikan", range(101, 102), lambda n: 150_000), "new")

        first, second = (Title.objects.get(external_ids__value=value) for value in ("100", "101"))
        assert (first.members, second.members) == (90_000, 150_000)
        assert first.popularity == pytest.approx(180_000, rel=0.01)
        assert second.popularity == 150_000
        assert [title.pk for title in search_titles("cloud 10", None)][1:] == [first.pk, second.pk]
        places = title_index().places_of([first.pk, second.pk])
        assert title_index().numbers["members"][places].tolist() == [90_000, 150_000]
        assert title_index().numbers["popularity"][places].argmax() == 0

    def test_scores_are_shown_as_they_are_and_ranked_on_one_scale(self) -> None:
        import_rows(rows("jikan", range(1, N), real, lambda n: 4 + n / 20), "new")
        import_rows(rows("anilist", range(1, 100), real, lambda n: 6 + n / 40), "other")

        title = Title.objects.get(external_ids__value="80")

        assert (title.score, title.field_sources["score"]) == (8.0, "anilist")
        assert title.comparable_score == pytest.approx(8.0 * 2 - 8, abs=0.01)

    def test_without_enough_titles_in_common_nothing_is_changed_and_that_is_said(self) -> None:
        import_rows(rows("jikan", range(1, 20), real), "new")
        import_rows(rows("anilist", range(10, 60), lambda n: n), "other")

        scale = SourceScale.objects.get(source="anilist", field="members")

        assert (scale.n, scale.is_used, scale.error_before) == (10, False, None)
        assert Title.objects.get(external_ids__value="50").popularity == 50

    def test_a_source_without_a_direct_comparison_goes_by_way_of_another(self) -> None:
        import_rows(rows("jikan", range(1, N), real), "new")
        import_rows(rows("mal-2020", range(1, 2 * N), lambda n: real(n) // 2), "old")

        import_rows(rows("anilist", range(N, 3 * N), lambda n: real(n) // 10), "other")

        assert Title.objects.get(external_ids__value=str(3 * N - 1)).popularity == pytest.approx(
            real(3 * N - 1), rel=0.02
        )
