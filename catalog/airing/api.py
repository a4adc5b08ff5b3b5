"""/api/v1/seasons/ and /calendar/: the data behind the season and calendar pages."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np
from django.urls import path
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anirec.lib.paging import CursorPages
from anirec.lib.web.query import Query
from catalog.airing.schedule import airings, on_air
from catalog.airing.season_views import FIRST_YEAR, LAST_YEAR, SORTS
from catalog.airing.seasons import Season, season_ids
from catalog.index.found import Found
from catalog.models import Title
from catalog.models.titles import Season as SeasonName
from catalog.titles.serializers import TitleCardSerializer, TitleLinkSerializer

MOST_DAYS = 14


class SeasonQuery(Query):
    sort = serializers.ChoiceField(choices=list(SORTS), default="popular")


@extend_schema_view(get=extend_schema(operation_id="season", parameters=[SeasonQuery]))
class SeasonTitles(ListAPIView[Title]):
    """List the titles that start in a season."""

    serializer_class = TitleCardSerializer
    pagination_class = CursorPages
    filter_backends = ()

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Title.objects.none()
        sort = SeasonQuery.of(self.request)["sort"]
        year, name = self.kwargs["year"], self.kwargs["name"]
        if name not in SeasonName.values or not FIRST_YEAR <= year <= LAST_YEAR:
            raise NotFound("Season not found.")
        ids = season_ids(Season.of(year, name), self.request.user, SORTS[sort][1])
        return Found(np.array(ids, dtype=np.int64), Title.objects.visible_to(self.request.user).for_cards())


class CalendarQuery(Query):
    since = serializers.DateField(required=False, help_text="The first day, in UTC. Defaults to today.")
    days = serializers.IntegerField(min_value=1, max_value=MOST_DAYS, default=7)
    mine = serializers.ChoiceField(
        choices=["yes", "no"],
        default="no",
        help_text="Only titles you're watching or planning. Needs the scope `read:list`.",
    )


class AiringSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    episode = serializers.IntegerField(allow_null=True, help_text="Episode number, if known.")
    title = TitleLinkSerializer()


class AiringCalendar(APIView):
    @extend_schema(operation_id="calendar", parameters=[CalendarQuery], responses=AiringSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List episodes by air time."""
        query = CalendarQuery.of(request)
        day = query.get("since") or timezone.now().date()
        if not 2000 <= day.year <= LAST_YEAR:
            raise NotFound(f"Date out of range: the calendar covers 2000 to {LAST_YEAR}.")
        since = datetime.combine(day, time.min, UTC)
        titles = on_air(request.user, only_mine=query["mine"] == "yes")
        episodes = airings(titles, since, since + timedelta(days=query["days"]))
        return Response(AiringSerializer(episodes, many=True).data)


urlpatterns = [
    path("seasons/<int:year>/<slug:name>/", SeasonTitles.as_view(), name="season"),
    path("calendar/", AiringCalendar.as_view(), name="calendar"),
]
