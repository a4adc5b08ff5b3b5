"""The catalogue's filters: one definition for the page and the API. Their state is the URL's query."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import django_filters as filters
from django.db.models import Case, F, Q, QuerySet, When
from django.db.models.functions import Lower

from catalog.models import Tag, Title
from catalog.models.titles import Format, Season, SourceMaterial, Status
from catalog.search import find_title_ids

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import User

MOST_FOUND = 500  # a search that fits more titles than this keeps the best of them
YEARS = {"min_value": 1900, "max_value": 2200}
SORTS: dict[str, tuple[str, list[Any]]] = {
    "popular": ("Most popular", [F("members").desc(), F("pk").asc()]),
    "score": ("Highest score", [F("score").desc(nulls_last=True), F("pk").asc()]),
    "newest": ("Newest", [F("season_year").desc(nulls_last=True), F("started_on").desc(), F("pk").desc()]),
    "name": ("Name", [Lower("name"), F("pk").asc()]),
}


class TitleFilter(filters.FilterSet):
    """Everything given must fit; several tags must all fit, of several formats one."""

    q = filters.CharFilter(method="filter_by_search", label="Any of its names", max_length=120)
    tag = filters.ModelMultipleChoiceFilter(
        field_name="tags__slug",
        to_field_name="slug",
        queryset=Tag.objects.none(),
        conjoined=True,
        distinct=False,
        label="Tags",
    )
    format = filters.MultipleChoiceFilter(choices=Format.choices[:-1], distinct=False)
    year_min = filters.NumberFilter(method="filter_by_first_year", label="From year", **YEARS)
    year_max = filters.NumberFilter(method="filter_by_last_year", label="To year", **YEARS)
    season = filters.ChoiceFilter(choices=Season.choices)
    status = filters.ChoiceFilter(choices=Status.choices[:-1])
    score_min = filters.NumberFilter(
        field_name="score", lookup_expr="gte", min_value=0, max_value=10, label="Score at least"
    )
    source_material = filters.ChoiceFilter(choices=SourceMaterial.choices[:-1])
    studio = filters.CharFilter(field_name="studios__slug", label="Studio")
    sort = filters.ChoiceFilter(
        method="filter_by_sort", choices=[(name, label) for name, (label, _) in SORTS.items()], empty_label=None
    )

    class Meta:
        model = Title
        fields: list[str] = []

    def __init__(self, *args: Any, viewer: User | AnonymousUser | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer = viewer or getattr(self.request, "user", None)
        self.filters["tag"].queryset = Tag.objects.visible_to(self.viewer)

    def filter_queryset(self, queryset: QuerySet[Title]) -> QuerySet[Title]:
        """Without an order of their own, titles found by name come best first and others by audience."""
        titles = super().filter_queryset(queryset)
        chosen = self.form.cleaned_data
        if chosen.get("sort") or chosen.get("q"):
            return titles
        return titles.order_by(*SORTS["popular"][1])

    def filter_by_search(self, titles: QuerySet[Title], name: str, text: str) -> QuerySet[Title]:
        found = find_title_ids(text, self.viewer, MOST_FOUND)
        places = Case(*(When(pk=pk, then=place) for place, pk in enumerate(found)), default=None)
        return titles.filter(pk__in=found).order_by(places) if found else titles.none()

    def filter_by_first_year(self, titles: QuerySet[Title], name: str, year: int) -> QuerySet[Title]:
        return titles.filter(Q(season_year__gte=year) | Q(season_year=None, started_on__gte=f"{year:04.0f}"))

    def filter_by_last_year(self, titles: QuerySet[Title], name: str, year: int) -> QuerySet[Title]:
        before = Q(started_on__lt=f"{int(year) + 1:04}") & ~Q(started_on="")
        return titles.filter(Q(season_year__lte=year) | (Q(season_year=None) & before))

    def filter_by_sort(self, titles: QuerySet[Title], name: str, sort: str) -> QuerySet[Title]:
        return titles.order_by(*SORTS[sort][1])
