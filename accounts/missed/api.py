"""/api/v1/my/missed/: episodes that have aired since my progress."""

from __future__ import annotations

from typing import Any

from django.urls import path
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.missed.queries import missed_titles
from accounts.tokens.authentication import ForMembers, member_of
from catalog.titles.serializers import TitleLinkSerializer


class MissedEpisodeSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    at = serializers.DateTimeField()


class MissedTitleSerializer(serializers.Serializer[Any]):
    title = TitleLinkSerializer()
    progress = serializers.IntegerField(help_text="Episodes I have watched.")
    n = serializers.IntegerField(help_text="Missed episodes.")
    since = serializers.DateTimeField(help_text="When the first of them aired.")
    episodes = MissedEpisodeSerializer(many=True, help_text="The last of them, newest first.")


class MyMissed(ForMembers, APIView):
    read_scope = "read:list"

    @extend_schema(operation_id="my_missed", responses=MissedTitleSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List the titles I'm watching with episodes I haven't seen, newest first."""
        return Response(MissedTitleSerializer(missed_titles(member_of(request)), many=True).data)


urlpatterns = [
    path("my/missed/", MyMissed.as_view(), name="my-missed"),
]
