"""/api/v1/my/planned/: planned titles by expected score."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.web.query import Query
from catalog.titles.serializers import TitleCardSerializer, TitleLinkSerializer
from recommendations.planned.queries import Occasion, planned_titles


class PlannedQuery(Query):
    occasion = serializers.ChoiceField(
        choices=[value for value in Occasion.values if value],
        required=False,
        help_text="evening: three hours in all, and nothing to see first. airing: on air now or within two weeks.",
    )
    n = serializers.IntegerField(min_value=1, max_value=500, default=50, help_text="Most titles.")


class PlannedSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    expected = serializers.FloatField(allow_null=True, help_text="Expected score, 1–10; null if unknown.")
    minutes = serializers.SerializerMethodField(help_text="Length of all episodes; null if unknown.")
    first = TitleLinkSerializer(allow_null=True, help_text="An earlier part to see first.")
    next_airing_at = serializers.DateTimeField(source="airing.at", allow_null=True, default=None)

    def get_minutes(self, one: Any) -> int | None:
        return None if one.length is None else round(one.length.total_seconds() / 60)


class MyPlanned(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_planned", parameters=[PlannedQuery], responses=PlannedSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List my planned titles by expected score; those with an earlier part to see first come last."""
        query = PlannedQuery.of(request)
        fitting = (one for one in planned_titles(member_of(request)) if one.suits(query.get("occasion", "")))
        return Response(PlannedSerializer(list(fitting)[: query["n"]], many=True).data)


urlpatterns = [path("my/planned/", MyPlanned.as_view(), name="my-planned")]
