"""/api/v1/my/recommended/ and /titles/<id>/recommend/: recommendations between members."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import NO_NULL, SOME_TEXT
from catalog.titles.queries import visible_title
from catalog.titles.serializers import TitleLinkSerializer
from social.models.tips import LONGEST_NOTE, Tip
from social.moderation.api import report_endpoint
from social.people.queries import find_by_name
from social.tips import queries
from social.tips import recommending as tips


class TipSerializer(serializers.ModelSerializer[Tip]):
    title = TitleLinkSerializer(read_only=True)
    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Tip
        fields = ("id", "title", "author", "note", "is_declined", "created_at")
        read_only_fields = ("id", "note", "created_at")


class WrittenTipSerializer(serializers.Serializer[Any]):
    to = serializers.RegexField(SOME_TEXT, max_length=150, help_text="A username.")
    note = serializers.RegexField(NO_NULL, max_length=LONGEST_NOTE, default="", allow_blank=True, help_text="Markdown.")


class TakersSerializer(serializers.Serializer[Any]):
    takers = serializers.ListField(
        child=serializers.CharField(), help_text="Members who accept recommendations from me."
    )
    sent_to = serializers.ListField(
        child=serializers.CharField(), help_text="Members I have already recommended this title to."
    )


@extend_schema_view(get=extend_schema(operation_id="my_recommended"))
class MyRecommended(ForMembers, ListAPIView[Tip]):
    """List titles recommended to me, newest first."""

    read_scope = "read:social"
    serializer_class = TipSerializer
    pagination_class = CursorPages

    def get_queryset(self) -> QuerySet[Tip]:
        if getattr(self, "swagger_fake_view", False):
            return Tip.objects.none()
        return queries.received_by(member_of(self.request)).select_related("author", "title")


class OneRecommended(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="my_recommended_patch", request=TipSerializer(partial=True), responses=TipSerializer)
    def patch(self, request: Request, pk: int) -> Response:
        """Decline a recommendation, or undo that. No notification is sent."""
        tip = get_object_or_404(queries.received_by(member_of(request)).select_related("author", "title"), pk=pk)
        serializer = TipSerializer(tip, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        tip.is_declined = serializer.validated_data.get("is_declined", tip.is_declined)
        tips.decline(tip, is_declined=tip.is_declined)
        return Response(TipSerializer(tip).data)


class RecommendTitle(ForMembers, APIView):
    read_scope, write_scope = "read:social", "write:social"

    @extend_schema(operation_id="title_recommend", responses=TakersSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """List members I can recommend a title to, and members I already have."""
        title, member = visible_title(pk, request.user), member_of(request)
        members = {"takers": tips.takers_for(member), "sent_to": tips.recipients_of(member, title)}
        return Response({name: [one.username for one in group] for name, group in members.items()})

    @extend_schema(operation_id="title_recommend_create", request=WrittenTipSerializer, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Recommend a title, once, to a member who accepts my recommendations."""
        title, member = visible_title(pk, request.user), member_of(request)
        serializer = WrittenTipSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        recipient = find_by_name(serializer.validated_data["to"], tips.takers_for(member))
        tips.recommend(member, recipient, title, serializer.validated_data["note"])
        return Response(status=204)


ReportTip = report_endpoint("tip", "Report the note on a recommendation I received to staff.", name="recommended")

urlpatterns = [
    path("my/recommended/<int:pk>/report/", ReportTip.as_view(), name="recommended-report"),
    path("my/recommended/", MyRecommended.as_view(), name="my-recommended"),
    path("my/recommended/<int:pk>/", OneRecommended.as_view(), name="my-recommended-one"),
    path("titles/<int:pk>/recommend/", RecommendTitle.as_view(), name="title-recommend"),
]
