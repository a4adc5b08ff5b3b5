"""The browse page's filter options, with exact counts, and its active filters."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.forms import BoundField
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from catalog.airing.seasons import Season
from catalog.browse.filters import OFF_LIST, ON_LIST, TitleFilter, status_on_list_choices
from catalog.index.seasons import SEASONS
from catalog.index.services import MY_SERVICES, SERVICES, services_mask
from catalog.index.titles import CHOICES, Term
from catalog.models import CoverMood, Tag
from catalog.models.titles import Season as SeasonName
from catalog.models.titles import media_of
from catalog.search.keys import search_key

SIGNS = {"tag": "all", "tag_any": "any", "tag_not": "not"}
MOST_TAGS, MOST_STUDIOS = 24, 12  # options shown, besides the selected ones


@dataclass(frozen=True)
class Option:
    """One value of a filter. `n`: titles found if it were the filter's only value."""

    value: str
    label: Any
    n: int
    chosen: bool


@dataclass(frozen=True)
class TagOption:
    """`sign`: "all", "any", "not" or "". `n`: matching titles with the tag; if excluded, titles it removes."""

    slug: str
    label: str
    n: int
    sign: str


@dataclass(frozen=True)
class Range:
    """The form fields of a range filter."""

    legend: Any
    low: BoundField
    high: BoundField
    step: str = "1"
    type: str = "number"


@dataclass(frozen=True)
class TagGroup:
    kind: str
    label: Any
    options: list[TagOption]
    n_more: int  # matching tags that aren't shown

    @property
    def is_used(self) -> bool:
        return any(option.sign for option in self.options)


class Facets:
    """The options of a bound filter set. `find` narrows tags and studios by name."""

    def __init__(self, filters: TitleFilter, find: str = "") -> None:
        self.filters, self.selection, self.find = filters, filters.selection, search_key(find)
        self.index, self.chosen = self.selection.index, self.selection.chosen

    def ranges(self) -> list[Range]:
        form = self.filters.form
        return [
            Range(_("Seasons"), form["season_from"], form["season_to"], type="text"),
            *(
                Range(legend, form[f"{name}_min"], form[f"{name}_max"], step)
                for name, legend, step in (
                    ("year", _("Years"), "1"),
                    ("score", _("MAL score"), "0.1"),
                    ("episodes", _("Episodes"), "1"),
                    ("minutes", _("Minutes per episode"), "1"),
                    ("members", _("MAL members"), "1"),
                )
            ),
        ]

    def season_choices(self) -> list[str]:
        """Return the latest fifty seasons with titles, as in URLs ("2019-fall")."""
        first, last = self.index.seasons[:, self.selection.visible]
        numbers = np.unique(first[first == last]).astype(int)[::-1][:50]
        return [f"{number // 4}-{SEASONS[number % 4]}" for number in numbers.tolist()]

    def media(self) -> list[Option]:
        """List the media, for viewers who see more than anime."""
        return self._choices("medium") if len(media_of(self.selection.viewer)) > 1 else []

    def formats(self) -> list[Option]:
        return self._choices("format")

    def statuses(self) -> list[Option]:
        return self._choices("status")

    def sources(self) -> list[Option]:
        return self._choices("source_material")

    def ages(self) -> list[Option]:
        return self._choices("age_rating")

    def _choices(self, name: str) -> list[Option]:
        counts = np.bincount(self.index.codes[name][self.selection.without(name)], minlength=len(CHOICES[name]))
        labels = self.filters.form.fields[name].choices
        return self._options(name, ((value, label, counts[CHOICES[name].index(value)]) for value, label in labels))

    def seasons(self) -> list[Option]:
        first, last = self.index.seasons[:, self.selection.without("season")]
        quarters = first[first == last].astype(np.int64) % 4
        counts = np.bincount(quarters, minlength=4)
        return self._options(
            "season", ((value, label, counts[SEASONS.index(value)]) for value, label in SeasonName.choices)
        )

    def my_list(self) -> list[Option]:
        rest, listed = self.selection.without("list"), self.selection.listed
        n = {status: int((mask & rest).sum()) for status, mask in listed.items()}
        n |= {ON_LIST: sum(n.values()), OFF_LIST: int(rest.sum()) - sum(n.values())}
        return self._options("list", ((value, label, n.get(value, 0)) for value, label in status_on_list_choices()))

    def studios(self) -> list[Option]:
        """List the selected studios, then those with the most matching titles."""
        terms, chosen = self.index.studios, self.chosen.get("studio") or []
        visible = self.index.studios_visible_to(self.selection.viewer)
        counts = terms.counts(self.selection.without("studio"))
        shown = [place for place in self._most(terms.terms, counts, len(counts)) if terms.terms[place].slug in visible]
        others = [place for place in shown[:MOST_STUDIOS] if terms.terms[place].slug not in chosen]
        places = [*(terms.at[slug] for slug in chosen), *others]
        return self._options("studio", ((terms.terms[at].slug, terms.terms[at].name, counts[at]) for at in places))

    def services(self) -> list[Option]:
        """List "On my services" for members who named theirs, then the services with titles."""
        rest, terms = self.selection.without("service"), self.index.services
        n = dict(zip(terms.at, terms.counts(rest), strict=True))
        n[MY_SERVICES] = (services_mask(self.index, [MY_SERVICES], self.selection.viewer) & rest).sum()
        return self._options("service", ((value, label, n[value]) for value, label in SERVICES))

    def moods(self) -> list[Option]:
        """List the moods of covers: none where no cover was read."""
        labels, counts = dict(CoverMood.choices), self.index.moods.counts(self.selection.without("mood"))
        return self._options("mood", ((value, labels[value], counts[at]) for value, at in self.index.moods.at.items()))

    def tags(self) -> list[TagGroup]:
        """List genres, themes, demographics and tags, each group in alphabetical order."""
        terms, visible = self.index.tags, self.index.tags_visible_to(self.selection.viewer)
        signs = {slug: sign for name, sign in SIGNS.items() for slug in self.chosen.get(name) or []}
        counts = terms.counts(self.selection.mask)
        for slug in self.chosen.get("tag_not") or []:
            lost = self.selection.without("tag_not", slug) & terms.having(slug)
            counts[terms.at[slug]] = int(lost.sum())
        groups = []
        for kind in Tag.Kind:
            candidates = [term for term in terms.terms if term.kind == kind and term.slug in visible]
            most = self._most(candidates, np.array([counts[terms.at[term.slug]] for term in candidates]), MOST_TAGS)
            frequent = {candidates[place].slug for place in most}
            options = [
                TagOption(term.slug, term.name, int(counts[terms.at[term.slug]]), signs.get(term.slug, ""))
                for term in candidates
                if term.slug in frequent or term.slug in signs
            ]
            n_more = sum(bool(counts[terms.at[term.slug]]) for term in candidates) - len(frequent)
            groups.append(TagGroup(kind.value, kind.label, options, 0 if self.find else n_more))
        return groups

    def _most(self, terms: list[Term], counts: NDArray[np.int64], most: int) -> list[int]:
        """Return the places of the most frequent terms, or of all whose name matches the search."""
        order = np.argsort(-counts, kind="stable")
        places = [int(place) for place in order if counts[place] or self.find]
        if self.find:
            places = [place for place in places if self.find in search_key(terms[place].name)]
        return places[:most]

    def _options(self, name: str, rows: Iterable[tuple[str, Any, Any]]) -> list[Option]:
        chosen = self.chosen.get(name) or []
        options = (Option(value, label, int(n), value in chosen) for value, label, n in rows)
        return [option for option in options if option.n or option.chosen or (self.find and name == "studio")]


