"""The catalogue's filters: one definition for the pages and the API. Their state is the URL's query."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import django_filters as filters
import numpy as np
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from catalog.index.found import Found
from catalog.index.seasons import SEASONS, season_number
from catalog.index.services import SERVICES, services_mask
from catalog.index.sorting import SORTS, best_first
from catalog.index.titles import CHOICES, Mask, TitleIndex, title_index
from catalog.models import CoverMood, Title
from catalog.models.titles import AgeRating, Format, Medium, Season, SourceMaterial, Status, TitleQuerySet
from catalog.search.find import find_title_ids
from catalog.viewers import Viewer

MOST_FOUND = 500  # best matches that a name search keeps
YEARS = {"min_value": 1900, "max_value": 2200}
SEASON_PATTERN = rf"(?:19|20|21)\d\d-(?:{'|'.join(SEASONS)})"
RANGES = {"year", "score", "episodes", "minutes", "members"}  # with `_min` and `_max`
ON_LIST, OFF_LIST = "on", "off"


class SlugsField(forms.MultipleChoiceField):
    """A field for slugs that the viewer may choose from."""

    allowed: frozenset[str] | Mapping[str, int] = frozenset()

    def valid_value(self, value: Any) -> bool:
        return value in self.allowed


class SlugsFilter(filters.MultipleChoiceFilter):
    field_class = SlugsField


class SeasonField(forms.RegexField):
    """A season such as "2019-fall", cleaned to its `season_number`."""

    default_error_messages = {"invalid": _("Enter a year and a season, for example 2019-fall.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=re.compile(rf"\A{SEASON_PATTERN}\Z"), **kwargs)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        year, season = text.split("-")
        return season_number(int(year), season)


class SeasonFilter(filters.Filter):
    field_class = SeasonField


def status_on_list_choices() -> list[tuple[str, Any]]:
    """Return the choices of the list filter: on the list, not on it, or by status."""
    entry = cast(Any, Title._meta.get_field("entries")).related_model
    return [(ON_LIST, _("On my list")), (OFF_LIST, _("Not on my list")), *entry._meta.get_field("status").choices]


def _number(label: Any, low: int = 0, high: int | None = None) -> filters.NumberFilter:
    return filters.NumberFilter(min_value=low, max_value=high, label=label)


class TitleFilter(filters.FilterSet):
    """Filters combine with AND; several values of one filter with OR, except for `tag` and `tag_not`."""

    q = filters.CharFilter(label=_("Title name"), max_length=120)
    tag = SlugsFilter(label=_("All of these tags"))
    tag_any = SlugsFilter(label=_("Any of these tags"))
    tag_not = SlugsFilter(label=_("None of these tags"))
    studio = SlugsFilter(label=_("Studio"))
    service = filters.MultipleChoiceFilter(choices=SERVICES, label=_("Streaming service"))
    medium = filters.MultipleChoiceFilter(choices=Medium.choices, label=_("Kind"))
    mood = filters.MultipleChoiceFilter(choices=CoverMood.choices, label=_("Cover colours"))
    format = filters.MultipleChoiceFilter(choices=Format.choices[:-1], label=_("Format"))
    status = filters.MultipleChoiceFilter(choices=Status.choices[:-1], label=_("Status"))
    source_material = filters.MultipleChoiceFilter(choices=SourceMaterial.choices[:-1], label=_("Source material"))
    age_rating = filters.MultipleChoiceFilter(choices=AgeRating.choices[:-1], label=_("Age rating"))
    season = filters.MultipleChoiceFilter(choices=Season.choices, label=_("Season"))
    season_from = SeasonFilter(label=_("From season"))
    season_to = SeasonFilter(label=_("To season"))
    year_min = filters.NumberFilter(label=_("From year"), **YEARS)
    year_max = filters.NumberFilter(label=_("To year"), **YEARS)
    score_min = _number(_("Minimum score"), high=10)
    score_max = _number(_("Maximum score"), high=10)
    episodes_min = _number(_("Minimum episodes"))
    episodes_max = _number(_("Maximum episodes"))
    minutes_min = _number(_("Minimum minutes per episode"))
    minutes_max = _number(_("Maximum minutes per episode"))
    members_min = _number(_("Minimum MAL members"))
    members_max = _number(_("Maximum MAL members"))
    list = filters.MultipleChoiceFilter(choices=status_on_list_choices, label=_("My list"))
    sort = filters.ChoiceFilter(
        choices=[(name, label) for name, (label, *_rest) in SORTS.items()], empty_label=None, label=_("Sort by")
    )

    class Meta:
        model = Title
        fields: Sequence[str] = ()

    @classmethod
    def is_asked(cls, parameters: Iterable[str]) -> bool:
        """Return whether any parameter is a filter. Building the unused form would be slow."""
        return any(name in cls.base_filters for name in parameters)

    def __init__(self, *args: Any, viewer: Viewer = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer or getattr(self.request, "user", None)

    @cached_property
    def index(self) -> TitleIndex:
        return title_index()

    def get_form_class(self) -> type[forms.Form]:
        form = super().get_form_class()
        for name in ("tag", "tag_any", "tag_not"):
            form.base_fields[name].allowed = self.index.tags_visible_to(self.viewer)
        form.base_fields["studio"].allowed = self.index.studios_visible_to(self.viewer)
        return form

    def filter_queryset(self, queryset: TitleQuerySet) -> Found:
        """Return the filtered titles in order: by default best match for name searches, else popularity."""
        return Found(self.selection.ordered_ids(), queryset)

    @cached_property
    def selection(self) -> Selection:
        """Return the selection by the valid values. Invalid values are form errors and filter nothing."""
        assert not self.is_bound or self.errors is not None  # reading the errors cleans the data
        return Selection(self.index, dict(self.form.cleaned_data) if self.is_bound else {}, self.viewer)


@dataclass(frozen=True)
class Condition:
    """A filter, or one required value of it, with the titles that pass."""

    name: str
    value: str
    mask: Mask


class Selection:
    """The active filters, applied to the index."""

    def __init__(self, index: TitleIndex, chosen: dict[str, Any], viewer: Viewer) -> None:
        self.index, self.chosen, self.viewer = index, chosen, viewer
        self.name_matches: list[int] | None = None
        self.visible = index.visible_to(viewer)
        self.conditions = list(self._conditions())
        self.mask = self.without()

    def without(self, name: str = "", value: str | None = None) -> Mask:
        """Return titles that pass all filters except this one, or except its `value`."""
        mask = self.visible.copy()
        for condition in self.conditions:
            if condition.name != name or (value is not None and condition.value != value):
                mask &= condition.mask
        return mask

    @cached_property
    def listed(self) -> dict[str, Mask]:
        """Return masks of the viewer's listed titles by status; empty for visitors."""
        if self.viewer is None or not self.viewer.is_authenticated:
            return {}
        rows = np.array(self.viewer.entries.order_by("status").values_list("status", "title_id"), dtype=object)
        if not len(rows):
            return {}
        return {
            status: self.index.mask_of(rows[rows[:, 0] == status, 1]) for status in np.unique(rows[:, 0].astype(str))
        }

    def ordered_ids(self) -> NDArray[np.int64]:
        sort = self.chosen.get("sort")
        if not sort and self.name_matches is not None:
            places = self.index.places_of(self.name_matches)
            return self.index.ids[places[self.mask[places]]]
        _label, number, descending = SORTS[sort or "popular"]
        ids = self.index.ids[self.mask]
        return ids[best_first(self.index.numbers[number][self.mask], ids, descending)]

    def _conditions(self) -> Iterator[Condition]:
        chosen, index = self.chosen, self.index
        if chosen.get("q"):
            self.name_matches = find_title_ids(chosen["q"], self.viewer, MOST_FOUND)
            yield Condition("q", "", index.mask_of(self.name_matches))
        for slug in chosen.get("tag") or ():
            yield Condition("tag", slug, index.tags.having(slug))
        for slug in chosen.get("tag_not") or ():
            yield Condition("tag_not", slug, ~index.tags.having(slug))
        for name, terms in (("tag_any", index.tags), ("studio", index.studios), ("mood", index.moods)):
            if slugs := chosen.get(name):
                yield Condition(name, "", np.logical_or.reduce([terms.having(slug) for slug in slugs]))
        if services := chosen.get("service"):
            yield Condition("service", "", services_mask(index, services, self.viewer))
        for name, values in CHOICES.items():
            if options := chosen.get(name):
                yield Condition(name, "", np.isin(index.codes[name], [values.index(value) for value in options]))
        for name in sorted(RANGES):
            yield from self._range(name, index.numbers[name])
        yield from self._seasons()
        if statuses := chosen.get("list"):
            yield Condition("list", "", self._on_list(statuses))

    def _range(self, name: str, numbers: NDArray[np.float64]) -> Iterator[Condition]:
        """Yield the conditions of a range. Unknown numbers never match."""
        low, high = self.chosen.get(f"{name}_min"), self.chosen.get(f"{name}_max")
        if low is not None:
            yield Condition(f"{name}_min", "", numbers >= float(low))
        if high is not None:
            yield Condition(f"{name}_max", "", numbers <= float(high))

    def _seasons(self) -> Iterator[Condition]:
        first, last = self.index.seasons
        if names := self.chosen.get("season"):
            is_match = np.isin(first % 4, [SEASONS.index(season) for season in names])
            yield Condition("season", "", is_match & (first == last))
        if (since := self.chosen.get("season_from")) is not None:
            yield Condition("season_from", "", first >= since)
        if (until := self.chosen.get("season_to")) is not None:
            yield Condition("season_to", "", last <= until)

    def _on_list(self, statuses: Sequence[str]) -> Mask:
        no_titles = np.zeros(len(self.index.ids), dtype=bool)
        on_list = np.logical_or.reduce([no_titles, *self.listed.values()])
        masks = self.listed | {ON_LIST: on_list, OFF_LIST: ~on_list}
        return np.logical_or.reduce([masks.get(status, no_titles) for status in statuses])


def matching(parameters: Mapping[str, Any], viewer: Viewer) -> TitleQuerySet:
    """Return the titles that match `parameters`, unordered. Raise ValidationError by parameter."""
    title_filter = TitleFilter(parameters, Title.objects.visible_to(viewer), viewer=viewer)
    if not title_filter.is_valid():
        raise ValidationError({name: list(errors) for name, errors in title_filter.errors.items()})
    is_match = RawSQL("catalog_title.id = ANY(%s)", [title_filter.qs.ids.tolist()], output_field=BooleanField())
    return Title.objects.visible_to(viewer).filter(is_match).order_by()
