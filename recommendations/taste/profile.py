"""Statistics and charts of a `ReadList`."""

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
SHRINK = 8.0  # pseudo-scores at the list's mean, because a few scores say little
LEAST_SCORED = 3  # scored titles a genre needs to be compared
LEAST_BEYOND = 0.01  # points between best and worst genre, below which no genre is a favourite
LOVED, LESS_LOVED, LONGEST = 7, 4, 10  # numbers of bars
LENGTHS = ((1, 1), (2, 6), (7, 13), (14, 26), (27, 60), (61, 100_000))  # ranges of episodes


@dataclass(frozen=True)
class Profile:
    """mainstream: share, 0–1, of catalogue titles with fewer members than the list's median title."""

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
    charts = (
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
        charts=tuple(chart for chart in charts if chart is not None),
    )


def site_scores() -> NDArray[np.int64]:
    """Return the number of each score, 1–10, on this site's lists: (10,), cached for a day."""

    def count() -> list[int]:
        rows = ListEntry.objects.filter(score__isnull=False).order_by().values_list("score").annotate(n=Count("pk"))
        counts = {score: n for score, n in rows if score}
        return [counts.get(score, 0) for score in range(1, 11)]

    return np.array(cache.get_or_set("taste:site_scores", count, DAY))


def _scores(own: ReadList) -> Chart | None:
    scored = own.scores[np.isfinite(own.scores)].astype(int)
    if not len(scored):
        return None
    counts, everybody = np.bincount(scored, minlength=11)[1:], site_scores()
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
    mode = int(counts.argmax()) + 1
    their_mean = float((everybody * np.arange(1, 11)).sum() / max(everybody.sum(), 1))
    says = _("Most common score: %(score)s. Average: %(mean)s (site average: %(theirs)s).") % {
        "score": mode,
        "mean": _number(own.mean or 0, 1),
        "theirs": _number(their_mean, 1),
    }
    return columns("scores", _("Scores given"), says, (_("Score"), _("This list"), _("All members")), rows)


def _genres_by_score(own: ReadList) -> Chart | None:
    genres = sorted(genres_beyond_mean(own).items(), key=lambda genre: -genre[1][1])
    if len(genres) < 2 or genres[0][1][1] - genres[-1][1][1] < LEAST_BEYOND:
        return None
    ends = genres[:LOVED] + genres[max(LOVED, len(genres) - LESS_LOVED) :]
    rows = [Row(name, value, signed(value), address=of_tag(slug)) for slug, (name, value) in ends]
    says = _("Compared with this list’s average, %(best)s scores highest and %(worst)s lowest.") % {
        "best": rows[0].label,
        "worst": rows[-1].label,
    }
    return bars(
        "loved", _("Genres compared with the average"), says, (_("Genre"), _("Difference from list average")), rows
    )


def genres_beyond_mean(own: ReadList) -> dict[str, tuple[str, float]]:
    """Return {slug: (name, points above the list's mean, shrunk)} of genres with enough scores."""
    if own.mean is None:
        return {}
    genres = own.genres()
    enough = np.flatnonzero(genres.n_scored >= LEAST_SCORED)
    beyond = (genres.means[enough] - own.mean) * genres.n_scored[enough] / (genres.n_scored[enough] + SHRINK)
    return {
        genres.slugs[at]: (genres.names[at], value) for at, value in zip(enough.tolist(), beyond.tolist(), strict=True)
    }


def _genres_by_time(own: ReadList) -> Chart | None:
    genres = own.genres()
    return _longest(
        "time",
        _("Genres by hours watched"),
        _("Most watched: %(first)s."),
        _("Genre"),
        genres,
        [of_tag(slug) for slug in genres.slugs],
    )


def _studios(own: ReadList) -> Chart | None:
    studios = own.studios()
    addresses = [f"{reverse('catalog:browse')}?studio={slug}" for slug in studios.slugs]
    return _longest("studios", _("Studios"), _("Most watched: %(first)s."), _("Studio"), studios, addresses)


def _longest(name: str, title: str, says: str, heading: str, terms: PerTerm, addresses: list[str]) -> Chart | None:
    order = np.argsort(-terms.hours, kind="stable")[:LONGEST]
    rows = [
        Row(terms.names[place], float(terms.hours[place]), _hours(terms.hours[place]), address=addresses[place])
        for place in order.tolist()
        if terms.hours[place] > 0
    ]
    if not rows:
        return None
    return bars(name, title, says % {"first": rows[0].label}, (heading, _("Hours watched")), rows)


def _decades(own: ReadList) -> Chart | None:
    years = own.number("year")
    decades = years[np.isfinite(years)].astype(int) // 10 * 10
    if not len(decades):
        return None
    counts = {decade: int((decades == decade).sum()) for decade in range(decades.min(), decades.max() + 1, 10)}
    rows = [Row(_("%(decade)ss") % {"decade": decade}, n, str(n)) for decade, n in counts.items()]
    mode = max(counts, key=counts.__getitem__)
    says = _("Most titles are from the %(decade)ss.") % {"decade": mode}
    return columns("decades", _("Decades"), says, (_("Decade"), _("Titles")), rows)


def _lengths(own: ReadList) -> Chart | None:
    episodes = own.number("episodes")
    if not np.isfinite(episodes).any():
        return None
    counts = [int(((episodes >= least) & (episodes <= most)).sum()) for least, most in LENGTHS]
    rows = [Row(_length_label(*ends), n, str(n)) for ends, n in zip(LENGTHS, counts, strict=True)]
    says = _("Most common length in episodes: %(length)s.") % {"length": rows[int(np.argmax(counts))].label}
    return columns("lengths", _("Length in episodes"), says, (_("Episodes"), _("Titles")), rows)


def _length_label(least: int, most: int) -> str:
    if least == most:
        return str(least)
    return f"{least}–{most}" if most < 1000 else f"{least}+"


def _seasons(own: ReadList) -> Chart | None:
    first, last = own.index.seasons[:, own.at]
    premieres = first[first == last].astype(int)
    if not len(premieres):
        return None
    counts = np.bincount(premieres % 4, minlength=4).tolist()
    labels = [str(Season(season).label) for season in SEASONS]
    rows = [Row(label, n, str(n)) for label, n in zip(labels, counts, strict=True)]
    says = _("Most titles premiered in %(season)s.") % {"season": labels[int(np.argmax(counts))]}
    return columns("seasons", _("Seasons"), says, (_("Season"), _("Titles")), rows)


def _mainstream(own: ReadList) -> float | None:
    audiences = own.number("popularity")
    own_audiences = audiences[audiences > 0]
    all_audiences = own.index.numbers["popularity"]
    all_audiences = np.sort(all_audiences[all_audiences > 0])
    if not len(own_audiences):
        return None
    return float(np.searchsorted(all_audiences, np.median(own_audiences)) / len(all_audiences))


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
