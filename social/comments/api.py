"""/api/v1/comments/, and the base view for comments on reviews and activities."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.paging import CursorPages
from anirec.lib.text import SOME_TEXT
from social.comments import writing as comments
from social.comments.queries import comments_on
from social.models import Activity, Comment, Review
from social.models.activities import LONGEST_COMMENT
from social.moderation.api import report_endpoint
from social.visibility import comments_visible_to


class CommentSerializer(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "created_at")


class WrittenCommentSerializer(serializers.Serializer[Any]):
    text = serializers.RegexField(SOME_TEXT, max_length=LONGEST_COMMENT, help_text="Markdown.")


class Comments(ABC, ListAPIView[Comment]):
    """List comments, oldest first."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = CommentSerializer
    pagination_class = CursorPages

    @abstractmethod
    def about(self) -> Activity | Review:
        """Return the object commented on. Raises Http404 unless the viewer can see it."""

    def get_queryset(self) -> QuerySet[Comment]:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        return comments_on(self.about(), self.request.user)

    def post(self, request: Request, pk: int) -> Response:
        about = self.about()
        serializer = WrittenCommentSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        comment = comments.write_comment(member_of(request), about, serializer.validated_data["text"])
        return Response(CommentSerializer(comment).data, status=201)


def documented_comments(name: str) -> Any:
    return extend_schema_view(
        get=extend_schema(operation_id=name),
        post=extend_schema(
            operation_id=f"{name}_create",
            request=WrittenCommentSerializer,
            responses={201: CommentSerializer},
            description="Post a comment.",
        ),
    )


class OneComment(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="comment_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete my comment, or a comment on my activity or review."""
        visible = comments_visible_to(request.user).select_related("activity", "review")
        comment = get_object_or_404(visible, pk=pk)
        if not comments.may_delete(comment, member_of(request)):
            raise PermissionDenied
        comments.delete_comment(comment)
        return Response(status=204)


ReportComment = report_endpoint("comment", "Report a comment to staff.")

urlpatterns = [
    path("comments/<int:pk>/", OneComment.as_view(), name="comment"),
    path("comments/<int:pk>/report/", ReportComment.as_view(), name="comment-report"),
]
