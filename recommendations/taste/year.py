"""Year in review: titles finished in a year, as far as dates are known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from anirec.lib.charts.bars import Chart, Row, columns
from catalog.models import Title
from catalog.titles.cards import title_cards
from recommendations.taste.episodes import Episodes, episodes_of, years_watched
from recommendations.taste.lists import ReadList
from recommendations.taste.profile import Profile, profile

BEST = 6


@dataclass(frozen=True)
class YearInReview:
    """n_undated: completed titles without a finish date. n_without_month: titles of this year without a month.

    episodes: watched in this year, of any title, as far as they were recorded.
    """

    year: int
    numbers: Profile
    episodes: Episodes
    months: Chart | None
    best: tuple[tuple[Title, int], ...]
    first: Title | None
    last: Title | None
    n_undated: int
    n_without_month: int


def years_of(member: User, own: ReadList, *, is_anime: bool = True) -> list[int]:
    """Return the years in which the member finished a title or watched an episode, latest first."""
    return sorted({*own.years, *(years_watched(member) if is_anime else ())}, reverse=True)


def year_in_review(member: User, own: ReadList, year: int, *, is_anime: bool = True) -> YearInReview:
    """Return the year of a list, with the episodes watched in it if it's of anime."""
    of_year = own.finished_in(year)
    dated = np.flatnonzero(np.char.str_len(of_year.finished) == 10) if len(of_year) else np.zeros(0, dtype=int)
    by_date = dated[np.argsort(of_year.finished[dated], kind="stable")]
    scored = np.flatnonzero(np.isfinite(of_year.scores))
    best = scored[np.lexsort((of_year.title_ids[scored], -of_year.hours[scored], -of_year.scores[scored]))][:BEST]
    cards = title_cards(of_year.title_ids[[*best, *by_date[:1], *by_date[-1:]]].tolist())

    def card(places: np.ndarray) -> Title | None:
        return cards.get(int(of_year.title_ids[places[0]])) if len(places) else None

    return YearInReview(
        year=year,
        numbers=profile(of_year),
        episodes=episodes_of(member, year) if is_anime else Episodes(np.zeros(12, dtype=np.int64), 0.0),
        months=_months(of_year),
        best=tuple((cards[int(of_year.title_ids[place])], int(of_year.scores[place])) for place in best),
        first=card(by_date[:1]),
        last=card(by_date[-1:]),
        n_undated=own.n_undated,
        n_without_month=int((np.char.str_len(of_year.finished) == 4).sum()) if len(of_year) else 0,
    )


def _months(of_year: ReadList) -> Chart | None:
    months = np.array([int(day[5:7]) for day in of_year.finished if len(day) >= 7], dtype=int)
    if not len(months):
        return None
    counts = np.bincount(months, minlength=13)[1:].tolist()
    rows = [Row(date_format(date(2000, month, 1), "M"), n, str(n)) for month, n in enumerate(counts, 1)]
    says = _("Busiest month: %(month)s.") % {"month": rows[int(np.argmax(counts))].label}
    return columns("months", _("Completed by month"), says, (_("Month"), _("Titles")), rows)
