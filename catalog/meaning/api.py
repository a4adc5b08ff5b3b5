"""/api/v1/titles/ask/: search by meaning."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query
from catalog.meaning.find import MAX_QUESTION, answer, answered_titles
from catalog.titles.serializers import TitleCardSerializer, title_card

MOST = 50


class AskQuery(Query):
    q = serializers.RegexField(
        SOME_TEXT, max_length=MAX_QUESTION, help_text="What you are looking for, in your own words and language."
    )
    n = serializers.IntegerField(default=20, min_value=1, max_value=MOST, help_text="Number of titles.")
    drop = serializers.RegexField(
        SOME_TEXT, default="", max_length=500, help_text="Keys of filters and tags that must not count, between commas."
    )


class PartSerializer(serializers.Serializer[Any]):
    key = serializers.CharField(help_text="For `drop`, which takes it out.")
    label = serializers.CharField()  # type: ignore[assignment]  # the metaclass removes fields from the class


class AnsweredTitleSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    why = serializers.CharField(help_text="The sentence of the synopsis that is nearest to the question; may be empty.")


class AnswerSerializer(serializers.Serializer[Any]):
    by_meaning = serializers.BooleanField(help_text="Whether meanings were compared; if not, only words and tags were.")
    filters = PartSerializer(many=True, help_text="Facts that the question says. All titles meet them.")
    tags = PartSerializer(many=True, help_text="Tags that the question says. Titles with them come first.")
    items = AnsweredTitleSerializer(many=True)


class AskTitles(APIView):
    @extend_schema(operation_id="titles_ask", parameters=[AskQuery], responses=AnswerSerializer)
    def get(self, request: Request) -> Response:
        """Find titles by what they are about, best match first."""
        query = AskQuery.of(request)
        found = answer(query["q"], request.user, query["n"], query["drop"].split(","))
        return Response(
            {
                "by_meaning": found.by_meaning,
                "filters": [{"key": part.key, "label": str(part.label)} for part in found.filters],
                "tags": [{"key": part.key, "label": part.label} for part in found.tags],
                "items": [
                    {"title": title_card(title), "why": found.why.get(title.pk, "")} for title in answered_titles(found)
                ],
            }
        )


urlpatterns = [path("titles/ask/", AskTitles.as_view(), name="titles-ask")]
