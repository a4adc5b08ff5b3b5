"""Episodes that a member watched, from the history of their list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from django.db.models import QuerySet, Sum
from django.db.models.functions import ExtractMonth, ExtractYear
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from accounts.models import EntryChange, User
from anirec.lib.charts.bars import Chart, Row, columns
from anirec.lib.time_zones import zone_named
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.models.titles import Medium


@dataclass(frozen=True)
class Episodes:
    """Episodes watched in a year, as far as they were recorded. by_month: (12,)."""

    by_month: NDArray[np.int64]
    hours: float

    @property
    def n(self) -> int:
        return int(self.by_month.sum())

    @property
    def chart(self) -> Chart | None:
        """Return the months as columns, or None without any episode."""
        if not self.n:
            return None
        counts = self.by_month.tolist()
        rows = [Row(date_format(date(2000, month, 1), "M"), n, str(n)) for month, n in enumerate(counts, 1)]
        says = _("Most in %(month)s. Imports say nothing of single episodes.") % {
            "month": rows[int(np.argmax(counts))].label
        }
        return columns("episodes", _("Episodes watched by month"), says, (_("Month"), _("Episodes")), rows)


def years_watched(member: User) -> set[int]:
    """Return the years with recorded episodes, in the member's time zone."""
    years = _watched(member).annotate(year=ExtractYear("at", tzinfo=zone_named(member.time_zone)))
    return set(years.values_list("year", flat=True).distinct().order_by())


def episodes_of(member: User, year: int) -> Episodes:
    """Count a year's episodes. A correction counts against the month it was made in."""
    zone, index = zone_named(member.time_zone), title_index()
    begin, end = (datetime(number, 1, 1, tzinfo=zone) for number in (year, year + 1))
    in_year = _watched(member).filter(at__gte=begin, at__lt=end).annotate(month=ExtractMonth("at", tzinfo=zone))
    rows = list(in_year.order_by().values_list("title_id", "month").annotate(Sum("watched")))
    title_ids, months, counts = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    is_indexed = np.isin(title_ids, index.ids)
    minutes = index.numbers["minutes"][index.places_of(title_ids)]
    by_month = np.bincount(months, counts, minlength=13)[1:].astype(np.int64)
    return Episodes(np.maximum(by_month, 0), float((np.nan_to_num(minutes) * counts[is_indexed]).sum()) / 60)


def _watched(member: User) -> QuerySet[EntryChange]:
    visible = Title.objects.visible_to(member).filter(medium=Medium.ANIME).order_by()
    return EntryChange.objects.filter(user=member, title__in=visible).exclude(watched=0)
