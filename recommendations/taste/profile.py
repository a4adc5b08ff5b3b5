"""A taste in numbers and charts, of a list as `ReadList`."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from django.core.cache import cache
from django.db.models import Count
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from numpy.typing import NDArray

from accounts.models import ListEntry
from anirec.lib import numbers
from anirec.lib.charts.bars import Chart, Row, bars, columns
from catalog.index.seasons import SEASONS
from catalog.models.titles import Season
from recommendations.taste.lists import PerTerm, ReadList

DAY = 86_400
SHRINK = 8.0  # as if a genre had been given the list's mean so many times more: a few scores say little
LEAST_SCORED = 3  # titles of a genre or studio from which on it is compared
LEAST_BEYOND = (
    0.01  # of a point between the first genre and the last: all scores are the same, and no genre is liked more
)
LOVED, LESS_LOVED, LONGEST = 7, 4, 10  # bars
LENGTHS = ((1, 1), (2, 6), (7, 13), (14, 26), (27, 60), (61, 100_000))  # episodes, from and to


@dataclass(frozen=True)
class Profile:
    """mainstream: the share, 0–1, of titles that fewer people know than the one in the middle of the list."""

    n_titles: int
    n_completed: int
    n_scored: int
    mean: float | None
    hours: float
    mainstream: float | None
    charts: tuple[Chart, ...]

    @property
    def days(self) -> float:
        return self.hours / 24


def profile(own: ReadList) -> Profile:
    found = (
        _scores(own),
        _genres_by_score(own),
        _genres_by_time(own),
        _decades(own),
        _studios(own),
        _lengths(own),
        _seasons(own),
    )
    return Profile(
        n_titles=len(own),
        n_completed=int(own.completed.sum()),
        n_scored=int(np.isfinite(own.scores).sum()),
        mean=own.mean,
        hours=float(own.hours.sum()),
        mainstream=_mainstream(own),
        charts=tuple(chart for chart in found if chart is not None),
    )


def site_scores() -> NDArray[np.int64]:
    """(10,) how often each score, from 1 on, stands on the lists of this site; counted once a day."""

    def count() -> list[int]:
        rows = ListEntry.objects.filter(score__isnull=False).order_by().values_list("score").annotate(n=Count("pk"))
        found = {score: n for score, n in rows if score}
        return [found.get(score, 0) for score in range(1, 11)]

    return np.array(cache.get_or_set("taste:site_scores", count, DAY))


def _scores(own: ReadList) -> Chart | None:
    given = own.scores[np.isfinite(own.scores)].astype(int)
    if not len(given):
        return None
    counts, everybody = np.bincount(given, minlength=11)[1:], site_scores()
    mine, theirs = counts / counts.sum(), everybody / max(everybody.sum(), 1)
    rows = [
        Row(
            str(score),
            float(mine[score - 1]),
            _percent(mine[score - 1]),
            float(theirs[score - 1]),
            _percent(theirs[score - 1]),
        )
        for score in range(1, 11)
    ]
    usual = int(counts.argmax()) + 1
    their_mean = float((everybody * np.arange(1, 11)).sum() / max(everybody.sum(), 1))
    says = _("Most common score: %(score)s. Average: %(mean)s (site average: %(theirs)s).") % {
        "score": usual,
        "mean": _number(own.mean or 0, 1),
        "theirs": _number(their_mean, 1),
    }
    return columns("scores", _("Scores given"), says, (_("Score"), _("This list"), _("All members")), rows)


def _genres_by_score(own: ReadList) -> Chart | None:
    found = sorted(genres_beyond_mean(own).items(), key=lambda genre: -genre[1][1])
    if len(found) < 2 or found[0][1][1] - found[-1][1][1] < LEAST_BEYOND:
        return None
    ends = found[:LOVED] + found[max(LOVED, len(found) - LESS_LOVED) :]
    rows = [Row(name, value, signed(value), address=of_tag(slug)) for slug, (name, value) in ends]
    says = _("Compared with this list’s average, %(best)s scores highest and %(worst)s lowest.") % {
        "best": rows[0].label,
        "worst": rows[-1].label,
    }
    return bars("loved", _("Favourite genres"), says, (_("Genre"), _("Difference from list average")), rows)


def genres_beyond_mean(own: ReadList) -> dict[str, tuple[str, float]]:
    """{slug: (name, points above the list's mean, few scores counting less)} of genres with enough scores."""
    if own.mean is None:
        return {}
    found = own.genres()
    enough = np.flatnonzero(found.n_scored >= LEAST_SCORED)
    beyond = (found.means[enough] - own.mean) * found.n_scored[enough] / (found.n_scored[enough] + SHRINK)
    return {
        found.slugs[at]: (found.names[at], value) for at, value in zip(enough.tolist(), beyond.tolist(), strict=True)
    }


def _genres_by_time(own: ReadList) -> Chart | None:
    found = own.genres()
    return _longest(
        "time",
        _("Genres by hours watched"),
        _("Most watched: %(first)s."),
        _("Genre"),
        found,
        [of_tag(slug) for slug in found.slugs],
    )


def _studios(own: ReadList) -> Chart | None:
    found = own.studios()
    addresses = [f"{reverse('catalog:browse')}?studio={slug}" for slug in found.slugs]
    return _longest("studios", _("Studios"), _("Most watched: %(first)s."), _("Studio"), found, addresses)


def _longest(name: str, title: str, says: str, what: str, found: PerTerm, addresses: list[str]) -> Chart | None:
    order = np.argsort(-found.hours, kind="stable")[:LONGEST]
    rows = [
        Row(found.names[place], float(found.hours[place]), _hours(found.hours[place]), address=addresses[place])
        for place in order.tolist()
        if found.hours[place] > 0
    ]
    if not rows:
        return None
    return bars(name, title, says % {"first": rows[0].label}, (what, _("Hours watched")), rows)


def _decades(own: ReadList) -> Chart | None:
    years = own.number("year")
    decades = years[np.isfinite(years)].astype(int) // 10 * 10
    if not len(decades):
        return None
    counted = {decade: int((decades == decade).sum()) for decade in range(decades.min(), decades.max() + 1, 10)}
    rows = [Row(_("%(decade)ss") % {"decade": decade}, n, str(n)) for decade, n in counted.items()]
    usual = max(counted, key=counted.__getitem__)
    says = _("Most titles are from the %(decade)ss.") % {"decade": usual}
    return columns("decades", _("Decades"), says, (_("Decade"), _("Titles")), rows)


def _lengths(own: ReadList) -> Chart | None:
    episodes = own.number("episodes")
    if not np.isfinite(episodes).any():
        return None
    counted = [int(((episodes >= least) & (episodes <= most)).sum()) for least, most in LENGTHS]
    rows = [Row(_length_label(*ends), n, str(n)) for ends, n in zip(LENGTHS, counted, strict=True)]
    says = _("Most common length in episodes: %(length)s.") % {"length": rows[int(np.argmax(counted))].label}
    return columns("lengths", _("Length in episodes"), says, (_("Episodes"), _("Titles")), rows)


def _length_label(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"{least}–{most}" if most < 1000 else f"{least}+"


def _seasons(own: ReadList) -> Chart | None:
    first, last = own.index.seasons[:, own.at]
    known = first[first == last].astype(int)
    if not len(known):
        return None
    counted = np.bincount(known % 4, minlength=4).tolist()
    labels = [str(Season(season).label) for season in SEASONS]
    rows = [Row(label, n, str(n)) for label, n in zip(labels, counted, strict=True)]
    says = _("Most titles premiered in %(season)s.") % {"season": labels[int(np.argmax(counted))]}
    return columns("seasons", _("Seasons"), says, (_("Season"), _("Titles")), rows)


def _mainstream(own: ReadList) -> float | None:
    audiences = own.number("members")
    known = audiences[audiences > 0]
    everybody = own.index.numbers["members"]
    everybody = np.sort(everybody[everybody > 0])
    if not len(known):
        return None
    return float(np.searchsorted(everybody, np.median(known)) / len(everybody))


def of_tag(slug: str) -> str:
    return f"{reverse('catalog:browse')}?tag={slug}"


def _number(value: float, places: int = 0) -> str:
    return number_format(round(float(value), places), places, use_l10n=True, force_grouping=True)


def _percent(share: float) -> str:
    return numbers.percent(share, 1)


def signed(value: float) -> str:
    return ("+" if value >= 0 else "−") + _number(abs(value), 2)


def _hours(hours: float) -> str:
    return ngettext("%(n)s h", "%(n)s h", round(hours)) % {"n": _number(hours, 1 if round(hours, 1) < 10 else 0)}
