"""/api/v1/…/report/: what should not be there, for the staff; by `social.moderation`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api_access import ForMembers, member_of
from catalog.api_query import NO_NULL
from social import moderation
from social.models import Report
from social.models.moderation import Target
from social.queries import visible_member
from social.review_queries import reviews_for
from social.visibility import comments_visible_to, entries_visible_to, tips_visible_to


class ReportSerializer(serializers.Serializer[Any]):
    reason = serializers.ChoiceField(choices=Report.Reason.choices)
    remark = serializers.RegexField(NO_NULL, max_length=500, default="", allow_blank=True)


class ReportOf(ABC, ForMembers, APIView):
    write_scope = "write:social"

    @abstractmethod
    def target(self) -> Target:
        """What is reported, if the one who reports may see it."""

    def post(self, request: Request, **_: Any) -> Response:
        target = self.target()
        given = ReportSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        moderation.report(member_of(request), target, **given.validated_data)
        return Response(status=204)


def _says(what: str) -> Any:
    description = f"Tell the staff that {what} should not be there."
    schema: dict[str, Any] = {"request": ReportSerializer, "responses": {204: None}, "description": description}
    return lambda view: extend_schema_view(post=extend_schema(operation_id=view.named, **schema))(view)


@_says("a review")
class ReportReview(ReportOf):
    named, write_scope = "review_report", "write:reviews"

    def target(self) -> Target:
        return get_object_or_404(reviews_for(self.request.user).select_related("author"), pk=self.kwargs["pk"])


@_says("a comment")
class ReportComment(ReportOf):
    named = "comment_report"

    def target(self) -> Target:
        return get_object_or_404(comments_visible_to(self.request.user).select_related("author"), pk=self.kwargs["pk"])


@_says("the note with what was recommended to me")
class ReportTip(ReportOf):
    named = "recommended_report"

    def target(self) -> Target:
        found = tips_visible_to(member_of(self.request)).select_related("author")
        return get_object_or_404(found, pk=self.kwargs["pk"])


@_says("the note on an entry of a member's list")
class ReportNote(ReportOf):
    named = "note_report"

    def target(self) -> Target:
        owner = visible_member(self.kwargs["username"], member_of(self.request))
        shown = entries_visible_to(self.request.user).exclude(notes="").select_related("user", "title")
        return get_object_or_404(shown, user=owner, title=self.kwargs["title_id"])


@_says("a member")
class ReportMember(ReportOf):
    named = "member_report"

    def target(self) -> Target:
        return visible_member(self.kwargs["username"], member_of(self.request))


urlpatterns = [
    path("reviews/<int:pk>/report/", ReportReview.as_view(), name="review-report"),
    path("comments/<int:pk>/report/", ReportComment.as_view(), name="comment-report"),
    path("my/recommended/<int:pk>/report/", ReportTip.as_view(), name="recommended-report"),
    path("members/<str:username>/list/<int:title_id>/report/", ReportNote.as_view(), name="note-report"),
    path("members/<str:username>/report/", ReportMember.as_view(), name="member-report"),
]
