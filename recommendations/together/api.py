"""/api/v1/together/: group recommendations, as on the page."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import path
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.text import NO_NULL
from catalog.titles.serializers import TitleCardSerializer, TitleLinkSerializer, title_card
from recommendations.serializers import LengthQuery
from recommendations.serving import recommend_for_group
from recommendations.serving.groups import SharedRecommendation
from recommendations.together.group_request import MOST_OTHERS, WAYS
from social.people.queries import visible_members

NAMES = {
    "type": "array",
    "minItems": 1,
    "maxItems": MOST_OTHERS,
    "items": {"type": "string", "minLength": 1, "maxLength": 150, "pattern": NO_NULL},
}


class TogetherQuery(LengthQuery):
    how = serializers.ChoiceField(
        choices=list(WAYS), default="fair", help_text="; ".join(f"{name}: {way.hint}" for name, way in WAYS.items())
    )


class NamesSerializer(serializers.Serializer[Any]):
    names = serializers.ListField(
        child=serializers.RegexField(NO_NULL, max_length=150), min_length=1, max_length=MOST_OTHERS
    )


class OpinionSerializer(serializers.Serializer[Any]):
    username = serializers.CharField(source="member.username")
    predicted = serializers.FloatField(help_text="Predicted score, 1–10.")
    reason = TitleLinkSerializer(allow_null=True, help_text="Title on their list that supports this one most.")
    is_planned = serializers.BooleanField()


class SharedRecommendationSerializer(serializers.Serializer[Any]):
    title = TitleCardSerializer()
    opinions = OpinionSerializer(many=True)


class TogetherSerializer(serializers.Serializer[Any]):
    heard = serializers.ListField(child=serializers.CharField())
    silent = serializers.ListField(
        child=serializers.CharField(), help_text="Members whose visible lists are too short."
    )
    items = SharedRecommendationSerializer(many=True)


class Together(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(
        operation_id="together",
        parameters=[
            TogetherQuery,
            OpenApiParameter("with", NAMES, required=True, description="User names of the other members."),
        ],
        responses=TogetherSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return titles for a group that no one in it has seen."""
        query, member = TogetherQuery.of(request), member_of(request)
        names = NamesSerializer(data={"names": request.query_params.getlist("with")})
        if not names.is_valid():
            raise serializers.ValidationError({"with": names.errors["names"]})
        members, unknown = visible_members(names.validated_data["names"], member)
        others = [other for other in members if other != member]
        if unknown or not others:
            raise Http404("Member not found.")
        group = recommend_for_group(member, others, query["n"], query["how"])
        return Response(
            {
                "heard": [other.username for other in group.heard],
                "silent": [other.username for other in group.silent],
                "items": [_as_json(item) for item in group.items],
            }
        )


def _as_json(item: SharedRecommendation) -> dict[str, Any]:
    return {"title": title_card(item.title), "opinions": OpinionSerializer(item.opinions, many=True).data}


urlpatterns = [path("together/", Together.as_view(), name="together")]
