"""Top lists: each one is a set of filters and an order of the browse page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import numpy as np
from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET
from numpy.typing import NDArray

from anirec.lib.web.requests import PageRequest
from catalog.browse.queries import genre_choices, title_filter
from catalog.index.sorting import SORTS
from catalog.index.titles import title_index
from catalog.models import Title
from catalog.models.titles import Format
from catalog.viewers import Viewer

N_TITLES = 10
FIRST_DECADE = 1960
WITH_STORY = [Format.TV, Format.TV_SHORT, Format.MOVIE, Format.OVA, Format.ONA, Format.SPECIAL]
GEMS = {"members_min": 2_000, "members_max": 40_000, "score_min": 7.5}


@dataclass(frozen=True)
class TopList:
    label: Any
    about: Any
    query: dict[str, Any]


LISTS = (
    TopList(_("Highest rated"), _("Highest weighted score"), {"sort": "weighted"}),
    TopList(_("Best known"), _("On the most MAL lists"), {"sort": "popular"}),
    TopList(_("Hidden gems"), _("High scores from a small audience"), {"sort": "weighted", **GEMS}),
    TopList(_("Most divisive"), _("Opinions differ most"), {"sort": "divided"}),
)


class TopForm(forms.Form):
    """Filters for all top lists. Invalid values are ignored."""

    decade = forms.TypedChoiceField(label=_("Decade or year"), coerce=int, required=False)
    format = forms.ChoiceField(label=_("Format"), required=False)
    tag = forms.ChoiceField(label=_("Genre"), required=False)

    def __init__(self, data: QueryDict, viewer: Viewer) -> None:
        super().__init__(data)
        this_year = timezone.localdate().year
        decades = [(first, _("%(decade)ss") % {"decade": first}) for first in range(FIRST_DECADE, this_year + 1, 10)]
        years = [(-year, str(year)) for year in range(this_year, this_year - 10, -1)]
        choices: dict[str, list[tuple[Any, Any]]] = {
            "decade": [*reversed(decades), *years],
            "format": [(one.value, one.label) for one in WITH_STORY],
            "tag": [pair for _kind, pairs in genre_choices(viewer) for pair in pairs],
        }
        for name, values in choices.items():
            self.fields[name].choices = [("", _("All")), *values]  # type: ignore[attr-defined]

    def query(self) -> dict[str, Any]:
        """Return the filters as parameters of the browse page."""
        self.is_valid()
        chosen = {name: value for name, value in self.cleaned_data.items() if value}
        if first := chosen.pop("decade", None):  # a negative number is a single year
            chosen |= {"year_min": abs(first), "year_max": first + 9 if first > 0 else -first}
        return {"format": [one.value for one in WITH_STORY], **chosen}


@dataclass(frozen=True)
class TopListResult:
    """A top list with its first titles."""

    about: TopList
    titles: list[Title]
    address: str  # query string of the full list on the browse page


@require_GET
def top(request: PageRequest) -> HttpResponse:
    form = TopForm(request.GET, request.user)
    template = "_top.html" if request.htmx.target == "top" else "top.html"
    lists = top_lists(form.query(), request.user)
    return render(request, f"catalog/browse/{template}", {"form": form, "lists": lists})


def top_lists(filters: dict[str, Any], viewer: Viewer) -> list[TopListResult]:
    """Return the top lists. filters: additional parameters of the browse page."""
    visible = title_index().visible_to(viewer)
    lists = [one for one in LISTS if np.isfinite(_figures(one)[visible]).any()]
    queries = [urlencode({**filters, **one.query}, doseq=True) for one in lists]
    ids_of_lists = [_first(one, query, viewer) for one, query in zip(lists, queries, strict=True)]
    cards = Title.objects.visible_to(viewer).for_cards().in_bulk([pk for ids in ids_of_lists for pk in ids])
    return [
        TopListResult(one, [cards[pk] for pk in ids if pk in cards], query)
        for one, ids, query in zip(lists, ids_of_lists, queries, strict=True)
    ]


def _figures(one: TopList) -> NDArray[np.float64]:
    """Return each title's sort value; NaN if unknown."""
    return title_index().numbers[SORTS[one.query["sort"]][1]]


def _first(one: TopList, query: str, viewer: Viewer) -> list[int]:
    ids = title_filter(QueryDict(query), viewer).qs.ids[:N_TITLES]
    return ids[np.isfinite(_figures(one)[title_index().places_of(ids)])].tolist()
