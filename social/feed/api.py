"""/api/v1/my/feed/ and /api/v1/activities/."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from accounts.models import EntryStatus
from accounts.tokens.authentication import ForMembers, member_of
from anirec.lib.text import SOME_TEXT
from anirec.lib.web.query import Query
from catalog.titles.serializers import TitleLinkSerializer
from social.comments import writing as comments
from social.comments.api import Comments, documented_comments
from social.feed.queries import News, add_reactions, feed_page, visible_news
from social.models import Activity, ActivityItem
from social.visibility import activities_visible_to

MANY = 60  # items of a single activity


class ItemSerializer(serializers.Serializer[ActivityItem]):
    """An item of an activity: a title or a followed member."""

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
    items = ItemSerializer(many=True, help_text="The most recent items.")
    n_comments = serializers.IntegerField(source="activity.n_comments")
    n_likes = serializers.IntegerField(source="activity.n_likes")
    is_liked = serializers.BooleanField(source="activity.is_liked", help_text="Whether I like it.")
    url = serializers.CharField(source="activity.get_absolute_url")


class FeedQuery(Query):
    cursor = serializers.RegexField(
        SOME_TEXT, required=False, help_text="Cursor of the page, from the previous page's `next`."
    )


class FeedSerializer(serializers.Serializer[Any]):
    next = serializers.CharField(allow_null=True, help_text="URL of the next page; null on the last page.")
    results = NewsSerializer(many=True)


class MyFeed(ForMembers, APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="my_feed", parameters=[FeedQuery], responses=FeedSerializer)
    def get(self, request: Request) -> Response:
        """List the activity of people I follow, newest first."""
        page = feed_page(member_of(request), FeedQuery.of(request).get("cursor", ""))
        address = replace_query_param(request.build_absolute_uri(), "cursor", page.next) if page.next else None
        return Response(FeedSerializer({"next": address, "results": page.news}).data)


class OneActivity(APIView):
    read_scope = "read:social"

    @extend_schema(operation_id="activity", responses=NewsSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Get an activity with up to 60 of its items."""
        (news,) = visible_news([_activity(request, pk)], request.user, MANY)
        return Response(NewsSerializer(news).data)


class LikeActivity(ForMembers, APIView):
    write_scope = "write:social"

    @extend_schema(operation_id="like_put", request=None, responses={204: None})
    def put(self, request: Request, pk: int) -> Response:
        """Like an activity."""
        comments.like(member_of(request), _activity(request, pk), True)
        return Response(status=204)

    @extend_schema(operation_id="like_delete", responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Unlike an activity."""
        comments.like(member_of(request), _activity(request, pk), False)
        return Response(status=204)


@documented_comments("activity_comments")
class ActivityComments(Comments):
    def about(self) -> Activity:
        return _activity(self.request, self.kwargs["pk"])


def _activity(request: Request, pk: int) -> Activity:
    activity = get_object_or_404(activities_visible_to(request.user).select_related("actor"), pk=pk)
    add_reactions([activity], request.user)
    return activity


urlpatterns = [
    path("my/feed/", MyFeed.as_view(), name="my-feed"),
    path("activities/<int:pk>/", OneActivity.as_view(), name="activity"),
    path("activities/<int:pk>/like/", LikeActivity.as_view(), name="like"),
    path("activities/<int:pk>/comments/", ActivityComments.as_view(), name="activity-comments"),
]
