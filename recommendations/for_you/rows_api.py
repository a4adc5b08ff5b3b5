"""/api/v1/my/rows/, /moods/, and /my/surprise/: rows of For you, moods and a random pick, as JSON."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from recommendations import serving
from recommendations.models import Mood
from recommendations.serializers import ItemsSerializer, LengthQuery, as_json


class RowSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    heading = serializers.CharField()
    hint = serializers.CharField(help_text="Short description of the row.")


class MoodSerializer(serializers.ModelSerializer[Mood]):
    class Meta:
        model = Mood
        fields = ("slug", "name", "description")


class MyRows(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_rows", responses=RowSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return the rows of For you in display order."""
        return Response(RowSerializer(serving.rows_for(member_of(request)), many=True).data)


class MyRow(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_row", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return the titles of a row: `picks`, `continue`, `friends`, `season`, `gems`, or `because-` and a title
        ID."""
        n, member = LengthQuery.of(request)["n"], member_of(request)
        try:
            row = serving.find_row(member, slug)
        except LookupError:
            raise Http404("Row not found.") from None
        return Response({"items": [as_json(item) for item in serving.fill(row, member, n)]})


class Moods(APIView):
    @extend_schema(operation_id="moods", responses=MoodSerializer(many=True))
    def get(self, request: Request) -> Response:
        """Return all moods."""
        return Response(MoodSerializer(Mood.objects.all(), many=True).data)


class MoodTitles(APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="mood", parameters=[LengthQuery], responses=ItemsSerializer)
    def get(self, request: Request, slug: str) -> Response:
        """Return the titles of a mood, best matches first for members."""
        mood = get_object_or_404(Mood, slug=slug)
        recommendations = serving.recommend(
            serving.Reader.of(request.user, {}), LengthQuery.of(request)["n"], choice=serving.in_mood(mood)
        )
        return Response({"items": [as_json(item) for item in recommendations.items]})


class MySurprise(ForMembers, APIView):
    read_scope = "read:recommendations"

    @extend_schema(operation_id="my_surprise", responses=ItemsSerializer)
    def get(self, request: Request) -> Response:
        """Return one random title weighted by taste, or an empty list if no title is available."""
        item = serving.surprise(serving.Reader(member_of(request)))
        response = Response({"items": [as_json(item)] if item else []})
        response["Cache-Control"] = "no-store"
        return response


urlpatterns = [
    path("my/rows/", MyRows.as_view(), name="my-rows"),
    path("my/rows/<slug:slug>/", MyRow.as_view(), name="my-row"),
    path("moods/", Moods.as_view(), name="moods"),
    path("moods/<slug:slug>/", MoodTitles.as_view(), name="mood"),
    path("my/surprise/", MySurprise.as_view(), name="my-surprise"),
]
