"""/api/v1/my/airing/<title>/: when I'm notified of a title's episodes."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from catalog.titles.queries import visible_title
from social.airing_news.choosing import DEFAULT, OFF, choice_of, choose
from social.models import Lead


class AiringChoiceSerializer(serializers.Serializer[Any]):
    when = serializers.ChoiceField(
        choices=[DEFAULT, OFF, *map(str, Lead.values)],
        help_text="Minutes before an episode airs, `off`, or `default`: as for all titles I watch.",
    )


class MyAiringChoice(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:settings"

    @extend_schema(operation_id="my_airing_choice", responses=AiringChoiceSerializer)
    def get(self, request: Request, title_id: int) -> Response:
        """Get when I'm notified of a title's episodes."""
        title = visible_title(title_id, request.user)
        return Response({"when": choice_of(member_of(request), title)})

    @extend_schema(
        operation_id="my_airing_choice_put", request=AiringChoiceSerializer, responses=AiringChoiceSerializer
    )
    def put(self, request: Request, title_id: int) -> Response:
        """Set when I'm notified of a title's episodes."""
        title = visible_title(title_id, request.user)
        serializer = AiringChoiceSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        choose(member_of(request), title, serializer.validated_data["when"])
        return Response(serializer.data)


urlpatterns = [
    path("my/airing/<int:title_id>/", MyAiringChoice.as_view(), name="my-airing-choice"),
]
