"""/api/v1/my/feed/, /activities/, /comments/, /my/notifications/: reads by `social.feed`, writes by `social.comments`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import serializers
from rest_framework.exceptions import PermissionDenied
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.api_access import ForMembers, member_of
from accounts.models import EntryStatus
from catalog.api import TitleLinkSerializer
from catalog.api_query import SOME_TEXT, Query
from catalog.paging import CursorPages
from social import comments, notifications
from social.feed import News, add_reactions, comments_on, feed_page, tell
from social.models import Activity, ActivityItem, Comment, Review
from social.models.activities import LONGEST_COMMENT
from social.review_queries import reviews_for
from social.visibility import activities_visible_to, comments_visible_to

MANY = 60  # items of an activity that is asked for alone


class ItemSerializer(serializers.Serializer[ActivityItem]):
    """A title, or a member who is followed."""

    title = serializers.SerializerMethodField()
    status = serializers.ChoiceField(choices=EntryStatus.choices, source="entry.status", default=None, allow_null=True)
    score = serializers.IntegerField(source="entry.score", default=None, allow_null=True)
    review = serializers.IntegerField(source="review_id", allow_null=True)
    followed = serializers.CharField(source="follow.followed.username", default=None, allow_null=True)

    @extend_schema_field(TitleLinkSerializer(allow_null=True))
    def get_title(self, item: ActivityItem) -> Any:
        thing = item.entry or item.review
        return TitleLinkSerializer(thing.title).data if thing else None


class NewsSerializer(serializers.Serializer[News]):
    id = serializers.IntegerField(source="activity.pk")
    actor = serializers.CharField(source="activity.actor.username")
    kind = serializers.ChoiceField(choices=Activity.Kind.choices, source="activity.kind")
    at = serializers.DateTimeField(source="activity.at")
    n_items = serializers.IntegerField(source="n")
    items = ItemSerializer(many=True, help_text="The last few.")
    n_comments = serializers.IntegerField(source="activity.n_comments")
    n_likes = serializers.IntegerField(source="activity.n_likes")
    is_liked = serializers.BooleanField(source="activity.is_liked", help_text="By me.")
    url = serializers.CharField(source="activity.get_absolute_url")


class CommentSerializer(serializers.ModelSerializer[Comment]):
    author = serializers.CharField(source="author.username", read_only=True)

    class Meta:
        model = Comment
        fields = ("id", "author", "text", "created_at")


class WrittenCommentSerializer(serializers.Serializer[Any]):
    text = serializers.RegexField(SOME_TEXT, max_length=LONGEST_COMMENT, help_text="Markdown.")


class ToldSerializer(serializers.Serializer[notifications.Told]):
    id = serializers.IntegerField(source="last.pk")
    kind = serializers.CharField(source="last.kind")
    at = serializers.DateTimeField(source="last.at")
    sentence = serializers.CharField()
    is_new = serializers.BooleanField()
    url = serializers.CharField(source="last.get_absolute_url", help_text="Where it is seen.")


class FeedQuery(Query):
    cursor = serializers.RegexField(SOME_TEXT, required=False, help_text="As the last page's `next` has it.")


class FeedSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="The next page; null at the end.")
    results = NewsSerializer(many=True)


class MyFeed(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="my_feed", parameters=[FeedQuery], responses=FeedSerializer)
    def get(self, request: Request) -> Response:
        """What those whom I follow did, the last first."""
        page = feed_page(member_of(request), FeedQuery.of(request).get("cursor", ""))
        address = replace_query_param(request.build_absolute_uri(), "cursor", page.next) if page.next else None
        return Response(FeedSerializer({"next": address, "results": page.news}).data)


class OneActivity(APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="activity", responses=NewsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """One activity, with more of its items."""
        (news,) = tell([_activity(request, pk)], request.user, MANY)
        return Response(NewsSerializer(news).data)


class LikeActivity(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="like_put", request=None, responses={204: None})
    def put(self, request: Request, pk: int) -> Response:
        """Like what somebody else did."""
        comments.like(member_of(request), _activity(request, pk), True)
        return Response(status=204)

    @extend_schema(operation_id="like_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """No longer like it."""
        comments.like(member_of(request), _activity(request, pk), False)
        return Response(status=204)


class Comments(ABC, ListAPIView[Comment]):
    """What members say to something, the first first."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = CommentSerializer
    pagination_class = CursorPages

    @abstractmethod
    def about(self) -> Activity | Review:
        """What they are said to, if the one who asks may see it."""

    def get_queryset(self) -> QuerySet[Comment]:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        return comments_on(self.about(), self.request.user)

    def post(self, request: Request, pk: int) -> Response:
        about = self.about()
        given = WrittenCommentSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        comment = comments.write_comment(member_of(request), about, given.validated_data["text"])
        return Response(CommentSerializer(comment).data, status=201)


def _says(name: str) -> Any:
    return extend_schema_view(
        get=extend_schema(operation_id=name),
        post=extend_schema(
            operation_id=f"{name}_create",
            request=WrittenCommentSerializer,
            responses={201: CommentSerializer},
            description="Say something to it.",
        ),
    )


@_says("activity_comments")
class ActivityComments(Comments):
    def about(self) -> Activity:
        return _activity(self.request, self.kwargs["pk"])


@_says("review_comments")
class ReviewComments(Comments):
    def about(self) -> Review:
        return get_object_or_404(reviews_for(self.request.user), pk=self.kwargs["pk"])


class OneComment(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="comment_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Delete what I said, or what was said to what is mine."""
        shown = comments_visible_to(request.user).select_related("activity", "review")
        comment = get_object_or_404(shown, pk=pk)
        if not comments.may_delete(comment, member_of(request)):
            raise PermissionDenied
        comments.delete_comment(comment)
        return Response(status=204)


class MyNotifications(ForMembers, ListAPIView[Any]):
    """What I am told, the last first; what belongs together is one."""

    read_scope, write_scope = "read:social", "write:social"
    serializer_class = ToldSerializer  # type: ignore[assignment]
    pagination_class = CursorPages

    def get_queryset(self) -> Any:
        if getattr(self, "swagger_fake_view", False):
            return Comment.objects.none()
        return notifications.groups_of(member_of(self.request))

    def paginate_queryset(self, queryset: Any) -> Any:
        return notifications.read_groups(super().paginate_queryset(queryset) or [])

    @extend_schema(operation_id="my_notifications")
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(operation_id="my_notifications_read", request=None, responses={204: None})
    def post(self, request: Request) -> Response:
        """All of them are read."""
        notifications.mark_read(member_of(request))
        return Response(status=204)


def _activity(request: Request, pk: int) -> Activity:
    found = get_object_or_404(activities_visible_to(request.user).select_related("actor"), pk=pk)
    add_reactions([found], request.user)
    return found


urlpatterns = [
    path("my/feed/", MyFeed.as_view(), name="my-feed"),
    path("my/notifications/", MyNotifications.as_view(), name="my-notifications"),
    path("activities/<int:pk>/", OneActivity.as_view(), name="activity"),
    path("activities/<int:pk>/like/", LikeActivity.as_view(), name="like"),
    path("activities/<int:pk>/comments/", ActivityComments.as_view(), name="activity-comments"),
    path("reviews/<int:pk>/comments/", ReviewComments.as_view(), name="review-comments"),
    path("comments/<int:pk>/", OneComment.as_view(), name="comment"),
]