@dataclass(frozen=True)
class Active:
    """An active filter: the text of its chip and the parameter to remove."""

    label: str
    name: str
    value: str


def active_filters(filters: TitleFilter) -> list[Active]:
    """List the active filters in form order. Sorting doesn't count as a filter."""
    chosen = filters.selection.chosen
    return [
        Active(_label(filters, name, value), name, str(value))
        for name in filters.form.fields
        if name != "sort" and chosen.get(name) not in (None, "", [])
        for value in _sent(filters, name, chosen[name])
    ]


def _sent(filters: TitleFilter, name: str, value: Any) -> list[Any]:
    """Return the values as they appear in the query string."""
    return value if isinstance(value, list) else [filters.form[name].value()]


def _label(filters: TitleFilter, name: str, value: Any) -> str:
    label, index = filters.form.fields[name].label, filters.index
    if name == "q":
        return f"“{value}”"
    if name in SIGNS:
        tag = index.tags.terms[index.tags.at[value]].name
        return {"all": tag, "any": gettext("or %(tag)s") % {"tag": tag}, "not": gettext("not %(tag)s") % {"tag": tag}}[
            SIGNS[name]
        ]
    if name == "studio":
        return index.studios.terms[index.studios.at[value]].name
    if name in ("season_from", "season_to"):
        year, season = value.split("-")
        return f"{label}: {Season.of(int(year), season).label}"
    choices = dict(getattr(filters.form.fields[name], "choices", ()))
    return str(choices[value]) if value in choices else f"{label}: {value}"


def canonical_query(filters: TitleFilter) -> list[tuple[str, str]]:
    """Return only the valid, active parameters, as saved views store them."""
    chosen = filters.selection.chosen
    pairs = [(active.name, active.value) for active in active_filters(filters)]
    return [*pairs, ("sort", chosen["sort"])] if chosen.get("sort") else pairs
