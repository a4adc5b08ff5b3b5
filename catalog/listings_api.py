"""/api/v1/titles/facets/, /seasons/, /calendar/, /top/: what the pages of the same names show."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.http import QueryDict
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import GenericAPIView, ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.airing import airings, on_air
from catalog.api import TitleCardSerializer, TitleLinkSerializer, title_card
from catalog.api_query import SOME_TEXT, Query, TitleFilterBackend, require_known
from catalog.facets import Facets, Option
from catalog.filters import Found, TitleFilter
from catalog.models import Title
from catalog.models.titles import Season as SeasonName
from catalog.paging import CursorPages
from catalog.queries import title_filter
from catalog.season_views import FIRST_YEAR, LAST_YEAR, SORTS
from catalog.seasons import Season, season_ids
from catalog.top_lists import TopForm, top_lists

MOST_DAYS = 14


class OptionSerializer(serializers.Serializer[Any]):
    value = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # fields are no attributes of the class
    n = serializers.IntegerField(
        help_text="The titles that would be found with it, or that it would add to those found."
    )


class FacetSerializer(serializers.Serializer[Any]):
    parameter = serializers.CharField(help_text="The filter of /titles/ that takes the values.")
    options = OptionSerializer(many=True)


class FacetsSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(help_text="How many titles the filters find.")
    facets = FacetSerializer(many=True)


class TitleFacets(GenericAPIView):
    queryset = Title.objects.none()
    filter_backends = (TitleFilterBackend,)
    filterset_class = TitleFilter

    @extend_schema(operation_id="titles_facets", responses=FacetsSerializer, filters=True)
    def get(self, request: Request) -> Response:
        """What can be chosen beside these filters, with how many titles each choice would find."""
        filters = title_filter(request.query_params, request.user)
        require_known(filters)
        facets = Facets(filters)
        found: dict[str, list[Option]] = {
            "format": facets.formats(),
            "status": facets.statuses(),
            "source_material": facets.sources(),
            "age_rating": facets.ages(),
            "season": facets.seasons(),
            "studio": facets.studios(),
        }
        tags = [{"value": tag.slug, "label": tag.label, "n": tag.n} for group in facets.tags() for tag in group.options]
        shown = [
            {"parameter": name, "options": [{"value": o.value, "label": str(o.label), "n": o.n} for o in options]}
            for name, options in found.items()
        ]
        return Response({"count": len(filters.qs), "facets": [{"parameter": "tag", "options": tags}, *shown]})


class SeasonQuery(Query):
    sort = serializers.ChoiceField(choices=list(SORTS), default="popular")


@extend_schema_view(get=extend_schema(operation_id="season", parameters=[SeasonQuery]))
class SeasonTitles(ListAPIView[Title]):
    """The titles that begin in a season."""

    serializer_class = TitleCardSerializer
    pagination_class = CursorPages
    filter_backends = ()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Title.objects.none()
        sort = SeasonQuery.of(self.request)["sort"]
        year, name = self.kwargs["year"], self.kwargs["name"]
        if name not in SeasonName.values or not FIRST_YEAR <= year <= LAST_YEAR:
            raise NotFound("There is no such season.")
        ids = season_ids(Season.of(year, name), self.request.user, SORTS[sort][1])
        return Found(np.array(ids, dtype=np.int64), Title.objects.visible_to(self.request.user).for_cards())


class CalendarQuery(Query):
    since = serializers.DateField(required=False, help_text="The first day, in UTC; today where it is left out.")
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=7)
    mine = serializers.ChoiceField(
        choices=["yes", "no"], default="no", help_text="Only what I watch or plan to. Needs the scope `read:list`."
    )


class AiringSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    episode = serializers.IntegerField(allow_null=True, help_text="Its number, where it is known.")
    title = TitleLinkSerializer()


class AiringCalendar(APIView):
    @extend_schema(operation_id="calendar", parameters=[CalendarQuery], responses=AiringSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The episodes on air, in order."""
        wanted = CalendarQuery.of(request)
        day = wanted.get("since") or timezone.now().date()
        if not 2000 <= day.year <= LAST_YEAR:
            raise NotFound(f"There is a calendar from 2000 to {LAST_YEAR}.")
        since = datetime.combine(day, time.min, UTC)
        titles = on_air(request.user, only_mine=wanted["mine"] == "yes")
        found = airings(titles, since, since + timedelta(days=wanted["days"]))
        return Response(AiringSerializer(found, many=True).data)


class TopListSerializer(serializers.Serializer[Any]):
    label = serializers.CharField()  # type: ignore[assignment]
    about = serializers.CharField()
    query = serializers.CharField(help_text="The whole list: the query of /titles/.")
    titles = TitleCardSerializer(many=True)


class TopQuery(Query):
    decade = serializers.IntegerField(
        required=False, help_text="The first year of a decade, or below 0 a single year: 1990, -2024."
    )
    format = serializers.RegexField(SOME_TEXT, required=False)
    tag = serializers.RegexField(SOME_TEXT, required=False)


class TopTitles(APIView):
    @extend_schema(operation_id="top", parameters=[TopQuery], responses=TopListSerializer(many=True))
    def get(self, request: Request) -> Response:
        """The first titles of each top list. What makes no sense narrows nothing."""
        TopQuery.of(request)
        query = QueryDict(request._request.GET.urlencode())
        lists = top_lists(TopForm(query, request.user).query(), request.user)
        return Response(
            [
                {
                    "label": str(shown.about.label),
                    "about": str(shown.about.about),
                    "query": shown.address,
                    "titles": [title_card(title) for title in shown.titles],
                }
                for shown in lists
            ]
        )


urlpatterns = [
    path("titles/facets/", TitleFacets.as_view(), name="titles-facets"),
    path("seasons/<int:year>/<slug:name>/", SeasonTitles.as_view(), name="season"),
    path("calendar/", AiringCalendar.as_view(), name="calendar"),
    path("top/", TopTitles.as_view(), name="top"),
]
