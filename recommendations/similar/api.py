"""/api/v1/titles/<id>/similar/."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleCardSerializer, title_card
from recommendations.serializers import LengthQuery
from recommendations.serving import similar_to


class SimilarTitleSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    score = serializers.FloatField(help_text="Similarity score without a unit. Orders the list.")


class SimilarTitles(APIView):
    @extend_schema(operation_id="titles_similar", parameters=[LengthQuery], responses=SimilarTitleSerializer(many=True))
    def get(self, request: Request, pk: int) -> Response:
        """Return similar titles, liked by the same people."""
        n = LengthQuery.of(request)["n"]
        title = visible_title(pk, request.user)
        similar_titles = similar_to(title, request.user, n)
        return Response([{"title": title_card(similar.title), "score": similar.score} for similar in similar_titles])


urlpatterns = [path("titles/<int:pk>/similar/", SimilarTitles.as_view(), name="title-similar")]
